/** AI.MODELSTORE, its deprecated form AI.MODELSET, AI.MODELGET, AI.MODELDEL and AI._MODELSCAN. */
import { modelAt, WRONGTYPE } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import { backendText, Model, type ModelDefinition } from '../models.js';
import { wrongArity, type Session } from '../session.js';
import { command, NO_KEYS, ONE_KEY } from './command.js';

/** Thrown by the parsing below and answered as it is. */
class Refusal extends Error {}

function refuse(text: string): never {
  throw new Refusal(text);
}

const BACKENDS = ['TF', 'TFLITE', 'TORCH', 'ONNX'];
/** RedisAI keeps the device's name in ten characters. */
const DEVICE_LENGTH_MAX = 9;

function backendOf(request: Request): string {
  return BACKENDS.find((name) => request.is(2, name)) ?? refuse('ERR unsupported backend');
}

interface Place {
  at: number;
}

/** The number after an option's keyword, 0 when the option is not there. */
function count(request: Request, place: Place, keyword: string): number {
  if (!request.is(place.at, keyword)) return 0;
  const value = place.at + 1 < request.argc ? request.integer(place.at + 1) : NaN;
  if (!(value >= 0)) refuse(`ERR Invalid argument for ${keyword}`);
  place.at += 2;
  return value;
}

interface Batching {
  readonly batchSize: number;
  readonly minBatchSize: number;
  readonly minBatchTimeoutMs: number;
}

function batching(request: Request, place: Place, deprecated: boolean): Batching {
  const batchSize = count(request, place, 'BATCHSIZE');
  const minBatchSize = count(request, place, 'MINBATCHSIZE');
  if (batchSize === 0 && minBatchSize > 0) refuse('ERR MINBATCHSIZE specified without BATCHSIZE');
  const minBatchTimeoutMs = count(request, place, 'MINBATCHTIMEOUT');
  if (deprecated && batchSize === 0 && minBatchTimeoutMs > 0) refuse('ERR MINBATCHTIMEOUT specified without BATCHSIZE');
  if (minBatchSize === 0 && minBatchTimeoutMs > 0) refuse('ERR MINBATCHTIMEOUT specified without MINBATCHSIZE');
  return { batchSize, minBatchSize, minBatchTimeoutMs };
}

/** INPUTS n … OUTPUTS n …, which only TensorFlow graphs are given; the names are of no use here, but their errors are. */
function names(request: Request, place: Place, what: 'input' | 'output'): void {
  const keyword = `${what.toUpperCase()}S`;
  if (!request.is(place.at, keyword)) refuse(`ERR ${keyword} not specified for TF`);
  const size = place.at + 1 < request.argc ? request.integer(place.at + 1) : NaN;
  if (!(size >= 0)) refuse(`ERR Invalid argument for ${what}_count`);
  if (place.at + 2 + size > request.argc) refuse(`ERR number of model ${what}s does not match the number of given arguments`);
  place.at += 2 + size;
}

function blobFrom(request: Request, at: number): Buffer {
  if (request.argc - at === 1) return request.take(at);
  return Buffer.concat(Array.from({ length: request.argc - at }, (_, i) => request.view(at + i)));
}

function parseStore(request: Request): ModelDefinition {
  const backend = backendOf(request);
  const device = request.text(3);
  if (device.length > DEVICE_LENGTH_MAX || !/^(?:CPU|GPU)(?::[0-9]+)?$/i.test(device)) refuse('ERR Invalid DEVICE');
  const place = { at: 4 };
  let tag = '';
  if (request.is(place.at, 'TAG') && place.at + 1 < request.argc) {
    tag = request.text(place.at + 1);
    place.at += 2;
  }
  const batches = batching(request, place, false);
  if (backend === 'TF') {
    names(request, place, 'input');
    names(request, place, 'output');
  } else if (request.is(place.at, 'INPUTS')) refuse('ERR INPUTS argument should not be specified for this backend');
  if (place.at >= request.argc) refuse('ERR Insufficient arguments, missing model BLOB');
  if (!request.is(place.at, 'BLOB')) refuse('ERR Invalid argument, expected BLOB');
  if (place.at + 1 >= request.argc) refuse('ERR Insufficient arguments, missing model BLOB');
  return { key: request.text(1), backend, device, tag, ...batches, blob: blobFrom(request, place.at + 1) };
}

function parseSet(request: Request): ModelDefinition {
  const backend = backendOf(request);
  const device = request.text(3);
  if (device.length > DEVICE_LENGTH_MAX) refuse('ERR Invalid DEVICE');
  const place = { at: 4 };
  let tag = '';
  if (request.is(place.at, 'TAG') && place.at + 1 < request.argc) {
    tag = request.text(place.at + 1);
    place.at += 2;
  }
  const batches = batching(request, place, true);
  if (place.at >= request.argc) refuse('ERR Insufficient arguments, missing model BLOB');
  const [input, output, blob] = ['INPUTS', 'OUTPUTS', 'BLOB'].map((keyword) => find(request, place.at, keyword));
  if (backend === 'TF') {
    if (input < 0 && output < 0) refuse('ERR Insufficient arguments, INPUTS and OUTPUTS not specified');
    if (input < 0) refuse('ERR INPUTS not specified');
    if (output < 0) refuse('ERR OUTPUTS not specified');
  }
  if (blob < 0 || blob + 1 >= request.argc) refuse('ERR Insufficient arguments, missing model BLOB');
  return { key: request.text(1), backend, device, tag, ...batches, blob: blobFrom(request, blob + 1) };
}

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
      if (!/^(?:CPU|GPU)/i.test(definition.device)) refuse('ERR unsupported device');
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
