/** RedisAI, and every server that speaks its commands. */
import type { Dataset } from '../../core/dataset.js';
import { InferplayError } from '../../core/errors.js';
import type { Column, ModelEntry } from '../../core/manifest.js';
import type { OptionTable, OptionValues } from '../../core/options.js';
import { compareStoreManifest, parseStoreManifest, STORE_MANIFEST_KEY } from '../../core/store-manifest.js';
import { RespError } from '../../wire/resp.js';
import { connectRedis, type ControlReply, type RedisControl } from '../../wire/redis.js';
import { databaseOf, greeting, TLS_OPTIONS, tlsFor } from '../../wire/redis-address.js';
import { connectClient } from '../redisai-client.js';
import { COMMANDS, createRequestEncoder, type CommandName, type RequestForm } from '../redisai-encoder.js';
import type { Address, Facts, InspectOptions, Target, TargetKind } from '../target.js';

const OPTIONS = {
  model: { kind: 'string', help: 'key of the model; default: the one that the data set names' },
  command: { kind: 'choice', choices: COMMANDS, default: 'dagrun', help: 'form of the request; dagrun is what aibench sends' },
  reference: { kind: 'choice', choices: ['auto', 'on', 'off'], default: 'auto', help: 'LOAD referenceTensor:{id} from the store; auto: if the model has that input' },
  inputs: { kind: 'string', help: 'columns of the data set that are the model\'s inputs, in its order, separated by commas; default: as the data set says' },
  serverTimeoutMs: { kind: 'integer', default: 0, min: 0, max: 86_400_000, help: "RedisAI's own TIMEOUT of a request; 0 for none" },
  protocol: { kind: 'choice', choices: ['2', '3'], default: '2', help: 'version of RESP; 3 begins with HELLO 3' },
  ...TLS_OPTIONS,
} as const satisfies OptionTable;

type Options = OptionValues<typeof OPTIONS>;

/** The column whose tensor the store holds instead of the request. */
const REFERENCE = 'reference';

export const redisai: TargetKind<typeof OPTIONS> = {
  scheme: 'redisai',
  summary: 'RedisAI: AI.DAGRUN, AI.DAGEXECUTE or AI.MODELEXECUTE over RESP',
  defaultPort: 6379,
  options: OPTIONS,
  create: (address, options): Target => {
    databaseOf(address.path);
    const tls = tlsFor(address, options);
    const hello = options.protocol === '3' ? [['HELLO', '3']] : [];
    // AUTH comes first: HELLO without it is refused by a server that asks for a password.
    const [first, ...rest] = greeting(address);
    const commands = first?.[0] === 'AUTH' ? [first, ...hello, ...rest] : [...hello, ...greeting(address)];
    return {
      encoder: (dataset) => createRequestEncoder(formOf(dataset, options)),
      inspect: (dataset, inspectOptions) => inspect(address, options, dataset, inspectOptions),
      connect: (slot, hooks, { timeoutMs, replies }) =>
        connectClient({ host: address.host, port: address.port, tls, greeting: commands, replies }, slot, hooks, timeoutMs),
    };
  },
};

type Known = Pick<Dataset, 'columns' | 'manifest'>;

