/** AI.TENSORSET and AI.TENSORGET. */
import { tensorAt, WRONGTYPE } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import { wrongArity, type Session } from '../session.js';
import { parseFormat, parseTensor, Tensor, writeTensor } from '../tensor-value.js';
import { command, ONE_KEY } from './command.js';

function tensorset(session: Session, request: Request, reply: Reply): void {
  if (request.argc < 4) return reply.error(wrongArity(request));
  const key = request.text(1);
  const old = session.database.peek(key);
  const fits = old === undefined || old instanceof Tensor;
  const tensor = fits ? parseTensor(request, 2, request.argc, reply) : null;
  if (!fits) reply.error(WRONGTYPE);
  // The module has opened the key for writing by now: whoever watches it hears of it, though nothing changes.
  if (tensor === null) return session.database.touch(key);
  session.database.give(key, tensor, request.memory);
  reply.ok();
}

function tensorget(session: Session, request: Request, reply: Reply): void {
  if (request.argc < 2 || request.argc > 4) return reply.error(wrongArity(request));
  const tensor = tensorAt(session.database, request.text(1), reply);
  const format = tensor && parseFormat(request, 2, request.argc, reply);
  if (format) writeTensor(tensor, format, reply);
}

export const tensorCommands = [
  command('ai.tensorset', -1, 'write denyoom', ONE_KEY, tensorset),
  command('ai.tensorget', -1, 'readonly', ONE_KEY, tensorget),
];
