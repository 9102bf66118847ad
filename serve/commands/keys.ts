/** Commands on keys of any type. */
import { Hash, List, Members } from '../collection-values.js';
import { unknownSubcommand } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { SortedSet } from '../sorted-set.js';
import { ModuleValue, typeName, type Value } from '../store.js';
import { ALL_KEYS, command, globToRegExp, NO_KEYS, NOT_AN_INTEGER, ONE_KEY, SYNTAX } from './command.js';

function del(session: Session, request: Request, reply: Reply): void {
  let count = 0;
  for (let i = 1; i < request.argc; i++) if (session.database.delete(request.text(i))) count++;
  reply.int(count);
}

function exists(session: Session, request: Request, reply: Reply): void {
  let count = 0;
  for (let i = 1; i < request.argc; i++) if (session.database.get(request.text(i)) !== undefined) count++;
  reply.int(count);
}

function type(session: Session, request: Request, reply: Reply): void {
  const value = session.database.get(request.text(1));
  reply.simple(value === undefined ? 'none' : typeName(value));
}

function keys(session: Session, request: Request, reply: Reply): void {
  const pattern = request.text(1);
  const all = pattern === '*';
  const matcher = globToRegExp(pattern);
  const found: string[] = [];
  for (const key of session.database.keys()) if (all || matcher.test(key)) found.push(key);
  reply.array(found.length);
  for (const key of found) reply.bulkText(key);
}

function scan(session: Session, request: Request, reply: Reply): void {
  const cursor = request.integer(1);
  if (Number.isNaN(cursor) || cursor < 0) return reply.error('ERR invalid cursor');
  let count = 10;
  let matcher: RegExp | null = null;
  let wanted: string | null = null;
  for (let i = 2; i < request.argc; i += 2) {
    if (i + 1 >= request.argc) return reply.error(SYNTAX);
    if (request.is(i, 'COUNT')) {
      count = request.integer(i + 1);
      if (Number.isNaN(count)) return reply.error(NOT_AN_INTEGER);
      if (count < 1) return reply.error(SYNTAX);
    } else if (request.is(i, 'MATCH')) matcher = globToRegExp(request.text(i + 1));
    else if (request.is(i, 'TYPE')) wanted = request.text(i + 1).toLowerCase();
    else return reply.error(SYNTAX);
  }
  const { database } = session;
  const step = database.scan(cursor, count);
  const found = step.keys.filter((key) => {
    if (matcher !== null && !matcher.test(key)) return false;
    const value = wanted === null ? undefined : database.get(key);
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
      const { value, expiresAtMs } = database.detach(from)!;
      database.set(to, value);
      if (expiresAtMs !== undefined) database.expireAt(to, expiresAtMs);
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
      const index = request.integer(++i);
      if (Number.isNaN(index)) return reply.error(NOT_AN_INTEGER);
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
  const expiresAtMs = session.database.expiresAtMs(from);
  target.set(to, copyOf(value));
  if (expiresAtMs !== undefined) target.expireAt(to, expiresAtMs);
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
  const [first, second] = [request.integer(1), request.integer(2)];
  if (Number.isNaN(first)) return reply.error('ERR invalid first DB index');
  if (Number.isNaN(second)) return reply.error('ERR invalid second DB index');
  if (!databases[first] || !databases[second]) return reply.error('ERR DB index is out of range');
  if (first !== second) databases[first].swap(databases[second]);
  reply.ok();
}

function encodingOf(value: Value): string {
  if (Buffer.isBuffer(value)) return /^(?:0|-?[1-9]\d{0,18})$/.test(value.toString('latin1', 0, 21)) ? 'int' : value.length <= 44 ? 'embstr' : 'raw';
  if (value instanceof Hash) return value.compact ? 'ziplist' : 'hashtable';
  if (value instanceof Members) return value.integers ? 'intset' : 'hashtable';
  if (value instanceof SortedSet) return value.compact ? 'ziplist' : 'skiplist';
  return value instanceof List ? 'quicklist' : 'raw';
}

function object(session: Session, request: Request, reply: Reply): void {
  const [encoding, refcount, idle] = [request.is(1, 'ENCODING'), request.is(1, 'REFCOUNT'), request.is(1, 'IDLETIME')];
  if (request.argc !== 3 || !(encoding || refcount || idle)) {
    return reply.error(unknownSubcommand(request));
  }
  const value = session.database.get(request.text(2));
  if (value === undefined) return reply.null();
  if (encoding) reply.bulkText(encodingOf(value));
  else reply.int(refcount ? 1 : 0);
}

/** Only what is certain without Redis's own storage format: a missing key, and a payload that cannot be ours. */
function dump(session: Session, request: Request, reply: Reply): void {
  if (session.database.get(request.text(1)) === undefined) return reply.null();
  reply.error('ERR DUMP is not supported by this server');
}

function restore(_: Session, __: Request, reply: Reply): void {
  reply.error('ERR DUMP payload version or checksum are wrong');
}

export const keyCommands = [
  command('del', -2, 'write', ALL_KEYS, del),
  command('unlink', -2, 'write fast', ALL_KEYS, del),
  command('exists', -2, 'readonly fast', ALL_KEYS, exists),
  command('touch', -2, 'readonly fast', ALL_KEYS, exists),
  command('type', 2, 'readonly fast', ONE_KEY, type),
  command('keys', 2, 'readonly sort_for_script', NO_KEYS, keys),
  command('scan', -2, 'readonly random', NO_KEYS, scan),
  command('rename', 3, 'write', [1, 2, 1], rename(false)),
  command('renamenx', 3, 'write fast', [1, 2, 1], rename(true)),
  command('copy', -3, 'write denyoom', [1, 2, 1], copy),
  command('randomkey', 1, 'readonly random', NO_KEYS, randomkey),
  command('dbsize', 1, 'readonly fast', NO_KEYS, (session, _, reply) => reply.int(session.database.size)),
  command('flushall', -1, 'write', NO_KEYS, flush(true)),
  command('flushdb', -1, 'write', NO_KEYS, flush(false)),
  command('swapdb', 3, 'write fast', NO_KEYS, swapdb),
  command('object', -2, 'readonly random', [2, 2, 1], object),
  command('dump', 2, 'readonly random', ONE_KEY, dump),
  command('restore', -4, 'write denyoom', ONE_KEY, restore),
];
