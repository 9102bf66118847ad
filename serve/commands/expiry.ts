/** When keys go away: the EXPIRE and TTL families. */
import { instantOf, millisecondsTo } from '../instant.js';
import { expireOrDelete } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { command, NOT_AN_INTEGER, ONE_KEY } from './command.js';

function expire(unitMs: bigint, relative: boolean) {
  return ({ database }: Session, request: Request, reply: Reply): void => {
    const given = request.bigint(2);
    if (given === null) return reply.error(NOT_AN_INTEGER);
    const at = instantOf(given, unitMs, relative);
    if (at === null) return reply.error(`ERR invalid expire time in ${request.text(0).toLowerCase()}`);
    const key = request.text(1);
    if (database.get(key) === undefined) return reply.int(0);
    expireOrDelete(database, key, at);
    reply.int(1);
  };
}

function left(seconds: boolean) {
  return ({ database }: Session, request: Request, reply: Reply): void => {
    const key = request.text(1);
    if (database.read(key) === undefined) return reply.int(-2);
    const at = database.expiresAt(key);
    if (at === undefined) return reply.int(-1);
    const ms = millisecondsTo(at);
    if (typeof ms === 'bigint') reply.bigint(seconds ? (ms + 500n) / 1000n : ms);
    else reply.int(seconds ? Math.floor((ms + 500) / 1000) : ms);
  };
}

function persist(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  reply.int(session.database.get(key) !== undefined && session.database.persist(key) ? 1 : 0);
}

export const expiryCommands = [
  command('expire', 3, 'write fast @keyspace', ONE_KEY, expire(1000n, true)),
  command('pexpire', 3, 'write fast @keyspace', ONE_KEY, expire(1n, true)),
  command('expireat', 3, 'write fast @keyspace', ONE_KEY, expire(1000n, false)),
  command('pexpireat', 3, 'write fast @keyspace', ONE_KEY, expire(1n, false)),
  command('ttl', 2, 'readonly random fast @keyspace', ONE_KEY, left(true)),
  command('pttl', 2, 'readonly random fast @keyspace', ONE_KEY, left(false)),
  command('persist', 2, 'write fast @keyspace', ONE_KEY, persist),
];
