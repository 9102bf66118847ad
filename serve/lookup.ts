/** What the command families have in common: finding values of a type, and the errors when they are not there. */
import type { Hash, List, Members } from './collection-values.js';
import { Model } from './models.js';
import type { Reply } from './reply.js';
import type { Request } from './request.js';
import type { Session } from './session.js';
import type { SortedSet } from './sorted-set.js';
import type { Database, Value } from './store.js';
import { MODULE_VERSION } from './server.js';
import { Tensor } from './tensor-value.js';

export const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
export const NO_TENSOR = 'ERR tensor key is empty or in a different shard';
export const NO_MODEL = 'ERR model key is empty';
export const NO_SCRIPT = 'ERR script key is empty';
export const IN_TRANSACTION = 'ERR Cannot run RedisAI command within a transaction or a LUA script';

/** The tensor under a key, or null after having written the error. */
export function tensorAt(database: Database, key: string, reply: Reply): Tensor | null {
  const value = database.get(key);
  if (value instanceof Tensor) return value;
  reply.error(value === undefined ? NO_TENSOR : WRONGTYPE);
  return null;
}

/** The model under a key, or null after having written the error. */
export function modelAt(database: Database, key: string, reply: Reply): Model | null {
  const value = database.get(key);
  if (value instanceof Model) return value;
  reply.error(value === undefined ? NO_MODEL : WRONGTYPE);
  return null;
}

/**
 * What AI.SCRIPTEXECUTE or AI.SCRIPTRUN is told, in the arguments from `at` up to `end`: a script cannot be stored without TorchScript, so that its key is
 * empty or holds something else. The other arguments are looked at only once there is a script.
 */
export function scriptRefusal({ server }: Session, request: Request, at: number, end: number, name: string): string {
  if (end - at < 3) return `ERR wrong number of arguments for '${name}' command`;
  return server.store.databases[0].get(request.text(at + 1)) === undefined ? NO_SCRIPT : WRONGTYPE;
}

/** The module as HELLO and MODULE LIST tell of it. */
export function writeModule(reply: Reply): void {
  reply.map(2);
  reply.bulkText('name');
  reply.bulkText('ai');
  reply.bulkText('ver');
  reply.int(MODULE_VERSION);
}

/**
 * The value under a key if it is of this class.
 * @returns undefined when there is none; null, after having written the error, when it is of another
 */
export function valueAt<T extends Value>(database: Database, key: string, type: new () => T, reply: Reply): T | undefined | null {
  const value = database.get(key);
  if (value === undefined || value instanceof type) return value;
  reply.error(WRONGTYPE);
  return null;
}

/** Ends a change of a collection in its place: an empty one goes away. @param before its `sizeBytes` before the change */
export function changedFrom(database: Database, key: string, value: Hash | List | Members | SortedSet, before: number): void {
  database.changed(key, value.sizeBytes - before);
  if (value.size === 0) database.delete(key);
}

/**
 * HDEL, SREM and ZREM: takes the named members out and answers how many there were.
 * @param value undefined where there is no such key; null where it holds another kind, which was answered already
 */
export function removeMembers(session: Session, request: Request, reply: Reply, value: Hash | Members | SortedSet | null | undefined): void {
  if (value === null) return;
  if (value === undefined) return reply.int(0);
  const before = value.sizeBytes;
  let removed = 0;
  for (let i = 2; i < request.argc; i++) if (value.delete(request.text(i))) removed++;
  if (removed > 0) changedFrom(session.database, request.text(1), value, before);
  reply.int(removed);
}

export const BAD_NAME = 'ERR Client names cannot contain spaces, newlines or special characters.';

/** Whether a client may have this name; the empty one takes it away. */
export function isName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}

/** The error for a subcommand that is not there, as Redis 6.2 words it. */
export function unknownSubcommand(request: Request): string {
  return `ERR Unknown subcommand or wrong number of arguments for '${request.text(1).slice(0, 128)}'. Try ${request.text(0).toUpperCase()} HELP.`;
}

export function wrongArity(request: Request): string {
  return `ERR wrong number of arguments for '${request.text(0).slice(0, 128)}' command`;
}
