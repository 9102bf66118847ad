/** Models in a RedisAI: stored once, recognised by their bytes. */
import { createHash } from 'node:crypto';
import { InferplayError } from '../core/errors.js';
import type { ModelEntry } from '../core/manifest.js';
import { RespError } from '../wire/resp.js';
import type { ControlReply, RedisControl } from '../wire/redis.js';
import { batchingOf, saysBatching, type Batching, type LoadSettings } from './options.js';
import type { ModelState } from './sink.js';

export type ModelOptions = Pick<LoadSettings, 'modelForm' | 'device'> & Partial<Pick<LoadSettings, 'batchSize' | 'minBatchSize' | 'minBatchTimeout'>>;

/** Redis itself refuses longer arguments (proto-max-bulk-len). */
const MODEL_BYTES_MAX = 512 * 1024 * 1024;

export async function putModel(redis: RedisControl, model: ModelEntry, bytes: Buffer, options: ModelOptions): Promise<ModelState> {
  if (bytes.length > MODEL_BYTES_MAX) throw new InferplayError('DATA', `The model ${model.file} has ${bytes.length} bytes; a Redis takes at most ${MODEL_BYTES_MAX} in one argument.`);
  const batching = batchingOf(options);
  const fault = await compare(redis, model, options, batching);
  if (fault === null) return 'present';
  if (fault !== MISSING) await refuseOtherTypes(redis, model);
  await redis.call([`AI.${options.modelForm}`, model.name, model.backend, options.device, ...argumentsOf(batching), 'BLOB', bytes]);
  return 'stored';
}

/** In the order in which RedisAI wants them. */
function argumentsOf({ batchSize, minBatchSize, minBatchTimeoutMs }: Batching): string[] {
  const given: [string, number][] = [['BATCHSIZE', batchSize], ['MINBATCHSIZE', minBatchSize], ['MINBATCHTIMEOUT', minBatchTimeoutMs]];
  return given.flatMap(([name, value]) => (value > 0 ? [name, String(value)] : []));
}

/** Only looks, and says what is wrong: batching is compared where something is said about it. */
export async function checkModel(redis: RedisControl, model: ModelEntry, options: ModelOptions): Promise<string | null> {
  return compare(redis, model, options, saysBatching(options) ? batchingOf(options) : null);
}

const MISSING = 'is missing';

/** Compares the SHA-256 of the bytes, backend, device, and batching unless that is null. @returns the first that differs, as the rest of a sentence */
async function compare(redis: RedisControl, model: ModelEntry, options: ModelOptions, batching: Batching | null): Promise<string | null> {
  let reply: ControlReply;
  try {
    reply = await redis.call(['AI.MODELGET', model.name, 'META', 'BLOB']);
  } catch (error) {
    const cause = error instanceof InferplayError ? error.cause : null;
    if (cause instanceof RespError && /model key is empty/i.test(cause.message)) return MISSING;
    if (cause instanceof RespError && cause.code === 'WRONGTYPE') return 'is no model there: its key holds something else';
    throw error;
  }
  if (sha256Of(field(reply, 'blob')) !== model.sha256) return 'has other bytes there';
  const text = (name: string): string => String(field(reply, name)).toUpperCase().slice(0, 40);
  if (text('backend') !== model.backend) return `is stored for the backend ${text('backend')}, and not for ${model.backend}`;
  if (text('device') !== options.device.toUpperCase()) return `is stored for the device ${text('device')}, and not for ${options.device.toUpperCase()}`;
  const [stored, wanted] = [batchesText(batchingIn(reply)), batching === null ? null : batchesText(batching)];
  return wanted === null || stored === wanted ? null : `is stored ${stored}, and not ${wanted}`;
}

/** A server that does not tell one of the numbers does not know it: it is 0 there. */
function batchingIn(reply: ControlReply): Batching {
  const number = (name: string): number => Number(field(reply, name) ?? 0);
  return { batchSize: number('batchsize'), minBatchSize: number('minbatchsize'), minBatchTimeoutMs: number('minbatchtimeout') };
}

/** Every number that is not 0 is in it, so that different batching has a different text. */
function batchesText({ batchSize, minBatchSize, minBatchTimeoutMs }: Batching): string {
  const more = [...(minBatchSize > 0 ? [`min ${minBatchSize}`] : []), ...(minBatchTimeoutMs > 0 ? [`${minBatchTimeoutMs} ms`] : [])];
  return `${batchSize > 0 ? `with batches of up to ${batchSize}` : 'without batches'}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}

/** The real module crashes when a model is stored onto a key that holds something else. */
async function refuseOtherTypes(redis: RedisControl, model: ModelEntry): Promise<void> {
  const type = String(await redis.call(['TYPE', model.name]));
  if (type === 'none' || type.startsWith('AI_')) {
    if (type !== 'AI_TENSOR' && type !== 'AI_SCRIPT') return;
  }
  throw new InferplayError('SERVER', `The key ${model.name} on ${redis.where} holds a ${type.slice(0, 40)}, not a model: delete it, or use an empty server.`);
}

/** A field of a reply that lists names and values in turn. */
export function field(reply: ControlReply, name: string): ControlReply {
  if (!Array.isArray(reply)) return null;
  for (let at = 0; at + 1 < reply.length; at += 2) if (String(reply[at]).toLowerCase() === name) return reply[at + 1];
  return null;
}

/** A large model comes back in several pieces. */
function sha256Of(blob: ControlReply): string {
  const hash = createHash('sha256');
  for (const piece of Array.isArray(blob) ? blob : [blob]) if (Buffer.isBuffer(piece)) hash.update(piece);
  return hash.digest('hex');
}
