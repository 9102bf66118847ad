/** AI.INFO and AI.CONFIG. */
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import { wrongArity, type Session } from '../session.js';
import { command, NO_KEYS, ONE_KEY } from './command.js';

function info(session: Session, request: Request, reply: Reply): void {
  if (request.argc < 2 || request.argc > 3) return reply.error(wrongArity(request));
  const model = session.server.models.find(request.text(1));
  if (!model) return reply.error('ERR cannot find run info for key');
  if (request.is(2, 'RESETSTAT')) {
    model.info.reset();
    return reply.ok();
  }
  const { definition, info: run } = model;
  reply.array(18);
  for (const text of ['key', definition.key, 'type', 'MODEL', 'backend', definition.backend, 'device', definition.device, 'tag', definition.tag]) {
    reply.bulkText(text);
  }
  const numbers: [string, number][] = [['duration', run.durationUs], ['samples', run.samples], ['calls', run.calls], ['errors', run.errors]];
  for (const [name, value] of numbers) {
    reply.bulkText(name);
    reply.int(value);
  }
}

const BACKENDS = ['TF', 'TFLITE', 'TORCH', 'ONNX'];

function config(session: Session, request: Request, reply: Reply): void {
  const { server } = session;
  if (request.argc < 2) return reply.error(wrongArity(request));
  if (request.is(1, 'GET')) {
    if (request.argc < 3) return reply.error(wrongArity(request));
    if (request.is(2, 'MODEL_CHUNK_SIZE')) return reply.int(server.modelChunkBytes);
    if (request.is(2, 'BACKENDSPATH') && server.backendsPath !== null) return reply.bulkText(server.backendsPath);
    return reply.null();
  }
  if (request.is(1, 'MODEL_CHUNK_SIZE')) {
    if (request.argc < 3) return reply.error('ERR MODEL_CHUNK_SIZE: missing chunk size');
    const size = request.long(2);
    if (!(size > 0)) return reply.error('ERR MODEL_CHUNK_SIZE: invalid chunk size');
    server.modelChunkBytes = size;
    return reply.ok();
  }
  if (request.is(1, 'BACKENDSPATH')) {
    if (request.argc < 3) return reply.error('ERR BACKENDSPATH: missing path argument');
    server.backendsPath = request.cString(2);
    return reply.ok();
  }
  if (request.is(1, 'LOADBACKEND')) {
    if (request.argc < 4) return reply.error(wrongArity(request));
    // The one backend there is comes with the server, and is loaded already.
    return reply.error(BACKENDS.some((name) => request.is(2, name)) ? 'ERR error loading backend' : 'ERR unsupported backend');
  }
  reply.error('ERR unsupported subcommand');
}

export const aiCommands = [
  command('ai.info', -1, 'readonly', ONE_KEY, info),
  command('ai.config', -1, 'write', NO_KEYS, config),
];
