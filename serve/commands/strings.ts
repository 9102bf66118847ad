/** Strings: SET with its options, GET, MSET, APPEND, the INCR family and their kin. */
import { instantOf, type Instant } from '../instant.js';
import { BULK_BYTES_MAX } from '../limits.js';
import { add as addLong, formatLongDouble, parseLongDouble } from '../long-double.js';
import { INT64_MAX, INT64_MIN, parseInteger } from '../numbers.js';
import { expireOrDelete, WRONGTYPE } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { encoded } from '../value.js';
import { ALL_KEYS, command, NOT_AN_INTEGER, ONE_KEY, SYNTAX } from './command.js';

/** The string under a key: undefined when there is none, null (and the error is written) when it is no string. */
function stringAt({ database }: Session, key: string, reply: Reply, lookUp: 'get' | 'read' = 'get'): Buffer | undefined | null {
  const value = database[lookUp](key);
  if (value === undefined || Buffer.isBuffer(value)) return value;
  reply.error(WRONGTYPE);
  return null;
}

function get({ database }: Session, request: Request, reply: Reply): void {
  const value = database.read(request.text(1));
  if (value === undefined) reply.null();
  else if (Buffer.isBuffer(value)) reply.bulk(value);
  else reply.error(WRONGTYPE);
}

const EXPIRIES = ['EX', 'PX', 'EXAT', 'PXAT'] as const;

/** What the options of SET and GETEX ask for. */
interface Options {
  onlyNew: boolean;
  onlyOld: boolean;
  answerOld: boolean;
  keep: boolean;
  persist: boolean;
  /** Which word gives the expiry, and the argument that names the time: the last one, where the word is repeated. */
  expiry: (typeof EXPIRIES)[number] | null;
  timeArgument: number;
}

/** @returns null when an argument is no option, or does not go with those before it */
function optionsOf(request: Request, from: number, ofSet: boolean): Options | null {
  const options: Options = { onlyNew: false, onlyOld: false, answerOld: false, keep: false, persist: false, expiry: null, timeArgument: 0 };
  for (let i = from; i < request.argc; i++) {
    const expiry = EXPIRIES.find((word) => request.is(i, word));
    if (expiry !== undefined) {
      if (i + 1 >= request.argc || options.keep || options.persist || (options.expiry ?? expiry) !== expiry) return null;
      options.expiry = expiry;
      options.timeArgument = ++i;
    } else if (ofSet && request.is(i, 'NX') && !options.onlyOld && !options.answerOld) options.onlyNew = true;
    else if (ofSet && request.is(i, 'XX') && !options.onlyNew) options.onlyOld = true;
    else if (ofSet && request.is(i, 'GET') && !options.onlyNew) options.answerOld = true;
    else if (ofSet && request.is(i, 'KEEPTTL') && options.expiry === null) options.keep = true;
    else if (!ofSet && request.is(i, 'PERSIST') && options.expiry === null) options.persist = true;
    else return null;
  }
  return options;
}

/** When the options let the key expire: undefined for never; null, after having written the error, when the time is none. */
function expiryOf(request: Request, { expiry, timeArgument }: Options, name: string, reply: Reply): Instant | null | undefined {
  if (expiry === null) return undefined;
  return timeAt(request, timeArgument, expiry === 'EX' || expiry === 'EXAT' ? 1000n : 1n, expiry === 'EX' || expiry === 'PX', name, reply);
}

/** The time that an argument names, which must be positive; null after having written the error. */
function timeAt(request: Request, i: number, unitMs: bigint, relative: boolean, name: string, reply: Reply): Instant | null {
  const given = request.bigint(i);
  if (given === null) {
    reply.error(NOT_AN_INTEGER);
    return null;
  }
  const at = given > 0n ? instantOf(given, unitMs, relative) : null;
  if (at === null) reply.error(`ERR invalid expire time in ${name}`);
  return at;
}

function set(session: Session, request: Request, reply: Reply): void {
  const { database } = session;
  const key = request.text(1);
  if (request.argc === 3) {
    database.set(key, request.take(2));
    return reply.ok();
  }
  const options = optionsOf(request, 3, true);
  if (options === null) return reply.error(SYNTAX);
  const expiresAt = expiryOf(request, options, 'set', reply);
  if (expiresAt === null) return;
  const { onlyNew, onlyOld, answerOld } = options;
  const old = answerOld ? database.read(key) : database.get(key);
  if ((onlyNew && old !== undefined) || (onlyOld && old === undefined)) return reply.null();
  if (!answerOld) reply.ok();
  else if (old === undefined) reply.null();
  else if (Buffer.isBuffer(old)) reply.bulk(old);
  else return reply.error(WRONGTYPE);
  database.set(key, request.take(2), options.keep);
  if (expiresAt !== undefined) database.expireAt(key, expiresAt);
}

