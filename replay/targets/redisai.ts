/** RedisAI, and every server that speaks its commands. */
import { waitForEver } from '../../core/batching.js';
import type { Dataset } from '../../core/dataset.js';
import { InferplayError } from '../../core/errors.js';
import { compareStoreManifest, parseStoreManifest, STORE_MANIFEST_KEY } from '../../core/store-manifest.js';
import { RespError } from '../../wire/resp.js';
import { connectRedis, type ControlReply, type RedisControl } from '../../wire/redis.js';
import { databaseOf, greeting } from '../../wire/redis-address.js';
import { tlsChoice, tlsFor } from '../../wire/redis-tls.js';
import { connectClient } from '../redisai-client.js';
import { createRequestEncoder } from '../redisai-encoder.js';
import { formOf, REDISAI_OPTIONS, type RedisAiOptions } from '../redisai-form.js';
import { readCounters } from '../redisai-stats.js';
import type { Address, Facts, InspectOptions, Target, TargetKind } from '../target.js';

export const redisai: TargetKind<typeof REDISAI_OPTIONS> = {
  scheme: 'redisai',
  summary: 'RedisAI: AI.DAGRUN, AI.DAGEXECUTE, AI.MODELRUN or AI.MODELEXECUTE over RESP',
  defaultPort: 6379,
  options: REDISAI_OPTIONS,
  create: (address, options): Target => {
    databaseOf(address.path);
    const tls = tlsFor(address, options);
    const hello = options.protocol === '3' ? [['HELLO', '3']] : [];
    // AUTH comes first: HELLO without it is refused by a server that asks for a password.
    const [first, ...rest] = greeting(address);
    const commands = first?.[0] === 'AUTH' ? [first, ...hello, ...rest] : [...hello, ...greeting(address)];
    return {
      encoder: (dataset, tensorBatch) => createRequestEncoder(formOf(dataset, options), tensorBatch),
      inspect: (dataset, inspectOptions) => inspect(address, options, dataset, inspectOptions),
      connect: (slot, hooks, { timeoutMs, replies, surround }) =>
        connectClient({ host: address.host, port: address.port, tls, greeting: commands, replies, surround }, slot, hooks, timeoutMs),
      stats: (dataset) => readCounters(address, tlsChoice(options), formOf(dataset, options).model),
    };
  },
};

async function inspect(address: Address, options: RedisAiOptions, dataset: Dataset, { skipStoreCheck, rowsInFlight, modelsToCome = false, signal }: InspectOptions): Promise<Facts> {
  const { model, inputs } = formOf(dataset, options);
  const control = await connectRedis(address, { ...tlsChoice(options), signal });
  try {
    const keys = inputs.filter(({ stored: isStored }) => isStored).map(({ column }) => `${column.name}Tensor`);
    const facts = { ...(await serverFacts(control)), ...(await modelFacts(control, model, modelsToCome)) };
    if (!modelsToCome) refuseWaiting(facts, rowsInFlight);
    if (skipStoreCheck || dataset.manifest === null || (modelsToCome && keys.length === 0)) return facts;
    const stored = await control.call(['GET', STORE_MANIFEST_KEY]);
    const complaint = compareStoreManifest(dataset.manifest, Buffer.isBuffer(stored) ? parseStoreManifest(stored) : null, { keys, models: modelsToCome ? [] : [model] });
    if (complaint) throw new InferplayError('DATA', `${complaint} (Or skip this check with --no-store-check.)`);
    return facts;
  } finally {
    control.close();
  }
}

/** The server holds requests back until a batch is large enough, or the timeout has passed: here neither would ever be. */
function refuseWaiting({ model, min_batch_size, min_batch_timeout_ms }: Facts, rowsInFlight: number): void {
  const wait = min_batch_timeout_ms === undefined ? waitForEver(Number(min_batch_size ?? 0), rowsInFlight) : null;
  if (wait !== null) throw new InferplayError('USAGE', `${wait} (MINBATCHSIZE of the model ${String(model)}). Raise --clients or --tensor-batch, or store the model again with "inferplay load --min-batch-timeout".`);
}

async function serverFacts(control: RedisControl): Promise<Facts> {
  const facts: { [fact: string]: string } = { address: control.where };
  const info = await control.info('server');
  for (const field of ['redis_version', 'redis_mode', 'os', 'inferplay_version']) if (info[field] !== undefined) facts[field] = info[field];
  return facts;
}

/** @throws InferplayError SERVER when the server does not hold the model, or knows no models */
async function modelFacts(control: RedisControl, model: string, toCome: boolean): Promise<Facts> {
  let reply: ControlReply;
  try {
    reply = await control.call(['AI.MODELGET', model, 'META']);
  } catch (error) {
    const cause = error instanceof InferplayError ? error.cause : null;
    if (!(cause instanceof RespError)) throw error;
    if (/unknown command/i.test(cause.message)) {
      throw new InferplayError('SERVER', `${control.where} is no RedisAI: it does not know AI.MODELGET, so it can neither hold a model nor run one. Name a server that has the RedisAI module loaded, or start one with "inferplay serve".`, { cause });
    }
    if (toCome) return { model };
    throw new InferplayError('SERVER', `${control.where} has no model "${model}" (${cause.message}): load the data set with "inferplay load", or name another model with ?model=.`, { cause });
  }
  const fields = Array.isArray(reply) ? reply.map((item) => (Buffer.isBuffer(item) ? item.toString('utf8') : item)) : [];
  const field = (name: string): string => String(fields[fields.indexOf(name) + 1] ?? '');
  const batching = [['batch_size', 'batchsize'], ['min_batch_size', 'minbatchsize'], ['min_batch_timeout_ms', 'minbatchtimeout']].map(([fact, name]) => [fact, Number(field(name))] as const);
  return { model, backend: field('backend'), device: field('device'), ...Object.fromEntries(batching.filter(([, value]) => value > 0)) };
}
