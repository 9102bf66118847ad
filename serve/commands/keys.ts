/** Commands on keys of any type. */
import { unknownSubcommand, writeHelp } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { encodingOf, ModuleValue, typeName, type Value } from '../value.js';
import { ALL_KEYS, command, globToRegExp, int32Problem, NO_KEYS, NOT_AN_INTEGER, ONE_KEY, SYNTAX } from './command.js';

function del(session: Session, request: Request, reply: Reply): void {
  let count = 0;
  for (let i = 1; i < request.argc; i++) if (session.database.delete(request.text(i))) count++;
  reply.int(count);
}

function exists(session: Session, request: Request, reply: Reply): void {
  let count = 0;
  for (let i = 1; i < request.argc; i++) if (session.database.read(request.text(i)) !== undefined) count++;
  reply.int(count);
}

function type(session: Session, request: Request, reply: Reply): void {
  const value = session.database.read(request.text(1));
  reply.simple(value === undefined ? 'none' : typeName(value));
}

/** @returns null where every key matches */
function matcherOf(pattern: string): RegExp | null {
  return pattern === '*' ? null : globToRegExp(pattern);
}

function keys(session: Session, request: Request, reply: Reply): void {
  const pattern = request.text(1);
  const matcher = matcherOf(pattern);
  const found: string[] = [];
  for (const key of session.database.keys()) if (matcher === null || matcher.test(key)) found.push(key);
  reply.array(found.length);
  for (const key of found) reply.bulkText(key);
}

const CURSOR_MAX = 2n ** 64n - 1n;

/** A cursor as strtoul reads it: with a sign, with leading zeros, and no digits at all are 0. NaN when it is none. */
function cursorOf(text: string): number {
  const parts = /^(?:([+-]?)([0-9]+))?$/.exec(text.split('\0', 1)[0]);
  const cursor = parts ? BigInt(parts[2] ?? 0) : CURSOR_MAX + 1n;
  return cursor > CURSOR_MAX ? NaN : Number(parts![1] === '-' ? BigInt.asUintN(64, -cursor) : cursor);
}

function scan(session: Session, request: Request, reply: Reply): void {
  const cursor = cursorOf(request.text(1));
  if (Number.isNaN(cursor)) return reply.error('ERR invalid cursor');
  let count = 10;
  let matcher: RegExp | null = null;
  let wanted: string | null = null;
  for (let i = 2; i < request.argc; i += 2) {
    if (i + 1 >= request.argc) return reply.error(SYNTAX);
    if (request.is(i, 'COUNT')) {
      count = request.long(i + 1);
      if (Number.isNaN(count)) return reply.error(NOT_AN_INTEGER);
      if (count < 1) return reply.error(SYNTAX);
    } else if (request.is(i, 'MATCH')) matcher = matcherOf(request.text(i + 1));
    else if (request.is(i, 'TYPE')) wanted = request.text(i + 1).toLowerCase();
    else return reply.error(SYNTAX);
  }
  const { database } = session;
  const step = database.scan(cursor, count);
  const found = step.keys.filter((key) => {
    if (matcher !== null && !matcher.test(key)) return false;
    const value = wanted === null ? undefined : database.read(key);
    return wanted === null || (value !== undefined && typeName(value).toLowerCase() === wanted);
  });
  reply.array(2);
  reply.bulkText(String(step.cursor));
  reply.array(found.length);
  for (const key of found) reply.bulkText(key);
}

function rename(onlyNew: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    const { database } = session;
    const [from, to] = [request.text(1), request.text(2)];
    if (database.get(from) === undefined) return reply.error('ERR no such key');
    if (onlyNew && database.get(to) !== undefined) return reply.int(0);
    if (from !== to) {
      const { value, expiresAt } = database.detach(from)!;
      database.set(to, value);
      if (expiresAt !== undefined) database.expireAt(to, expiresAt);
    }
    if (onlyNew) reply.int(1);
    else reply.ok();
  };
}

function copyOf(value: Exclude<Value, ModuleValue>): Value {
  return Buffer.isBuffer(value) ? value : value.copy();
}

