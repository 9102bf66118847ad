/** AI.MODELSTORE, its deprecated form AI.MODELSET, AI.MODELGET, AI.MODELDEL and AI._MODELSCAN. */
import { modelAt, WRONGTYPE } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import { backendText, Model, type ModelDefinition } from '../models.js';
import { parseLooseInteger } from '../numbers.js';
import { wrongArity, type Session } from '../session.js';
import { command, NO_KEYS, ONE_KEY } from './command.js';

/** Thrown by the parsing below and answered as it is. */
class Refusal extends Error {}

function refuse(text: string): never {
  throw new Refusal(text);
}

const BACKENDS = ['TF', 'TFLITE', 'TORCH', 'ONNX'];

function backendOf(request: Request): string {
  return BACKENDS.find((name) => request.is(2, name)) ?? refuse('ERR unsupported backend');
}

const NO_BLOB = 'ERR Insufficient arguments, missing model BLOB';

/** The options of AI.MODELSTORE and AI.MODELSET, read from the left. */
class Options {
  at = 4;

  constructor(readonly request: Request) {}

  get ended(): boolean {
    return this.at >= this.request.argc;
  }

  /** Whether this keyword is next; then it is behind us. */
  took(keyword: string): boolean {
    const here = this.request.is(this.at, keyword);
    if (here) this.at++;
    return here;
  }

  /** @param what the text of the error for what is no number */
  number(what: string): number {
    const value = this.ended ? NaN : parseLooseInteger(this.request.text(this.at++));
    return value >= 0 ? value : refuse(`ERR Invalid argument for ${what}`);
  }

  tag(): string {
    return this.took('TAG') && !this.ended ? this.request.text(this.at++) : '';
  }

  /** What follows to the end, which may come in several arguments. */
  blob(): Buffer {
    const { request, at } = this;
    if (this.ended) refuse(NO_BLOB);
    if (request.argc - at === 1) return request.take(at);
    return Buffer.concat(Array.from({ length: request.argc - at }, (_, i) => request.view(at + i)));
  }
}

type Batching = Pick<ModelDefinition, 'batchSize' | 'minBatchSize' | 'minBatchTimeoutMs'>;

function batching(options: Options): Batching {
  const batchSize = options.took('BATCHSIZE') ? options.number('BATCHSIZE') : 0;
  const minBatchSize = options.took('MINBATCHSIZE') ? options.number('MINBATCHSIZE') : 0;
  if (batchSize === 0 && minBatchSize > 0) refuse('ERR MINBATCHSIZE specified without BATCHSIZE');
  const minBatchTimeoutMs = options.took('MINBATCHTIMEOUT') ? options.number('MINBATCHTIMEOUT') : 0;
  if (minBatchSize === 0 && minBatchTimeoutMs > 0) refuse('ERR MINBATCHTIMEOUT specified without MINBATCHSIZE');
  return { batchSize, minBatchSize, minBatchTimeoutMs };
}

/** In AI.MODELSET what an option needs comes before its own value. */
function deprecatedBatching(options: Options, backend: string): Batching {
  let [batchSize, minBatchSize, minBatchTimeoutMs] = [0, 0, 0];
  if (options.took('BATCHSIZE')) {
    if (backend === 'TFLITE') refuse('ERR Auto-batching not supported by the TFLITE backend');
    batchSize = options.number('BATCHSIZE');
  }
  if (options.took('MINBATCHSIZE')) {
    if (batchSize === 0) refuse('ERR MINBATCHSIZE specified without BATCHSIZE');
    minBatchSize = options.number('MINBATCHSIZE');
  }
  if (options.took('MINBATCHTIMEOUT')) {
    if (batchSize === 0) refuse('ERR MINBATCHTIMEOUT specified without BATCHSIZE');
    if (minBatchSize === 0) refuse('ERR MINBATCHTIMEOUT specified without MINBATCHSIZE');
    minBatchTimeoutMs = options.number('MINBATCHTIMEOUT');
  }
  return { batchSize, minBatchSize, minBatchTimeoutMs };
}

/** INPUTS n … OUTPUTS n …, which only TensorFlow graphs are given; the names are of no use here, but their errors are. */
function names(options: Options, what: 'input' | 'output'): void {
  const keyword = `${what.toUpperCase()}S`;
  if (!options.took(keyword)) refuse(`ERR ${keyword} not specified for TF`);
  const count = options.number(`${what}_count`) || refuse(`ERR Invalid argument for ${what}_count`);
  if (options.at + count > options.request.argc) refuse(`ERR number of model ${what}s does not match the number of given arguments`);
  options.at += count;
}

function parseStore(request: Request): ModelDefinition {
  const backend = backendOf(request);
  const device = request.cString(3);
  if (!/^(?:CPU|GPU)(?::[0-9]{0,5})?$/i.test(device)) refuse('ERR Invalid DEVICE');
  const options = new Options(request);
  const tag = options.tag();
  const batches = batching(options);
  if (options.ended) refuse(NO_BLOB);
  if (backend === 'TF') {
    names(options, 'input');
    names(options, 'output');
  } else if (options.took('INPUTS')) refuse('ERR INPUTS argument should not be specified for this backend');
  if (!options.took('BLOB')) refuse('ERR Invalid argument, expected BLOB');
  return { key: request.text(1), backend, device, tag, ...batches, blob: options.blob() };
}

