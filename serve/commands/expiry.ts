/** When keys go away: the EXPIRE and TTL families. */
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { command, NOT_AN_INTEGER, ONE_KEY } from './command.js';

function expire(unitMs: number, relative: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    const { database } = session;
    const given = request.bigint(2);
    if (given === null) return reply.error(NOT_AN_INTEGER);
    const at = Number(given) * unitMs + (relative ? Date.now() : 0);
    if (!Number.isSafeInteger(at)) return reply.error(`ERR invalid expire time in ${request.text(0).toLowerCase()}`);
    const key = request.text(1);
    if (database.get(key) === undefined) return reply.int(0);
    if (at <= Date.now()) database.delete(key);
    else database.expireAt(key, at);
    reply.int(1);
  };
}

function left(unitMs: number, absolute = false) {
  return (session: Session, request: Request, reply: Reply): void => {
    const key = request.text(1);
    if (session.database.get(key) === undefined) return reply.int(-2);
    const at = session.database.expiresAtMs(key);
    if (at === undefined) return reply.int(-1);
    const ms = absolute ? at : Math.max(0, at - Date.now());
    reply.int(unitMs === 1 ? ms : Math.floor((ms + (absolute ? 0 : 500)) / unitMs));
  };
}

function persist(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  reply.int(session.database.get(key) !== undefined && session.database.persist(key) ? 1 : 0);
}

export const expiryCommands = [
  command('expire', 3, 'write fast', ONE_KEY, expire(1000, true)),
  command('pexpire', 3, 'write fast', ONE_KEY, expire(1, true)),
  command('expireat', 3, 'write fast', ONE_KEY, expire(1000, false)),
  command('pexpireat', 3, 'write fast', ONE_KEY, expire(1, false)),
  command('ttl', 2, 'readonly random fast', ONE_KEY, left(1000)),
  command('pttl', 2, 'readonly random fast', ONE_KEY, left(1)),
  command('persist', 2, 'write fast', ONE_KEY, persist),
];
