/** What the command families have in common: finding values of a type, and the errors when they are not there. */
import type { Hash, List, Members } from './collection-values.js';
import type { Database } from './database.js';
import type { Instant } from './instant.js';
import { ERROR_NAME_BYTES_MAX } from './limits.js';
import { Model } from './models.js';
import type { Reply } from './reply.js';
import type { Request } from './request.js';
import type { Session } from './session.js';
import type { SortedSet } from './sorted-set.js';
import type { Value } from './value.js';
import { MODULE_VERSION } from './server.js';
import { Tensor } from './tensor-value.js';

export const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
export const NO_TENSOR = 'ERR tensor key is empty or in a different shard';
export const NO_MODEL = 'ERR model key is empty';
export const NO_SCRIPT = 'ERR script key is empty';
export const IN_TRANSACTION = 'ERR Cannot run RedisAI command within a transaction or a LUA script';

/** The tensor under a key, or null after having written the error. */
export function tensorAt(database: Database, key: string, reply: Reply): Tensor | null {
  const value = database.read(key);
  if (value instanceof Tensor) return value;
  reply.error(value === undefined ? NO_TENSOR : WRONGTYPE);
  return null;
}

/** The model under a key, or null after having written the error. */
export function modelAt(database: Database, key: string, reply: Reply): Model | null {
  const value = database.read(key);
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
 * @param lookUp `get`, or `read` for commands that only read
 * @returns undefined when there is none; null, after having written the error, when it is of another
 */
export function valueAt<T extends Value>(database: Database, lookUp: 'get' | 'read', key: string, type: new () => T, reply: Reply): T | undefined | null {
  const value = database[lookUp](key);
  if (value === undefined || value instanceof type) return value;
  reply.error(WRONGTYPE);
  return null;
}

/** Ends a change of a collection in its place: an empty one goes away. @param before its `sizeBytes` before the change */
export function changedFrom(database: Database, key: string, value: Hash | List | Members | SortedSet, before: number): void {
  database.changed(key, value.sizeBytes - before);
  if (value.size === 0) database.delete(key);
}

/** A key whose time is past already is deleted at once. */
export function expireOrDelete(database: Database, key: string, at: Instant): void {
  if (at <= Date.now()) database.delete(key);
  else database.expireAt(key, at);
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

/** A text as errors repeat it: up to its first NUL, and with no more than so many bytes. */
export function shown(text: string, sizeMax = ERROR_NAME_BYTES_MAX): string {
  const nul = text.indexOf('\0');
  return text.slice(0, nul < 0 ? sizeMax : Math.min(nul, sizeMax));
}

/** The error for a subcommand that is not there, as Redis 6.2 words it. */
export function unknownSubcommand(request: Request): string {
  return `ERR Unknown subcommand or wrong number of arguments for '${shown(request.text(1))}'. Try ${request.text(0).toUpperCase()} HELP.`;
}

export function wrongArity(request: Request): string {
  return `ERR wrong number of arguments for '${request.text(0).slice(0, 128)}' command`;
}

/** What is wrong with a timeout in milliseconds; null when nothing is. @param ms as `Request.long` reads it */
export function timeoutProblem(ms: number): string | null {
  if (Number.isNaN(ms)) return 'ERR timeout is not an integer or out of range';
  return ms < 0 ? 'ERR timeout is negative' : null;
}

/** The answer to HELP: what may follow the command. */
export function writeHelp(request: Request, subcommands: readonly string[], reply: Reply): void {
  reply.array(subcommands.length + 2);
  reply.simple(`${request.text(0).toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`);
  for (const line of subcommands) reply.simple(line);
  reply.simple('HELP');
}