function copy(session: Session, request: Request, reply: Reply): void {
  let target = session.database;
  let replace = false;
  for (let i = 3; i < request.argc; i++) {
    if (request.is(i, 'REPLACE')) replace = true;
    else if (request.is(i, 'DB') && i + 1 < request.argc) {
      const index = request.long(++i);
      const problem = int32Problem(index);
      if (problem !== null) return reply.error(problem);
      const database = session.server.store.databases[index];
      if (database === undefined) return reply.error('ERR DB index is out of range');
      target = database;
    } else return reply.error(SYNTAX);
  }
  const [from, to] = [request.text(1), request.text(2)];
  if (target === session.database && from === to) return reply.error('ERR source and destination objects are the same');
  const value = session.database.get(from);
  if (value === undefined || (target.get(to) !== undefined && !replace)) return reply.int(0);
  if (value instanceof ModuleValue) return reply.error('ERR not supported for this module key');
  const expiresAt = session.database.expiresAt(from);
  target.set(to, copyOf(value));
  if (expiresAt !== undefined) target.expireAt(to, expiresAt);
  reply.int(1);
}

function randomkey(session: Session, _: Request, reply: Reply): void {
  const key = session.database.randomKey();
  if (key === undefined) reply.null();
  else reply.bulkText(key);
}

function flush(everything: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    if (request.argc > 2 || (request.argc === 2 && !request.is(1, 'ASYNC') && !request.is(1, 'SYNC'))) return reply.error(SYNTAX);
    if (everything) session.server.store.clear();
    else session.database.clear();
    reply.ok();
  };
}

function swapdb(session: Session, request: Request, reply: Reply): void {
  const { databases } = session.server.store;
  const [first, second] = [request.long(1), request.long(2)];
  if (int32Problem(first) !== null) return reply.error('ERR invalid first DB index');
  if (int32Problem(second) !== null) return reply.error('ERR invalid second DB index');
  if (!databases[first] || !databases[second]) return reply.error('ERR DB index is out of range');
  if (first !== second) databases[first].swap(databases[second]);
  reply.ok();
}

const NO_FREQUENCY = 'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will '
  + 'take some time to adjust.';
/** Redis keeps one object for each of the numbers below, and tells this of it. */
const SHARED_INTEGERS = 10_000;
const SHARED_REFERENCES = 2 ** 31 - 1;

function object(session: Session, request: Request, reply: Reply): void {
  const question = ['ENCODING', 'REFCOUNT', 'IDLETIME', 'FREQ'].find((word) => request.is(1, word));
  if (request.is(1, 'HELP') && request.argc === 2) return writeHelp(request, ['ENCODING <key>', 'FREQ <key>', 'IDLETIME <key>', 'REFCOUNT <key>'], reply);
  if (request.argc !== 3 || question === undefined) return reply.error(unknownSubcommand(request));
  const value = session.database.read(request.text(2));
  if (value === undefined) return reply.null();
  if (question === 'ENCODING') return reply.bulkText(encodingOf(value));
  if (question === 'FREQ') return reply.error(NO_FREQUENCY);
  if (question === 'IDLETIME') return reply.int(0);
  const shared = Buffer.isBuffer(value) && encodingOf(value) === 'int' && Number(value.toString('latin1')) >= 0 && Number(value.toString('latin1')) < SHARED_INTEGERS;
  reply.int(shared ? SHARED_REFERENCES : 1);
}

export const keyCommands = [
  command('del', -2, 'write @keyspace', ALL_KEYS, del),
  command('unlink', -2, 'write fast @keyspace', ALL_KEYS, del),
  command('exists', -2, 'readonly fast @keyspace', ALL_KEYS, exists),
  command('touch', -2, 'readonly fast @keyspace', ALL_KEYS, exists),
  command('type', 2, 'readonly fast @keyspace', ONE_KEY, type),
  command('keys', 2, 'readonly sort_for_script @keyspace @dangerous', NO_KEYS, keys),
  command('scan', -2, 'readonly random @keyspace', NO_KEYS, scan),
  command('rename', 3, 'write @keyspace', [1, 2, 1], rename(false)),
  command('renamenx', 3, 'write fast @keyspace', [1, 2, 1], rename(true)),
  command('copy', -3, 'write denyoom @keyspace', [1, 2, 1], copy),
  command('randomkey', 1, 'readonly random @keyspace', NO_KEYS, randomkey),
  command('dbsize', 1, 'readonly fast @keyspace', NO_KEYS, (session, _, reply) => reply.int(session.database.size)),
  command('flushall', -1, 'write @keyspace @dangerous', NO_KEYS, flush(true)),
  command('flushdb', -1, 'write @keyspace @dangerous', NO_KEYS, flush(false)),
  command('swapdb', 3, 'write fast @keyspace @dangerous', NO_KEYS, swapdb),
  command('object', -2, 'readonly random @keyspace', [2, 2, 1], object),
];
