/** Strings: SET with its options, GET, MSET, APPEND, the INCR family and their kin. */
import { BULK_BYTES_MAX } from '../limits.js';
import { add as addLong, formatLongDouble, parseLongDouble } from '../long-double.js';
import { INT64_MAX, INT64_MIN, parseInteger } from '../numbers.js';
import { WRONGTYPE } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { ALL_KEYS, command, NOT_AN_INTEGER, ONE_KEY, SYNTAX } from './command.js';

/** The string under a key: undefined when there is none, null (and the error is written) when it is no string. */
export function stringAt(session: Session, key: string, reply: Reply): Buffer | undefined | null {
  const value = session.database.get(key);
  if (value === undefined || Buffer.isBuffer(value)) return value;
  reply.error(WRONGTYPE);
  return null;
}

function get(session: Session, request: Request, reply: Reply): void {
  const value = stringAt(session, request.text(1), reply);
  if (value === null) return;
  if (value === undefined) reply.null();
  else reply.bulk(value);
}

/** Milliseconds since the epoch for EX, PX, EXAT and PXAT; null after having written the error. */
function expiryOf(request: Request, i: number, name: string, reply: Reply): number | null {
  const unitMs = request.is(i, 'EX') || request.is(i, 'EXAT') ? 1000 : 1;
  return timeAt(request, i + 1, unitMs, request.is(i, 'EX') || request.is(i, 'PX'), name, reply);
}

/** The time that an argument names, which must be positive. */
function timeAt(request: Request, i: number, unitMs: number, relative: boolean, name: string, reply: Reply): number | null {
  const given = request.bigint(i);
  if (given === null) {
    reply.error(NOT_AN_INTEGER);
    return null;
  }
  const at = Number(given) * unitMs + (relative ? Date.now() : 0);
  if (given <= 0n || !Number.isSafeInteger(at)) {
    reply.error(`ERR invalid expire time in ${name}`);
    return null;
  }
  return at;
}

const isExpiry = (request: Request, i: number): boolean => request.is(i, 'EX') || request.is(i, 'PX') || request.is(i, 'EXAT') || request.is(i, 'PXAT');

function set(session: Session, request: Request, reply: Reply): void {
  const { database } = session;
  const key = request.text(1);
  if (request.argc === 3) {
    database.set(key, request.take(2));
    return reply.ok();
  }
  let [onlyNew, onlyOld, keep, answerOld] = [false, false, false, false];
  let expiresAt: number | null = null;
  for (let i = 3; i < request.argc; i++) {
    if (request.is(i, 'NX') && !onlyOld) onlyNew = true;
    else if (request.is(i, 'XX') && !onlyNew) onlyOld = true;
    else if (request.is(i, 'GET')) answerOld = true;
    else if (request.is(i, 'KEEPTTL') && expiresAt === null) keep = true;
    else if (isExpiry(request, i) && !keep && expiresAt === null && i + 1 < request.argc) {
      expiresAt = expiryOf(request, i++, 'set', reply);
      if (expiresAt === null) return;
    } else return reply.error(SYNTAX);
  }
  if (answerOld && onlyNew) return reply.error(SYNTAX);
  const old = database.get(key);
  if (answerOld && old !== undefined && !Buffer.isBuffer(old)) return reply.error(WRONGTYPE);
  const refused = (onlyNew && old !== undefined) || (onlyOld && old === undefined);
  if (answerOld) {
    if (old === undefined) reply.null();
    else reply.bulk(old as Buffer);
  } else if (refused) reply.null();
  else reply.ok();
  if (refused) return;
  database.set(key, request.take(2), keep);
  if (expiresAt !== null) database.expireAt(key, expiresAt);
}

function setWithExpiry(unitMs: number) {
  return (session: Session, request: Request, reply: Reply): void => {
    const at = timeAt(request, 2, unitMs, true, unitMs === 1 ? 'psetex' : 'setex', reply);
    if (at === null) return;
    const key = request.text(1);
    session.database.set(key, request.take(3));
    session.database.expireAt(key, at);
    reply.ok();
  };
}

function setnx(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  if (session.database.get(key) !== undefined) return reply.int(0);
  session.database.set(key, request.take(2));
  reply.int(1);
}

function getset(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  const old = stringAt(session, key, reply);
  if (old === null) return;
  if (old === undefined) reply.null();
  else reply.bulk(old);
  session.database.set(key, request.take(2));
}

function getdel(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  const old = stringAt(session, key, reply);
  if (old === null) return;
  if (old === undefined) return reply.null();
  reply.bulk(old);
  session.database.delete(key);
}

function getex(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  const value = stringAt(session, key, reply);
  if (value === null) return;
  let expiresAt: number | null = null;
  const persist = request.argc === 3 && request.is(2, 'PERSIST');
  if (request.argc > 2 && !persist) {
    if (request.argc !== 4 || !isExpiry(request, 2)) return reply.error(SYNTAX);
    expiresAt = expiryOf(request, 2, 'getex', reply);
    if (expiresAt === null) return;
  }
  if (value === undefined) return reply.null();
  reply.bulk(value);
  if (persist) session.database.persist(key);
  if (expiresAt !== null) session.database.expireAt(key, expiresAt);
}

function mget(session: Session, request: Request, reply: Reply): void {
  reply.array(request.argc - 1);
  for (let i = 1; i < request.argc; i++) {
    const value = session.database.get(request.text(i));
    if (Buffer.isBuffer(value)) reply.bulk(value);
    else reply.null();
  }
}

