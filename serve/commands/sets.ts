/** Sets. */
import { Members } from '../collection-values.js';
import { changedFrom, removeMembers, valueAt } from '../lookup.js';
import { INT64_MAX, INT64_MIN } from '../numbers.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { command, NOT_AN_INTEGER, ONE_KEY, SYNTAX } from './command.js';

function setAt({ database }: Session, request: Request, reply: Reply, lookUp: 'get' | 'read' = 'read'): Members | undefined | null {
  return valueAt(database, lookUp, request.text(1), Members, reply);
}

function sadd(session: Session, request: Request, reply: Reply): void {
  const { database } = session;
  const key = request.text(1);
  let set = setAt(session, request, reply, 'get');
  if (set === null) return;
  if (set === undefined) database.set(key, (set = new Members()));
  const before = set.sizeBytes;
  let added = 0;
  for (let i = 2; i < request.argc; i++) if (set.add(request.text(i))) added++;
  if (added > 0) database.changed(key, set.sizeBytes - before);
  reply.int(added);
}

function srem(session: Session, request: Request, reply: Reply): void {
  removeMembers(session, request, reply, setAt(session, request, reply, 'get'));
}

function spop(session: Session, request: Request, reply: Reply): void {
  if (request.argc > 3) return reply.error(SYNTAX);
  const many = request.argc === 3;
  const count = many ? request.long(2) : 1;
  if (!(count >= 0)) return reply.error('ERR value is out of range, must be positive');
  const set = setAt(session, request, reply, 'get');
  if (set === null) return;
  if (set === undefined) return many ? reply.set(0) : reply.null();
  if (count >= set.size) {
    if (many) writeAll(set, reply);
    else reply.bulkText(set.random(0)!);
    session.database.delete(request.text(1));
    return;
  }
  const before = set.sizeBytes;
  if (many) reply.set(count);
  for (let i = 0; i < count; i++) reply.bulkText(set.take(Math.random()));
  if (count > 0) changedFrom(session.database, request.text(1), set, before);
}

/** Of one reply to SRANDMEMBER with a negative count. A reply has a limit as everything has. */
const RANDOM_MAX = 1_000_000;

/** A negative count answers so many members, the same one perhaps several times. */
function srandmember(session: Session, request: Request, reply: Reply): void {
  if (request.argc > 3) return reply.error(SYNTAX);
  const many = request.argc === 3;
  const count = many ? request.long(2) : 1;
  if (Number.isNaN(count)) return reply.error(NOT_AN_INTEGER);
  if (many && request.bigint(2) === INT64_MIN) return reply.error(`ERR value is out of range, value must between ${-INT64_MAX} and ${INT64_MAX}`);
  const set = setAt(session, request, reply);
  if (set === null) return;
  if (set === undefined) return many ? reply.array(0) : reply.null();
  if (!many) return reply.bulkText(set.random(Math.random())!);
  if (count >= set.size) {
    reply.array(set.size);
    for (const member of set.values()) reply.bulkText(member);
  } else if (count >= 0) {
    const rest = set.copy();
    reply.array(count);
    for (let i = 0; i < count; i++) reply.bulkText(rest.take(Math.random()));
  } else if (-count > RANDOM_MAX) reply.error('ERR value is out of range');
  else {
    reply.array(-count);
    for (let i = 0; i < -count; i++) reply.bulkText(set.random(Math.random())!);
  }
}

function smembers(session: Session, request: Request, reply: Reply): void {
  const set = setAt(session, request, reply);
  if (set === null) return;
  if (set === undefined) reply.set(0);
  else writeAll(set, reply);
}

function writeAll(set: Members, reply: Reply): void {
  reply.set(set.size);
  for (const member of set.values()) reply.bulkText(member);
}

function scard(session: Session, request: Request, reply: Reply): void {
  const set = setAt(session, request, reply);
  if (set !== null) reply.int(set?.size ?? 0);
}

function sismember(session: Session, request: Request, reply: Reply): void {
  const set = setAt(session, request, reply);
  if (set !== null) reply.int(set?.has(request.text(2)) ? 1 : 0);
}

function smismember(session: Session, request: Request, reply: Reply): void {
  const set = setAt(session, request, reply);
  if (set === null) return;
  reply.array(request.argc - 2);
  for (let i = 2; i < request.argc; i++) reply.int(set?.has(request.text(i)) ? 1 : 0);
}

export const setCommands = [
  command('sadd', -3, 'write denyoom fast @set', ONE_KEY, sadd),
  command('srem', -3, 'write fast @set', ONE_KEY, srem),
  command('spop', -2, 'write random fast @set', ONE_KEY, spop),
  command('srandmember', -2, 'readonly random @set', ONE_KEY, srandmember),
  command('smembers', 2, 'readonly sort_for_script @set', ONE_KEY, smembers),
  command('scard', 2, 'readonly fast @set', ONE_KEY, scard),
  command('sismember', 3, 'readonly fast @set', ONE_KEY, sismember),
  command('smismember', -3, 'readonly fast @set', ONE_KEY, smismember),
];