/** @throws InferplayError DATA when the data set lacks what the request needs, USAGE when it does not say what that is */
export function formOf({ columns, manifest }: Known, options: Options): RequestForm {
  const models = manifest?.models ?? [];
  const withReference = (model: ModelEntry): boolean => model.inputs.includes(REFERENCE);
  const chosen = options.reference === 'off' ? models.find((model) => !withReference(model)) : models.find(({ expected }) => expected);
  const name = options.model ?? chosen?.name;
  if (name === undefined) throw new InferplayError('USAGE', 'The data set does not say which model answers it: name the model in the target\'s URL, for example ?model=financialNet.');
  const model = models.find((entry) => entry.name === name);
  const names = (options.inputs?.split(',') ?? model?.inputs ?? defaultInputs(columns)).filter((input) => input !== REFERENCE || options.reference !== 'off');
  if (options.reference === 'on' && !names.includes(REFERENCE)) names.push(REFERENCE);
  const inputs = names.map((input) => {
    const column = columns.find((one) => one.name === input && one.shape !== null);
    // A reference that is in the store need not be in the data set.
    if (!column && input === REFERENCE) return { column: { name: REFERENCE, dtype: 'float32', shape: [], nullable: false } as const, stored: true };
    if (!column) throw new InferplayError('DATA', `The data set has no tensor column "${input}", which the model ${name} takes; it has ${tensorNames(columns)}.`);
    return { column, stored: input === REFERENCE };
  });
  if (inputs.length === 0) throw new InferplayError('DATA', `The data set has no tensor column that could be sent to the model ${name}.`);
  return { command: options.command as CommandName, model: name, inputs, serverTimeoutMs: options.serverTimeoutMs, expects: model?.expected ?? models.length === 0 };
}

/** Of a data set that is not ours: every tensor column but the answers, in order. */
function defaultInputs(columns: readonly Column[]): string[] {
  return columns.filter(({ name, shape }) => shape !== null && name !== 'expected').map(({ name }) => name);
}

function tensorNames(columns: readonly Column[]): string {
  return columns.filter(({ shape }) => shape !== null).map(({ name }) => name).join(', ') || 'none';
}

async function inspect(address: Address, options: Options, dataset: Dataset, { skipStoreCheck, signal }: InspectOptions): Promise<Facts> {
  const { model, inputs } = formOf(dataset, options);
  const control = await connectRedis(address, { ca: options.ca, insecure: options.insecure, signal });
  try {
    const facts = { ...(await serverFacts(control)), ...(await modelFacts(control, model)) };
    if (skipStoreCheck || dataset.manifest === null) return facts;
    const stored = await control.call(['GET', STORE_MANIFEST_KEY]);
    const keys = inputs.filter(({ stored: isStored }) => isStored).map(({ column }) => `${column.name}Tensor`);
    const complaint = compareStoreManifest(dataset.manifest, Buffer.isBuffer(stored) ? parseStoreManifest(stored) : null, { keys, models: [model] });
    if (complaint) throw new InferplayError('DATA', `${complaint} (Or skip this check with --no-store-check.)`);
    return facts;
  } finally {
    control.close();
  }
}

async function serverFacts(control: RedisControl): Promise<Facts> {
  const facts: { [fact: string]: string } = { address: control.where };
  const info = await control.info('server');
  for (const field of ['redis_version', 'redis_mode', 'os', 'inferplay_version']) if (info[field] !== undefined) facts[field] = info[field];
  return facts;
}

/** @throws InferplayError SERVER when the server does not hold the model, or knows no models */
async function modelFacts(control: RedisControl, model: string): Promise<Facts> {
  let reply: ControlReply;
  try {
    reply = await control.call(['AI.MODELGET', model, 'META']);
  } catch (error) {
    const cause = error instanceof InferplayError ? error.cause : null;
    if (!(cause instanceof RespError)) throw error;
    if (/unknown command/i.test(cause.message)) {
      throw new InferplayError('SERVER', `${control.where} is no RedisAI: it does not know AI.MODELGET, so it can neither hold a model nor run one. Name a server that has the RedisAI module loaded, or start one with "inferplay serve".`, { cause });
    }
    throw new InferplayError('SERVER', `${control.where} has no model "${model}" (${cause.message}): load the data set with "inferplay load", or name another model with ?model=.`, { cause });
  }
  const fields = Array.isArray(reply) ? reply.map((item) => (Buffer.isBuffer(item) ? item.toString('utf8') : item)) : [];
  const field = (name: string): string => String(fields[fields.indexOf(name) + 1] ?? '');
  return { model, backend: field('backend'), device: field('device') };
}