/** What AI.MODELSET does not take for a device, whose name it does not look at otherwise. */
const NO_DEVICES = ['INPUTS', 'OUTPUTS', 'TAG', 'BATCHSIZE', 'MINBATCHSIZE', 'MINBATCHTIMEOUT', 'BLOB'];

function parseSet(request: Request): ModelDefinition {
  const backend = backendOf(request);
  const device = request.cString(3);
  if (device.length > 10 || NO_DEVICES.includes(device.toUpperCase())) refuse('ERR Invalid DEVICE');
  const options = new Options(request);
  const tag = options.tag();
  const batches = deprecatedBatching(options, backend);
  if (options.ended) refuse(NO_BLOB);
  const start = options.at;
  while (!options.ended && !request.is(options.at, 'BLOB')) options.at++;
  if (backend === 'TF') {
    if (options.at === start) refuse('ERR Insufficient arguments, INPUTS and OUTPUTS not specified');
    if (!request.is(start, 'INPUTS')) refuse('ERR INPUTS not specified');
    const rest = Array.from({ length: options.at - start }, (_, i) => start + i);
    if (!rest.some((i) => request.is(i, 'OUTPUTS'))) refuse('ERR OUTPUTS not specified');
  }
  options.at++;
  return { key: request.text(1), backend, device, tag, ...batches, blob: options.blob() };
}

/** The place of a keyword among the arguments from `at` on; -1 when it is not there. */
function find(request: Request, at: number, keyword: string): number {
  for (let i = at; i < request.argc; i++) if (request.is(i, keyword)) return i;
  return -1;
}

function store(argcMin: number, parse: (request: Request) => ModelDefinition) {
  return (session: Session, request: Request, reply: Reply): void => {
    if (request.argc < argcMin) return reply.error(wrongArity(request));
    const { server, database } = session;
    try {
      const definition = parse(request);
      if (definition.backend !== 'ONNX' || !server.settings.backend) refuse('ERR Could not load backend');
      if (!/^(?:CPU|GPU:|GPU$)/i.test(definition.device)) refuse('ERR unsupported device');
      if (/^GPU/i.test(definition.device)) refuse("ERR GPU requested but ONNX couldn't find CUDA");
      const old = database.get(definition.key);
      // RedisAI crashes when the key holds another type.
      if (old !== undefined && !(old instanceof Model)) refuse(WRONGTYPE);
      const model = server.models.create(definition);
      database.set(definition.key, model);
      server.models.stored(model);
      server.devices.prepare(definition.device);
      reply.ok();
    } catch (error) {
      reply.error(error instanceof Refusal ? error.message : backendText(error));
    }
  };
}

function writeBlob(session: Session, blob: Buffer, reply: Reply): void {
  const chunk = session.server.modelChunkBytes;
  if (blob.length < chunk) return reply.bulk(blob);
  // RedisAI splits when the length reaches the chunk's, so an exact multiple ends with an empty part.
  const parts = Math.floor(blob.length / chunk) + 1;
  reply.array(parts);
  for (let i = 0; i < parts; i++) reply.bulk(blob.subarray(i * chunk, (i + 1) * chunk));
}

function modelget(session: Session, request: Request, reply: Reply): void {
  if (request.argc < 2 || request.argc > 4) return reply.error(wrongArity(request));
  const model = modelAt(session.database, request.text(1), reply);
  if (model === null) return;
  const meta = find(request, 2, 'META') >= 0;
  const blob = find(request, 2, 'BLOB') >= 0;
  if (blob && !meta) return writeBlob(session, model.definition.blob, reply);
  writeModel(model, meta && !blob ? 16 : 18, reply);
  if (meta && !blob) return;
  reply.bulkText('blob');
  writeBlob(session, model.definition.blob, reply);
}

function writeModel({ definition, inputs, outputs }: Model, fields: number, reply: Reply): void {
  const texts = (name: string, values: readonly string[]): void => {
    reply.bulkText(name);
    reply.array(values.length);
    for (const value of values) reply.bulkUtf8(value);
  };
  const number = (name: string, value: number): void => {
    reply.bulkText(name);
    reply.int(value);
  };
  reply.array(fields);
  for (const text of ['backend', definition.backend, 'device', definition.device, 'tag', definition.tag]) reply.bulkText(text);
  number('batchsize', definition.batchSize);
  number('minbatchsize', definition.minBatchSize);
  texts('inputs', inputs);
  texts('outputs', outputs);
  number('minbatchtimeout', definition.minBatchTimeoutMs);
}

function modeldel(session: Session, request: Request, reply: Reply): void {
  if (request.argc !== 2) return reply.error(wrongArity(request));
  const key = request.text(1);
  if (modelAt(session.database, key, reply) === null) return;
  session.database.delete(key);
  reply.ok();
}

function modelscan(session: Session, request: Request, reply: Reply): void {
  if (request.argc !== 1) return reply.error(wrongArity(request));
  const models = [...session.server.models.all()];
  reply.array(models.length);
  for (const { definition } of models) {
    reply.array(2);
    reply.bulkText(definition.key);
    reply.bulkText(definition.tag);
  }
}

export const modelCommands = [
  command('ai.modelstore', -1, 'write denyoom', ONE_KEY, store(6, parseStore)),
  command('ai.modelset', -1, 'write denyoom', ONE_KEY, store(4, parseSet)),
  command('ai.modelget', -1, 'readonly', ONE_KEY, modelget),
  command('ai.modeldel', -1, 'write', ONE_KEY, modeldel),
  command('ai._modelscan', -1, 'readonly', NO_KEYS, modelscan),
];
