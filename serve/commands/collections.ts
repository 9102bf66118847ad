/** As much of hashes, lists and sets as redis-benchmark and preloading need. */
import { WRONGTYPE } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { ModuleValue, type Value } from '../store.js';
import { command, NOT_AN_INTEGER, ONE_KEY } from './command.js';

/** The value under a key if it is of the type; undefined when there is none, null (and the error is written) when it is another's. */
function at<T extends Value>(session: Session, key: string, is: (value: Value) => value is T, reply: Reply): T | undefined | null {
  const value = session.database.get(key);
  if (value === undefined || is(value)) return value;
  reply.error(WRONGTYPE);
  return null;
}

const isHash = (value: Value): value is Map<string, Buffer> => value instanceof Map;
const isSet = (value: Value): value is Set<string> => value instanceof Set;
const isList = (value: Value): value is Buffer[] => Array.isArray(value);

/** A value of its own memory: collections outlive the request in which an element came. */
const own = (request: Request, i: number): Buffer => Buffer.from(request.view(i));

function hset(session: Session, request: Request, reply: Reply): void {
  if (request.argc % 2 === 1) return reply.error("ERR wrong number of arguments for 'hset' command");
  const key = request.text(1);
  const hash = at(session, key, isHash, reply);
  if (hash === null) return;
  const fields = hash ?? new Map<string, Buffer>();
  const before = fields.size;
  for (let i = 2; i < request.argc; i += 2) fields.set(request.text(i), own(request, i + 1));
  session.database.set(key, fields, true);
  reply.int(fields.size - before);
}

function hget(session: Session, request: Request, reply: Reply): void {
  const hash = at(session, request.text(1), isHash, reply);
  if (hash === null) return;
  const value = hash?.get(request.text(2));
  if (value) reply.bulk(value);
  else reply.null();
}

function hgetall(session: Session, request: Request, reply: Reply): void {
  const hash = at(session, request.text(1), isHash, reply);
  if (hash === null) return;
  reply.map(hash?.size ?? 0);
  for (const [field, value] of hash ?? []) {
    reply.bulkText(field);
    reply.bulk(value);
  }
}

function hdel(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  const hash = at(session, key, isHash, reply);
  if (hash === null) return;
  let count = 0;
  for (let i = 2; i < request.argc; i++) if (hash?.delete(request.text(i))) count++;
  if (hash?.size === 0) session.database.delete(key);
  else if (count > 0) session.database.touch(key);
  reply.int(count);
}

function push(left: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    const key = request.text(1);
    const old = at(session, key, isList, reply);
    if (old === null) return;
    const list = old ?? [];
    for (let i = 2; i < request.argc; i++) {
      if (left) list.unshift(own(request, i));
      else list.push(own(request, i));
    }
    session.database.set(key, list, true);
    reply.int(list.length);
  };
}

function pop(left: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    const key = request.text(1);
    const list = at(session, key, isList, reply);
    if (list === null) return;
    const many = request.argc === 3;
    const count = many ? request.integer(2) : 1;
    if (request.argc > 3 || Number.isNaN(count) || count < 0) return reply.error('ERR value is out of range, must be positive');
    if (list === undefined) return many ? reply.nullArray() : reply.null();
    const taken = left ? list.splice(0, count) : list.splice(Math.max(0, list.length - count)).reverse();
    if (list.length === 0) session.database.delete(key);
    else session.database.touch(key);
    if (many) reply.array(taken.length);
    for (const value of taken) reply.bulk(value);
  };
}

function llen(session: Session, request: Request, reply: Reply): void {
  const list = at(session, request.text(1), isList, reply);
  if (list !== null) reply.int(list?.length ?? 0);
}

function lrange(session: Session, request: Request, reply: Reply): void {
  let [from, to] = [request.integer(2), request.integer(3)];
  if (Number.isNaN(from) || Number.isNaN(to)) return reply.error(NOT_AN_INTEGER);
  const list = at(session, request.text(1), isList, reply);
  if (list === null) return;
  const size = list?.length ?? 0;
  if (from < 0) from = Math.max(0, from + size);
  to = Math.min(to < 0 ? to + size : to, size - 1);
  reply.array(Math.max(0, to - from + 1));
  for (let i = from; i <= to; i++) reply.bulk(list![i]);
}

function sadd(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  const old = at(session, key, isSet, reply);
  if (old === null) return;
  const set = old ?? new Set<string>();
  const before = set.size;
  for (let i = 2; i < request.argc; i++) set.add(request.text(i));
  session.database.set(key, set, true);
  reply.int(set.size - before);
}

function spop(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  const set = at(session, key, isSet, reply);
  if (set === null) return;
  const [member] = set ?? [];
  if (member === undefined) return reply.null();
  set!.delete(member);
  if (set!.size === 0) session.database.delete(key);
  else session.database.touch(key);
  reply.bulkText(member);
}

function smembers(session: Session, request: Request, reply: Reply): void {
  const set = at(session, request.text(1), isSet, reply);
  if (set === null) return;
  reply.set(set?.size ?? 0);
  for (const member of set ?? []) reply.bulkText(member);
}

function count(session: Session, request: Request, reply: Reply): void {
  const value = session.database.get(request.text(1));
  const hash = request.is(0, 'HLEN');
  if (value instanceof ModuleValue || (value !== undefined && !(hash ? isHash(value) : isSet(value)))) return reply.error(WRONGTYPE);
  reply.int((value as Map<string, Buffer> | Set<string> | undefined)?.size ?? 0);
}

export const collectionCommands = [
  command('hset', -4, 'write denyoom fast', ONE_KEY, hset),
  command('hget', 3, 'readonly fast', ONE_KEY, hget),
  command('hgetall', 2, 'readonly random', ONE_KEY, hgetall),
  command('hdel', -3, 'write fast', ONE_KEY, hdel),
  command('hlen', 2, 'readonly fast', ONE_KEY, count),
  command('lpush', -3, 'write denyoom fast', ONE_KEY, push(true)),
  command('rpush', -3, 'write denyoom fast', ONE_KEY, push(false)),
  command('lpop', -2, 'write fast', ONE_KEY, pop(true)),
  command('rpop', -2, 'write fast', ONE_KEY, pop(false)),
  command('llen', 2, 'readonly fast', ONE_KEY, llen),
  command('lrange', 4, 'readonly', ONE_KEY, lrange),
  command('sadd', -3, 'write denyoom fast', ONE_KEY, sadd),
  command('spop', -2, 'write random fast', ONE_KEY, spop),
  command('smembers', 2, 'readonly sort_for_script', ONE_KEY, smembers),
  command('scard', 2, 'readonly fast', ONE_KEY, count),
];
