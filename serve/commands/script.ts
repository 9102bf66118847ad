/** AI.SCRIPT*: there is no TorchScript backend, and these are the answers of a server without it. */
import { IN_TRANSACTION, NO_SCRIPT, scriptRefusal, WRONGTYPE } from '../lookup.js';
import { parseLooseInteger } from '../numbers.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import { wrongArity, type Session } from '../session.js';
import { command, NO_KEYS, ONE_KEY, type Command } from './command.js';

function withArity(min: number, max: number, run: Command['run']): Command['run'] {
  return (session, request, reply) => {
    if (request.argc < min || request.argc > max) return reply.error(wrongArity(request));
    run(session, request, reply);
  };
}

const NO_SOURCE = 'ERR Insufficient arguments, missing script SOURCE';
const NO_ENTRY_POINTS = 'ERR Insufficient arguments, missing script entry points';

/** `AI.SCRIPTSTORE key device [TAG tag] ENTRY_POINTS n name… SOURCE text`. The device is the backend's business, which is not there. */
function scriptstore(_: Session, request: Request, reply: Reply): void {
  const at = request.is(3, 'TAG') ? 5 : 3;
  if (!request.is(at, 'ENTRY_POINTS')) return reply.error(NO_ENTRY_POINTS);
  const count = at + 1 < request.argc ? parseLooseInteger(request.text(at + 1)) : NaN;
  if (Number.isNaN(count)) return reply.error('ERR Non numeric entry points number provided to AI.SCRIPTSTORE command');
  const sourceAt = at + 2 + count;
  // A negative count is read without its sign, as a very large one.
  if (count < 0 || sourceAt > request.argc) return reply.error(NO_ENTRY_POINTS);
  source(request, sourceAt, reply);
}

function source(request: Request, at: number, reply: Reply): void {
  reply.error(request.is(at, 'SOURCE') && at + 1 < request.argc ? 'ERR Could not load backend' : NO_SOURCE);
}

/** `AI.SCRIPTSET key device [TAG tag] SOURCE text`: five arguments with the name, or seven. */
function scriptset(_: Session, request: Request, reply: Reply): void {
  if (request.argc !== 5 && request.argc !== 7) return reply.error(wrongArity(request));
  source(request, request.is(3, 'TAG') ? 5 : 3, reply);
}

/** A script cannot be stored, so a key is empty or holds something else. */
function noScript(session: Session, request: Request, reply: Reply): void {
  reply.error(session.database.get(request.text(1)) === undefined ? NO_SCRIPT : WRONGTYPE);
}

function executing(name: string): Command['run'] {
  return (session, request, reply) => reply.error(session.executing ? IN_TRANSACTION : scriptRefusal(session, request, 0, request.argc, name));
}

/** Positions of the keys of AI.SCRIPTEXECUTE, up to where a count makes no sense: the real server wants one more argument behind the keys. */
function keysOfExecute(request: Request): number[] {
  const { argc } = request;
  if (argc < 6) return [];
  const places = [1];
  for (let i = 3; i < argc; ) {
    if (!['INPUTS', 'OUTPUTS', 'KEYS'].some((name) => request.is(i, name))) break;
    const count = i + 1 < argc ? request.long(i + 1) : NaN;
    i += 2;
    if (!(count > 0 && i + count < argc)) break;
    for (const end = i + count; i < end; i++) places.push(i);
  }
  return places;
}

/** Positions of the keys of AI.SCRIPTRUN: everything behind its INPUTS, whatever that is, but for OUTPUTS and `$`. */
function keysOfRun(request: Request): number[] {
  if (request.argc < 2) return [];
  const places = [1];
  for (let i = request.is(3, 'TIMEOUT') ? 6 : 4; i < request.argc; i++) if (!request.is(i, 'OUTPUTS') && !request.is(i, '$')) places.push(i);
  return places;
}

export const scriptCommands = [
  command('ai.scriptstore', -1, 'write denyoom', ONE_KEY, withArity(8, Infinity, scriptstore)),
  command('ai.scriptset', -1, 'write denyoom', ONE_KEY, scriptset),
  command('ai.scriptget', -1, 'readonly', ONE_KEY, withArity(2, 4, noScript)),
  command('ai.scriptdel', -1, 'write', ONE_KEY, withArity(2, 2, noScript)),
  command('ai._scriptscan', -1, 'readonly', NO_KEYS, withArity(1, 1, (_, __, reply) => reply.array(0))),
  command('ai.scriptexecute', -1, 'write denyoom movablekeys', [5, 5, 1], executing('AI.SCRIPTEXECUTE'), { keysOf: keysOfExecute }),
  command('ai.scriptrun', -1, 'write denyoom movablekeys', [4, 4, 1], executing('AI.SCRIPTRUN'), { keysOf: keysOfRun }),
];
