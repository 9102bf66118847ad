/** AI.SCRIPT*: there is no TorchScript backend, and these are the answers of a server without it. */
import { IN_TRANSACTION, NO_SCRIPT, WRONGTYPE } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import { wrongArity, type Session } from '../session.js';
import { command, NO_KEYS, ONE_KEY, type Command } from './command.js';

/** A script cannot be stored, so a key is empty or holds something else. */
function noScript(session: Session, database: 'own' | 'first', key: string, reply: Reply): void {
  const value = (database === 'own' ? session.database : session.server.store.databases[0]).get(key);
  reply.error(value === undefined ? NO_SCRIPT : WRONGTYPE);
}

function withArity(min: number, max: number, run: Command['run']): Command['run'] {
  return (session, request, reply) => {
    if (request.argc < min || request.argc > max) return reply.error(wrongArity(request));
    run(session, request, reply);
  };
}

function deviceError(request: Request): string | null {
  const device = request.text(2);
  return device.length > 9 || !/^(?:CPU|GPU)(?::[0-9]+)?$/i.test(device) ? 'ERR Invalid DEVICE' : null;
}

/** `AI.SCRIPTSTORE key device [TAG tag] ENTRY_POINTS n name… SOURCE text`. */
function scriptstore(_: Session, request: Request, reply: Reply): void {
  const device = deviceError(request);
  if (device) return reply.error(device);
  let at = request.is(3, 'TAG') ? 5 : 3;
  if (!request.is(at, 'ENTRY_POINTS')) return reply.error('ERR Insufficient arguments, missing script entry points');
  const count = at + 1 < request.argc ? request.integer(at + 1) : NaN;
  if (Number.isNaN(count)) return reply.error('ERR Non numeric entry points number provided to AI.SCRIPTSTORE command');
  at += 2 + Math.max(0, count);
  if (!request.is(at, 'SOURCE') || at + 1 >= request.argc) return reply.error('ERR Insufficient arguments, missing script SOURCE');
  reply.error('ERR Could not load backend');
}

function scriptset(_: Session, request: Request, reply: Reply): void {
  const at = request.is(3, 'TAG') ? 5 : 3;
  if (!request.is(at, 'SOURCE') || at + 1 >= request.argc) return reply.error('ERR Insufficient arguments, missing script SOURCE');
  reply.error('ERR Could not load backend');
}

function executing(run: Command['run']): Command['run'] {
  return (session, request, reply) => (session.executing ? reply.error(IN_TRANSACTION) : run(session, request, reply));
}

const own = (session: Session, request: Request, reply: Reply): void => noScript(session, 'own', request.text(1), reply);
const first = (session: Session, request: Request, reply: Reply): void => noScript(session, 'first', request.text(1), reply);

/** Keys of KEYS and INPUTS, which come before the outputs. */
function keysOf(request: Request): number[] | null {
  const places = [1];
  for (let i = 3; i < request.argc; i++) {
    if (!request.is(i, 'KEYS') && !request.is(i, 'INPUTS')) continue;
    const count = i + 1 < request.argc ? request.integer(i + 1) : NaN;
    if (!(count >= 0) || i + 2 + count > request.argc) return null;
    for (let k = 0; k < count; k++) places.push(i + 2 + k);
    i += 1 + count;
  }
  return places;
}

export const scriptCommands = [
  command('ai.scriptstore', -1, 'write denyoom', ONE_KEY, withArity(6, Infinity, scriptstore)),
  command('ai.scriptset', -1, 'write denyoom', ONE_KEY, withArity(4, Infinity, scriptset)),
  command('ai.scriptget', -1, 'readonly', ONE_KEY, withArity(2, 4, own)),
  command('ai.scriptdel', -1, 'write', ONE_KEY, withArity(2, 2, own)),
  command('ai._scriptscan', -1, 'readonly', NO_KEYS, withArity(1, 1, (_, __, reply) => reply.array(0))),
  command('ai.scriptexecute', -1, 'write denyoom movablekeys', [5, 5, 1], executing(withArity(5, Infinity, first)), { keysOf }),
  command('ai.scriptrun', -1, 'write denyoom movablekeys', [4, 4, 1], executing(withArity(6, Infinity, first)), { keysOf }),
];
