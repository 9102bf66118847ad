/**
 * The keyspace: numbered databases of keys (latin1 strings, one character a byte) and values, with expiry and WATCH.
 * One thread owns it, so nothing here waits or locks.
 */
import { DATABASES } from './limits.js';

/** A value of a type that a module brings: a tensor, a model. */
export abstract class ModuleValue {
  /** As TYPE answers. */
  abstract readonly typeName: string;
  /** Called when the value leaves the keyspace: deleted, overwritten, expired or flushed. */
  dropped(): void {}
}

/** Strings are bytes, hashes are Maps, sets are Sets, lists are arrays. */
export type Value = Buffer | Map<string, Buffer> | Set<string> | Buffer[] | ModuleValue;

export function typeName(value: Value): string {
  if (Buffer.isBuffer(value)) return 'string';
  if (value instanceof Map) return 'hash';
  if (value instanceof Set) return 'set';
  return Array.isArray(value) ? 'list' : value.typeName;
}

/** Somebody who WATCHes keys; `dirty` is set when one of them changes. */
export interface Watcher {
  dirty: boolean;
}

interface ScanPlace {
  readonly cursor: number;
  readonly iterator: Iterator<string>;
}

/** Iterators kept between SCAN calls; a cursor that has lost its iterator walks to its position again. */
const SCANS_KEPT = 256;
/** Expiry times looked at in one turn of the background sweep. */
const SWEEP_KEYS = 2000;

export class Database {
  readonly #now: () => number;
  #values = new Map<string, Value>();
  /** Milliseconds since the epoch. */
  #expires = new Map<string, number>();
  readonly #watchers = new Map<string, Set<Watcher>>();
  #scans: (ScanPlace | undefined)[] = [];
  #scanCount = 0;
  #sweep: Iterator<[string, number]> | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Keys, expired ones that nobody has looked at included, as in Redis. */
  get size(): number {
    return this.#values.size;
  }

  get expiring(): number {
    return this.#expires.size;
  }

  get(key: string): Value | undefined {
    if (this.#expires.size > 0 && this.#isExpired(key)) {
      this.delete(key);
      return undefined;
    }
    return this.#values.get(key);
  }

  #isExpired(key: string): boolean {
    const at = this.#expires.get(key);
    return at !== undefined && at <= this.#now();
  }

  /** Puts a value under a key; the expiry of what was there is forgotten unless asked. */
  set(key: string, value: Value, keepExpiry = false): void {
    const old = this.#values.get(key);
    this.#values.set(key, value);
    if (old instanceof ModuleValue && old !== value) old.dropped();
    if (!keepExpiry && this.#expires.size > 0) this.#expires.delete(key);
    this.touch(key);
  }

  delete(key: string): boolean {
    const old = this.#values.get(key);
    if (old === undefined) return false;
    const expired = this.#expires.size > 0 && this.#isExpired(key);
    this.#values.delete(key);
    this.#expires.delete(key);
    if (old instanceof ModuleValue) old.dropped();
    this.touch(key);
    return !expired;
  }

  /** Takes a value out without dropping it, to put it elsewhere. */
  detach(key: string): { value: Value; expiresAtMs: number | undefined } | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const expiresAtMs = this.#expires.get(key);
    this.#values.delete(key);
    this.#expires.delete(key);
    this.touch(key);
    return { value, expiresAtMs };
  }

  expiresAtMs(key: string): number | undefined {
    return this.#expires.get(key);
  }

  expireAt(key: string, atMs: number): void {
    this.#expires.set(key, atMs);
    this.touch(key);
  }

  persist(key: string): boolean {
    const had = this.#expires.delete(key);
    if (had) this.touch(key);
    return had;
  }

  clear(): void {
    const old = this.#values;
    this.#values = new Map();
    this.#expires = new Map();
    this.#scans = [];
    this.#sweep = null;
    for (const [key, watchers] of this.#watchers) if (old.has(key)) for (const watcher of watchers) watcher.dirty = true;
    for (const value of old.values()) if (value instanceof ModuleValue) value.dropped();
  }

  *keys(): Generator<string> {
    for (const key of this.#values.keys()) if (!this.#isExpired(key)) yield key;
  }

  randomKey(): string | undefined {
    let skip = Math.floor(Math.random() * Math.min(this.#values.size, 1000));
    let found: string | undefined;
    for (const key of this.keys()) {
      found = key;
      if (skip-- <= 0) break;
    }
    return found;
  }

  /**
   * A step of SCAN over about `count` keys. A cursor is the number of keys already seen and the slot that keeps the iterator,
   * which survives insertions and deletions: a key that is there all the time is seen.
   */
  scan(cursor: number, count: number): { cursor: number; keys: string[] } {
    const slot = cursor % SCANS_KEPT;
    const position = Math.floor(cursor / SCANS_KEPT);
    const kept = cursor === 0 ? undefined : this.#scans[slot];
    const iterator = kept?.cursor === cursor ? kept.iterator : this.#values.keys();
    if (kept?.cursor !== cursor) for (let i = 0; i < position && !iterator.next().done; i++);
    const keys: string[] = [];
    for (let i = 0; i < count; i++) {
      const { value, done } = iterator.next();
      if (done) return { cursor: 0, keys };
      if (!this.#isExpired(value)) keys.push(value);
    }
    const nextSlot = this.#scanCount++ % SCANS_KEPT;
    const next = (position + count) * SCANS_KEPT + nextSlot;
    this.#scans[nextSlot] = { cursor: next, iterator };
    return { cursor: next, keys };
  }

  /** Removes expired keys that nobody asks for, a bounded number of looks at a time. */
  sweep(): void {
    if (this.#expires.size === 0) return;
    this.#sweep ??= this.#expires.entries();
    const now = this.#now();
    for (let i = 0; i < SWEEP_KEYS; i++) {
      const { value, done } = this.#sweep.next();
      if (done) {
        this.#sweep = null;
        return;
      }
      if (value[1] <= now) this.delete(value[0]);
    }
  }

  watch(key: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(key);
    if (watchers) watchers.add(watcher);
    else this.#watchers.set(key, new Set([watcher]));
  }

  unwatch(key: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(key);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watchers.delete(key);
  }

  /** Tells those who WATCH a key that it changed; `set` and `delete` do it themselves. */
  touch(key: string): void {
    if (this.#watchers.size === 0) return;
    for (const watcher of this.#watchers.get(key) ?? []) watcher.dirty = true;
  }
}

export class Store {
  readonly databases: readonly Database[];

  /** @param now milliseconds since the epoch */
  constructor(now: () => number = Date.now) {
    this.databases = Array.from({ length: DATABASES }, () => new Database(now));
  }

  clear(): void {
    for (const database of this.databases) database.clear();
  }

  sweep(): void {
    for (const database of this.databases) database.sweep();
  }
}
