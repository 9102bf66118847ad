/**
 * A map from keys to values that grows in small steps. V8 copies a whole Map each time it doubles, which takes 60 ms at a million
 * keys and half a second at four million; thirty-two maps that share the keys never copy more than a thirty-second part.
 */
const PARTS = 32;
/** Characters of a key, spread over its length, that decide its part; the last one always does. */
const HASHED_MAX = 8;

export class KeyMap<V> {
  readonly #parts: Map<string, V>[] = Array.from({ length: PARTS }, () => new Map());
  #size = 0;

  get size(): number {
    return this.#size;
  }

  #part(key: string): Map<string, V> {
    let hash = key.length;
    const step = hash <= HASHED_MAX ? 1 : Math.ceil(hash / HASHED_MAX);
    for (let i = hash - 1; i >= 0; i -= step) hash = (Math.imul(hash, 33) + key.charCodeAt(i)) | 0;
    return this.#parts[(hash ^ (hash >>> 11)) & (PARTS - 1)];
  }

  get(key: string): V | undefined {
    return this.#part(key).get(key);
  }

  /** Puts a value under a key and answers the one that it replaces. */
  replace(key: string, value: V): V | undefined {
    const part = this.#part(key);
    const old = part.get(key);
    if (old === undefined) this.#size++;
    part.set(key, value);
    return old;
  }

  delete(key: string): boolean {
    const gone = this.#part(key).delete(key);
    if (gone) this.#size--;
    return gone;
  }

  /** Keys that are there all the time are seen exactly once, whatever is inserted and deleted between the steps. */
  *keys(): Generator<string> {
    for (const part of this.#parts) yield* part.keys();
  }

  *entries(): Generator<[string, V]> {
    for (const part of this.#parts) yield* part.entries();
  }
}