function setWithExpiry(unitMs: bigint) {
  return (session: Session, request: Request, reply: Reply): void => {
    const at = timeAt(request, 2, unitMs, true, unitMs === 1n ? 'psetex' : 'setex', reply);
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
  const old = stringAt(session, key, reply, 'read');
  if (old === null) return;
  if (old === undefined) reply.null();
  else reply.bulk(old);
  session.database.set(key, request.take(2));
}

function getdel(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  const old = stringAt(session, key, reply, 'read');
  if (old === null) return;
  if (old === undefined) return reply.null();
  reply.bulk(old);
  session.database.delete(key);
}

function getex({ database }: Session, request: Request, reply: Reply): void {
  const options = optionsOf(request, 2, false);
  if (options === null) return reply.error(SYNTAX);
  const key = request.text(1);
  const value = database.read(key);
  if (value === undefined) return reply.null();
  if (!Buffer.isBuffer(value)) return reply.error(WRONGTYPE);
  const expiresAt = expiryOf(request, options, 'getex', reply);
  if (expiresAt === null) return;
  reply.bulk(value);
  if (options.persist) database.persist(key);
  else if (expiresAt !== undefined) expireOrDelete(database, key, expiresAt);
}

function mget(session: Session, request: Request, reply: Reply): void {
  reply.array(request.argc - 1);
  for (let i = 1; i < request.argc; i++) {
    const value = session.database.read(request.text(i));
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
  const value = stringAt(session, request.text(1), reply, 'read');
  if (value !== null) reply.int(value?.length ?? 0);
}

const TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';

function append(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  const old = stringAt(session, key, reply);
  if (old === null) return;
  const size = (old?.length ?? 0) + request.length(2);
  if (size > BULK_BYTES_MAX) return reply.error(TOO_LONG);
  session.database.set(key, old ? encoded(Buffer.concat([old, request.view(2)]), 'raw') : request.take(2), true);
  reply.int(size);
}

function getrange(session: Session, request: Request, reply: Reply): void {
  let from = request.long(2);
  let to = request.long(3);
  if (Number.isNaN(from) || Number.isNaN(to)) return reply.error(NOT_AN_INTEGER);
  const value = stringAt(session, request.text(1), reply, 'read');
  if (value === null) return;
  const size = value?.length ?? 0;
  const backwards = from < 0 && to < 0 && request.bigint(2)! > request.bigint(3)!;
  if (from < 0) from = Math.max(0, from + size);
  if (to < 0) to = Math.max(0, to + size);
  to = Math.min(to, size - 1);
  if (value === undefined || backwards || from > to) reply.raw('$0\r\n\r\n');
  else reply.bulk(value.subarray(from, to + 1));
}

function setrange(session: Session, request: Request, reply: Reply): void {
  const key = request.text(1);
  const offset = request.long(2);
  if (Number.isNaN(offset)) return reply.error(NOT_AN_INTEGER);
  if (offset < 0) return reply.error('ERR offset is out of range');
  const old = stringAt(session, key, reply);
  if (old === null) return;
  const part = request.view(3);
  if (part.length === 0) return reply.int(old?.length ?? 0);
  if (offset + part.length > BULK_BYTES_MAX) return reply.error(TOO_LONG);
  const size = Math.max(old?.length ?? 0, offset + part.length);
  const grown = Buffer.alloc(size);
  old?.copy(grown);
  part.copy(grown, offset);
  session.database.set(key, encoded(grown, 'raw'), true);
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
  // The smallest number has no opposite: 6.2 goes on with the number itself.
  add(session, request.text(1), by === null || by === INT64_MIN ? by : -by, reply);
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
  session.database.set(key, encoded(text, 'text'), true);
  reply.bulk(text);
}

export const stringCommands = [
  command('get', 2, 'readonly fast @string', ONE_KEY, get),
  command('set', -3, 'write denyoom @string', ONE_KEY, set),
  command('setex', 4, 'write denyoom @string', ONE_KEY, setWithExpiry(1000n)),
  command('psetex', 4, 'write denyoom @string', ONE_KEY, setWithExpiry(1n)),
  command('setnx', 3, 'write denyoom fast @string', ONE_KEY, setnx),
  command('getset', 3, 'write denyoom fast @string', ONE_KEY, getset),
  command('getdel', 2, 'write fast @string', ONE_KEY, getdel),
  command('getex', -2, 'write fast @string', ONE_KEY, getex),
  command('mget', -2, 'readonly fast @string', ALL_KEYS, mget),
  command('mset', -3, 'write denyoom @string', [1, -1, 2], mset(false)),
  command('msetnx', -3, 'write denyoom @string', [1, -1, 2], mset(true)),
  command('strlen', 2, 'readonly fast @string', ONE_KEY, strlen),
  command('append', 3, 'write denyoom fast @string', ONE_KEY, append),
  command('getrange', 4, 'readonly @string', ONE_KEY, getrange),
  command('substr', 4, 'readonly @string', ONE_KEY, getrange),
  command('setrange', 4, 'write denyoom @string', ONE_KEY, setrange),
  command('incr', 2, 'write denyoom fast @string', ONE_KEY, (session, request, reply) => add(session, request.text(1), 1n, reply)),
  command('decr', 2, 'write denyoom fast @string', ONE_KEY, (session, request, reply) => add(session, request.text(1), -1n, reply)),
  command('incrby', 3, 'write denyoom fast @string', ONE_KEY, (session, request, reply) => add(session, request.text(1), request.bigint(2), reply)),
  command('decrby', 3, 'write denyoom fast @string', ONE_KEY, decrby),
  command('incrbyfloat', 3, 'write denyoom fast @string', ONE_KEY, incrbyfloat),
];
