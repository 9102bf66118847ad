/**
 * One of the keyspace's databases: keys (latin1 strings, one character a byte) and values, with expiry and WATCH.
 * One thread owns it, so nothing here waits or locks.
 */
import type { Instant } from './instant.js';
import { KeyMap } from './key-map.js';
import { Unseen } from './spare-memory.js';
import { KEY_OVERHEAD_BYTES, ModuleValue, sizeOf, type Value } from './value.js';

/** Whether somebody must be told when the value goes. */
function holdsMore(value: Value): value is ModuleValue {
  return value instanceof ModuleValue && value.dropped !== ModuleValue.prototype.dropped;
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
export const SWEEP_KEYS = 2000;

export class Database {
  readonly #now: () => number;
  #values = new KeyMap<Value>();
  #expires = new KeyMap<Instant>();
  /** Values that are told when they go: the others, which may be millions, are simply forgotten. */
  #holding = new Set<ModuleValue>();
  #unseen = new Unseen();
  #usedBytes = 0;
  #wander: Iterator<string> | null = null;
  /** Keys that went because their time was up. */
  expired = 0;
  /** What commands that only read have found, and what they have not. */
  hits = 0;
  misses = 0;
  readonly #watchers = new Map<string, Set<Watcher>>();
  #scans: (ScanPlace | undefined)[] = [];
  #scanCount = 0;
  #sweep: Iterator<[string, Instant]> | null = null;

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

  /** Bytes of all keys and values, with what they cost around them. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  get(key: string): Value | undefined {
    if (this.#expires.size > 0 && this.#isExpired(key)) {
      this.delete(key);
      return undefined;
    }
    const value = this.#values.get(key);
    this.#unseen.seen(value);
    return value;
  }

  /** For a look that ends at once: whoever keeps what this answers must use `get`. */
  peek(key: string): Value | undefined {
    return this.#expires.size > 0 && this.#isExpired(key) ? this.get(key) : this.#values.get(key);
  }

  /** Puts a value that nobody else keeps, nor any part of its memory. Where the memory is given, it is used again when the value goes before anybody got it. */
  give(key: string, value: Value, memory: Buffer | null): void {
    this.set(key, value);
    if (memory !== null) this.#unseen.add(value, memory);
  }

  /** As `get`, for commands that only read: what they find and what they miss is counted. */
  read(key: string): Value | undefined {
    const value = this.get(key);
    if (value === undefined) this.misses++;
    else this.hits++;
    return value;
  }

  #isExpired(key: string): boolean {
    const at = this.#expires.get(key);
    return at !== undefined && at <= this.#now();
  }

  /** Puts a value under a key; the expiry of what was there is forgotten unless asked. */
  set(key: string, value: Value, keepExpiry = false): void {
    const old = this.#values.replace(key, value);
    const size = sizeOf(value);
    if (old === undefined) this.#usedBytes += size + key.length + KEY_OVERHEAD_BYTES;
    else if (old !== value) {
      this.#usedBytes += size - sizeOf(old);
      if (this.#holding.size > 0) this.#drop(old);
      this.#unseen.gone(old);
    }
    if (value instanceof ModuleValue && holdsMore(value)) this.#holding.add(value);
    if (!keepExpiry && this.#expires.size > 0) this.#expires.delete(key);
    this.touch(key);
  }

  #drop(value: Value): void {
    if (holdsMore(value) && this.#holding.delete(value)) value.dropped();
  }

  /** To be called when a value has changed in its place. @param grownBytes by how much its size has changed */
  changed(key: string, grownBytes: number): void {
    this.#usedBytes += grownBytes;
    this.touch(key);
  }

  delete(key: string): boolean {
    const old = this.#values.get(key);
    if (old === undefined) return false;
    const expired = this.#expires.size > 0 && this.#isExpired(key);
    this.#remove(key, old);
    this.#drop(old);
    this.#unseen.gone(old);
    if (expired) this.expired++;
    return !expired;
  }

  /** Takes a value out without dropping it, to put it elsewhere. */
  detach(key: string): { value: Value; expiresAt: Instant | undefined } | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const expiresAt = this.#expires.get(key);
    this.#remove(key, value);
    if (holdsMore(value)) this.#holding.delete(value);
    return { value, expiresAt };
  }

  #remove(key: string, value: Value): void {
    this.#values.delete(key);
    this.#expires.delete(key);
    this.#usedBytes -= sizeOf(value) + key.length + KEY_OVERHEAD_BYTES;
    this.touch(key);
  }

  expiresAt(key: string): Instant | undefined {
    return this.#expires.get(key);
  }

  expiresAtMs(key: string): number | undefined {
    const at = this.#expires.get(key);
    return at === undefined ? undefined : Number(at);
  }

  expireAt(key: string, at: Instant): void {
    this.#expires.replace(key, at);
    this.touch(key);
  }

  persist(key: string): boolean {
    const had = this.#expires.delete(key);
    if (had) this.touch(key);
    return had;
  }

  /** Forgets everything at once, however much there is: the maps are replaced. @returns how many keys there were */
  clear(): number {
    const [old, holding] = [this.#values, this.#holding];
    this.#values = new KeyMap();
    this.#expires = new KeyMap();
    this.#holding = new Set();
    this.#unseen = new Unseen();
    this.#usedBytes = 0;
    this.#scans = [];
    this.#sweep = this.#wander = null;
    for (const [key, watchers] of this.#watchers) if (old.get(key) !== undefined) for (const watcher of watchers) watcher.dirty = true;
    for (const value of holding) value.dropped();
    return old.size;
  }

  /** All keys go to the other database, and its keys come here. Whoever watches a key of either hears of it. */
  swap(other: Database): void {
    for (const each of [this, other]) for (const key of each.#watchers.keys()) if (this.#values.get(key) !== other.#values.get(key)) each.touch(key);
    [this.#values, other.#values] = [other.#values, this.#values];
    [this.#expires, other.#expires] = [other.#expires, this.#expires];
    [this.#holding, other.#holding] = [other.#holding, this.#holding];
    [this.#unseen, other.#unseen] = [other.#unseen, this.#unseen];
    [this.#usedBytes, other.#usedBytes] = [other.#usedBytes, this.#usedBytes];
    for (const each of [this, other]) {
      each.#scans = [];
      each.#sweep = each.#wander = null;
    }
  }

  *keys(): Generator<string> {
    for (const key of this.#values.keys()) if (!this.#isExpired(key)) yield key;
  }

  /**
   * A key from anywhere. Maps have no random access, so one iterator wanders through all keys, some steps at each call.
   * @param steps how many keys it passes by
   */
  randomKey(steps = Math.floor(Math.random() * 100)): string | undefined {
    for (let passed = 0, rounds = 0; rounds < 3; ) {
      this.#wander ??= this.#values.keys();
      const { value, done } = this.#wander.next();
      if (done) {
        this.#wander = null;
        rounds++;
      } else if (this.get(value) !== undefined && passed++ >= Math.min(steps, this.#values.size)) return value;
    }
    return this.keys().next().value ?? undefined;
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
    const complete = cursor === 0 && count >= this.#values.size;
    for (let i = 0; i < count; i++) {
      const { value, done } = iterator.next();
      if (done) return { cursor: 0, keys };
      if (this.get(value) !== undefined) keys.push(value);
    }
    if (complete) return { cursor: 0, keys };
    const nextSlot = this.#scanCount++ % SCANS_KEPT;
    const next = (position + count) * SCANS_KEPT + nextSlot;
    this.#scans[nextSlot] = { cursor: next, iterator };
    return { cursor: next, keys };
  }

  /** Removes expired keys that nobody asks for, a bounded number of looks at a time. @returns how many */
  sweep(): number {
    if (this.#expires.size === 0) return 0;
    let removed = 0;
    this.#sweep ??= this.#expires.entries();
    const now = this.#now();
    for (let i = 0; i < SWEEP_KEYS; i++) {
      const { value, done } = this.#sweep.next();
      if (done) {
        this.#sweep = null;
        return removed;
      }
      if (value[1] > now) continue;
      this.delete(value[0]);
      removed++;
    }
    return removed;
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
