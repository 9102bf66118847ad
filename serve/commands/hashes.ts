/** Hashes: what preloading reference data and redis-benchmark need. */
import { Hash } from '../collection-values.js';
import { changedFrom, removeMembers, valueAt } from '../lookup.js';
import { INT64_MAX, INT64_MIN, parseInteger } from '../numbers.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { command, NOT_AN_INTEGER, ONE_KEY } from './command.js';

/** The hash that the request's key holds; see `valueAt`. */
function hashAt({ database }: Session, request: Request, reply: Reply, lookUp: 'get' | 'read' = 'read'): Hash | undefined | null {
  return valueAt(database, lookUp, request.text(1), Hash, reply);
}

/** The hash to write to, made when there is none. */
function hashFor(session: Session, request: Request, reply: Reply): Hash | null {
  const old = hashAt(session, request, reply, 'get');
  if (old !== undefined) return old;
  const made = new Hash();
  session.database.set(request.text(1), made);
  return made;
}

function hset(session: Session, request: Request, reply: Reply): void {
  const many = request.is(0, 'HMSET');
  if (request.argc % 2 === 1) return reply.error(`ERR wrong number of arguments for '${many ? 'hmset' : 'hset'}' command`);
  const hash = hashFor(session, request, reply);
  if (hash === null) return;
  const before = hash.sizeBytes;
  let added = 0;
  for (let i = 2; i < request.argc; i += 2) if (hash.set(request.text(i), Buffer.from(request.view(i + 1)))) added++;
  changedFrom(session.database, request.text(1), hash, before);
  if (many) reply.ok();
  else reply.int(added);
}

function hsetnx(session: Session, request: Request, reply: Reply): void {
  const hash = hashFor(session, request, reply);
  if (hash === null) return;
  if (hash.get(request.text(2)) !== undefined) return reply.int(0);
  const before = hash.sizeBytes;
  hash.set(request.text(2), Buffer.from(request.view(3)));
  changedFrom(session.database, request.text(1), hash, before);
  reply.int(1);
}

function hincrby(session: Session, request: Request, reply: Reply): void {
  const by = request.bigint(3);
  if (by === null) return reply.error(NOT_AN_INTEGER);
  const hash = hashAt(session, request, reply, 'get');
  if (hash === null) return;
  const old = hash?.get(request.text(2));
  const value = old === undefined ? 0n : parseInteger(old.toString('latin1'));
  if (value === null) return reply.error('ERR hash value is not an integer');
  const sum = value + by;
  if (sum > INT64_MAX || sum < INT64_MIN) return reply.error('ERR increment or decrement would overflow');
  const target = hashFor(session, request, reply)!;
  const before = target.sizeBytes;
  target.set(request.text(2), Buffer.from(String(sum), 'latin1'), false);
  changedFrom(session.database, request.text(1), target, before);
  reply.bigint(sum);
}

function hget(session: Session, request: Request, reply: Reply): void {
  const hash = hashAt(session, request, reply);
  if (hash === null) return;
  const value = hash?.get(request.text(2));
  if (value) reply.bulk(value);
  else reply.null();
}

function hmget(session: Session, request: Request, reply: Reply): void {
  const hash = hashAt(session, request, reply);
  if (hash === null) return;
  reply.array(request.argc - 2);
  for (let i = 2; i < request.argc; i++) {
    const value = hash?.get(request.text(i));
    if (value) reply.bulk(value);
    else reply.null();
  }
}

function hgetall(session: Session, request: Request, reply: Reply): void {
  const hash = hashAt(session, request, reply);
  if (hash === null) return;
  reply.map(hash?.size ?? 0);
  for (const [field, value] of hash?.entries() ?? []) {
    reply.bulkText(field);
    reply.bulk(value);
  }
}

/** HKEYS and HVALS. */
function half(keys: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    const hash = hashAt(session, request, reply);
    if (hash === null) return;
    reply.array(hash?.size ?? 0);
    for (const [field, value] of hash?.entries() ?? []) {
      if (keys) reply.bulkText(field);
      else reply.bulk(value);
    }
  };
}

function hdel(session: Session, request: Request, reply: Reply): void {
  removeMembers(session, request, reply, hashAt(session, request, reply, 'get'));
}

/** Commands that answer a number about a hash. */
function about(number: (hash: Hash | undefined, request: Request) => number) {
  return (session: Session, request: Request, reply: Reply): void => {
    const hash = hashAt(session, request, reply);
    if (hash !== null) reply.int(number(hash, request));
  };
}

export const hashCommands = [
  command('hset', -4, 'write denyoom fast @hash', ONE_KEY, hset),
  command('hmset', -4, 'write denyoom fast @hash', ONE_KEY, hset),
  command('hsetnx', 4, 'write denyoom fast @hash', ONE_KEY, hsetnx),
  command('hincrby', 4, 'write denyoom fast @hash', ONE_KEY, hincrby),
  command('hget', 3, 'readonly fast @hash', ONE_KEY, hget),
  command('hmget', -3, 'readonly fast @hash', ONE_KEY, hmget),
  command('hgetall', 2, 'readonly random @hash', ONE_KEY, hgetall),
  command('hkeys', 2, 'readonly sort_for_script @hash', ONE_KEY, half(true)),
  command('hvals', 2, 'readonly sort_for_script @hash', ONE_KEY, half(false)),
  command('hdel', -3, 'write fast @hash', ONE_KEY, hdel),
  command('hlen', 2, 'readonly fast @hash', ONE_KEY, about((hash) => hash?.size ?? 0)),
  command('hexists', 3, 'readonly fast @hash', ONE_KEY, about((hash, request) => (hash?.get(request.text(2)) === undefined ? 0 : 1))),
  command('hstrlen', 3, 'readonly fast @hash', ONE_KEY, about((hash, request) => hash?.get(request.text(2))?.length ?? 0)),
];
