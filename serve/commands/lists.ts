/** Lists: both ends, ranges, and what keeps a list short. */
import { List } from '../collection-values.js';
import { changedFrom, valueAt } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { command, NOT_AN_INTEGER, ONE_KEY } from './command.js';

function listAt({ database }: Session, request: Request, reply: Reply, lookUp: 'get' | 'read' = 'read'): List | undefined | null {
  return valueAt(database, lookUp, request.text(1), List, reply);
}

/** @param present only onto a list that is there (LPUSHX, RPUSHX) */
function push(left: boolean, present: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    const { database } = session;
    const key = request.text(1);
    let list = listAt(session, request, reply, 'get');
    if (list === null) return;
    if (list === undefined) {
      if (present) return reply.int(0);
      list = new List();
      database.set(key, list);
    }
    const before = list.sizeBytes;
    // A value of its own memory: a list outlives the request in which an element came.
    for (let i = 2; i < request.argc; i++) list.push(Buffer.from(request.view(i)), left);
    database.changed(key, list.sizeBytes - before);
    reply.int(list.size);
  };
}

function pop(left: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    const name = left ? 'lpop' : 'rpop';
    if (request.argc > 3) return reply.error(`ERR wrong number of arguments for '${name}' command`);
    const many = request.argc === 3;
    const count = many ? request.long(2) : 1;
    if (!(count >= 0)) return reply.error('ERR value is out of range, must be positive');
    const list = listAt(session, request, reply, 'get');
    if (list === null) return;
    if (list === undefined) return many ? reply.nullArray() : reply.null();
    if (count === 0) return reply.array(0);
    const before = list.sizeBytes;
    const taken = Math.min(count, list.size);
    if (many) reply.array(taken);
    for (let i = 0; i < taken; i++) reply.bulk(list.pop(left)!);
    changedFrom(session.database, request.text(1), list, before);
  };
}

function llen(session: Session, request: Request, reply: Reply): void {
  const list = listAt(session, request, reply);
  if (list !== null) reply.int(list?.size ?? 0);
}

/** First and last index, both included, that two arguments mean for so many elements; null after having written the error. */
function span(request: Request, size: number, reply: Reply): { from: number; to: number } | null {
  const [from, to] = [request.long(2), request.long(3)];
  if (Number.isNaN(from) || Number.isNaN(to)) {
    reply.error(NOT_AN_INTEGER);
    return null;
  }
  return { from: from < 0 ? Math.max(0, from + size) : from, to: Math.min(to < 0 ? to + size : to, size - 1) };
}

function lrange(session: Session, request: Request, reply: Reply): void {
  if (span(request, 0, reply) === null) return;
  const list = listAt(session, request, reply);
  if (list === null) return;
  const { from, to } = span(request, list?.size ?? 0, reply)!;
  reply.array(Math.max(0, to - from + 1));
  for (let i = from; i <= to; i++) reply.bulk(list!.at(i));
}

function ltrim(session: Session, request: Request, reply: Reply): void {
  if (span(request, 0, reply) === null) return;
  const list = listAt(session, request, reply, 'get');
  if (list === null) return;
  if (list !== undefined) {
    const { size, sizeBytes } = list;
    const { from, to } = span(request, size, reply)!;
    const [head, tail] = from > to ? [size, 0] : [from, size - 1 - to];
    for (let i = 0; i < head; i++) list.pop(true);
    for (let i = 0; i < tail; i++) list.pop(false);
    changedFrom(session.database, request.text(1), list, sizeBytes);
  }
  reply.ok();
}

function lindex(session: Session, request: Request, reply: Reply): void {
  const list = listAt(session, request, reply);
  if (list === null) return;
  if (list === undefined) return reply.null();
  const given = request.long(2);
  if (Number.isNaN(given)) return reply.error(NOT_AN_INTEGER);
  const index = given < 0 ? given + list.size : given;
  if (index >= 0 && index < list.size) reply.bulk(list.at(index));
  else reply.null();
}

export const listCommands = [
  command('lpush', -3, 'write denyoom fast @list', ONE_KEY, push(true, false)),
  command('rpush', -3, 'write denyoom fast @list', ONE_KEY, push(false, false)),
  command('lpushx', -3, 'write denyoom fast @list', ONE_KEY, push(true, true)),
  command('rpushx', -3, 'write denyoom fast @list', ONE_KEY, push(false, true)),
  command('lpop', -2, 'write fast @list', ONE_KEY, pop(true)),
  command('rpop', -2, 'write fast @list', ONE_KEY, pop(false)),
  command('llen', 2, 'readonly fast @list', ONE_KEY, llen),
  command('lrange', 4, 'readonly @list', ONE_KEY, lrange),
  command('lindex', 3, 'readonly @list', ONE_KEY, lindex),
  command('ltrim', 4, 'write @list', ONE_KEY, ltrim),
];