function mset(onlyNew: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    if (request.argc % 2 === 0) return reply.error('ERR wrong number of arguments for MSET');
    const { database } = session;
    if (onlyNew) for (let i = 1; i < request.argc; i += 2) if (database.get(request.text(i)) !== undefined) return reply.int(0);
    for (let i = 1; i < request.argc; i += 2) database.set(request.text(i), request.take(i + 1));
    if (onlyNew) reply.int(1);
    else reply.ok();
  };
}

function strlen(session: Session, request: Request, reply: Reply): void {
  const value = stringAt(session, request.text(1), reply);
  if (value !== null) reply.int(value?.length ?? 0);
}

const TOO_LONG = 'ERR string exceeds maximum allowed size (512MB)';

function append(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  const old = stringAt(session, key, reply);
  if (old === null) return;
  const size = (old?.length ?? 0) + request.length(2);
  if (size > BULK_BYTES_MAX) return reply.error(TOO_LONG);
  session.database.set(key, old ? Buffer.concat([old, request.view(2)]) : request.take(2), true);
  reply.int(size);
}

function getrange(session: Session, request: Request, reply: Reply): void {
  let from = request.integer(2);
  let to = request.integer(3);
  if (Number.isNaN(from) || Number.isNaN(to)) return reply.error(NOT_AN_INTEGER);
  const value = stringAt(session, request.text(1), reply);
  if (value === null) return;
  const size = value?.length ?? 0;
  if (from < 0) from = Math.max(0, from + size);
  if (to < 0) to = Math.max(0, to + size);
  to = Math.min(to, size - 1);
  if (value === undefined || from > to) reply.raw('$0\r\n\r\n');
  else reply.bulk(value.subarray(from, to + 1));
}

function setrange(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  const offset = request.integer(2);
  if (Number.isNaN(offset)) return reply.error(NOT_AN_INTEGER);
  if (offset < 0) return reply.error('ERR offset is out of range');
  const old = stringAt(session, key, reply);
  if (old === null) return;
  const part = request.view(3);
  if (part.length === 0) return reply.int(old?.length ?? 0);
  const size = Math.max(old?.length ?? 0, offset + part.length);
  if (size > BULK_BYTES_MAX) return reply.error(TOO_LONG);
  const grown = Buffer.alloc(size);
  old?.copy(grown);
  part.copy(grown, offset);
  session.database.set(key, grown, true);
  reply.int(size);
}

/** Adds to a number under a key. @param by null when the argument is no integer */
function add(session: Session, key: string, by: bigint | null, reply: Reply): void {
  if (by === null) return reply.error(NOT_AN_INTEGER);
  const old = stringAt(session, key, reply);
  if (old === null) return;
  const value = old === undefined ? 0n : parseInteger(old.toString('latin1'));
  if (value === null) return reply.error(NOT_AN_INTEGER);
  const sum = value + by;
  if (sum > INT64_MAX || sum < INT64_MIN) return reply.error('ERR increment or decrement would overflow');
  session.database.set(key, Buffer.from(sum.toString(), 'latin1'), true);
  reply.bigint(sum);
}

function decrby(session: Session, request: Request, reply: Reply): void {
  const by = request.bigint(2);
  if (by === INT64_MIN) return reply.error('ERR decrement would overflow');
  add(session, request.text(1), by === null ? null : -by, reply);
}

const NOT_A_FLOAT = 'ERR value is not a valid float';

function incrbyfloat(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  const old = stringAt(session, key, reply);
  if (old === null) return;
  const value = parseLongDouble(old === undefined ? '0' : old.toString('latin1'));
  const by = parseLongDouble(request.text(2));
  if (value === null || by === null) return reply.error(NOT_A_FLOAT);
  const sum = typeof value === 'number' || typeof by === 'number' ? null : addLong(value, by);
  if (sum === null) return reply.error('ERR increment would produce NaN or Infinity');
  const text = Buffer.from(formatLongDouble(sum), 'latin1');
  session.database.set(key, text, true);
  reply.bulk(text);
}

export const stringCommands = [
  command('get', 2, 'readonly fast', ONE_KEY, get),
  command('set', -3, 'write denyoom', ONE_KEY, set),
  command('setex', 4, 'write denyoom', ONE_KEY, setWithExpiry(1000)),
  command('psetex', 4, 'write denyoom', ONE_KEY, setWithExpiry(1)),
  command('setnx', 3, 'write denyoom fast', ONE_KEY, setnx),
  command('getset', 3, 'write denyoom fast', ONE_KEY, getset),
  command('getdel', 2, 'write fast', ONE_KEY, getdel),
  command('getex', -2, 'write fast', ONE_KEY, getex),
  command('mget', -2, 'readonly fast', ALL_KEYS, mget),
  command('mset', -3, 'write denyoom', [1, -1, 2], mset(false)),
  command('msetnx', -3, 'write denyoom', [1, -1, 2], mset(true)),
  command('strlen', 2, 'readonly fast', ONE_KEY, strlen),
  command('append', 3, 'write denyoom fast', ONE_KEY, append),
  command('getrange', 4, 'readonly', ONE_KEY, getrange),
  command('substr', 4, 'readonly', ONE_KEY, getrange),
  command('setrange', 4, 'write denyoom', ONE_KEY, setrange),
  command('incr', 2, 'write denyoom fast', ONE_KEY, (session, request, reply) => add(session, request.text(1), 1n, reply)),
  command('decr', 2, 'write denyoom fast', ONE_KEY, (session, request, reply) => add(session, request.text(1), -1n, reply)),
  command('incrby', 3, 'write denyoom fast', ONE_KEY, (session, request, reply) => add(session, request.text(1), request.bigint(2), reply)),
  command('decrby', 3, 'write denyoom fast', ONE_KEY, decrby),
  command('incrbyfloat', 3, 'write denyoom fast', ONE_KEY, incrbyfloat),
];
