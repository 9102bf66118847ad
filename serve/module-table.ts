/**
 * A table by key that is gone over in the order of RedisAI's own hash tables, which a client sees in AI._MODELSCAN and when PERSIST fails: by SipHash-1-2 with
 * a key of zeros in a table that doubles when it is full and never shrinks, the newest first where two fall into one place.
 */

const SIZE_MIN = 4;
const MASK = 2n ** 64n - 1n;

function rotated(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & MASK;
}

/** The least significant bits of SipHash-1-2 of a latin1 key; no table has more than 2^32 places. */
export function hashOf(key: string): number {
  const v = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n];
  const round = (): void => {
    v[0] = (v[0] + v[1]) & MASK;
    v[2] = (v[2] + v[3]) & MASK;
    v[1] = rotated(v[1], 13n) ^ v[0];
    v[3] = rotated(v[3], 16n) ^ v[2];
    v[0] = (rotated(v[0], 32n) + v[3]) & MASK;
    v[2] = (v[2] + v[1]) & MASK;
    v[1] = rotated(v[1], 17n) ^ v[2];
    v[3] = rotated(v[3], 21n) ^ v[0];
    v[2] = rotated(v[2], 32n);
  };
  const padded = Buffer.alloc((key.length >> 3) * 8 + 8);
  padded.write(key, 'latin1');
  padded[padded.length - 1] = key.length;
  for (let at = 0; at < padded.length; at += 8) {
    const word = padded.readBigUInt64LE(at);
    v[3] ^= word;
    round();
    v[0] ^= word;
  }
  v[2] ^= 0xffn;
  round();
  round();
  return Number((v[0] ^ v[1] ^ v[2] ^ v[3]) & 0xffffffffn);
}

interface Entry<V> {
  readonly key: string;
  readonly hash: number;
  value: V;
}

export class ModuleTable<V> {
  #places: Entry<V>[][] = ModuleTable.#empty(SIZE_MIN);
  readonly #byKey = new Map<string, Entry<V>>();

  static #empty(size: number): Entry<never>[][] {
    return Array.from({ length: size }, () => []);
  }

  get(key: string): V | undefined {
    return this.#byKey.get(key)?.value;
  }

  set(key: string, value: V): void {
    if (this.#byKey.size >= this.#places.length) this.#grow();
    const old = this.#byKey.get(key);
    if (old) {
      old.value = value;
      return;
    }
    const entry = { key, hash: hashOf(key), value };
    this.#byKey.set(key, entry);
    this.#place(entry).unshift(entry);
  }

  delete(key: string): void {
    const entry = this.#byKey.get(key);
    if (!entry) return;
    this.#byKey.delete(key);
    const place = this.#place(entry);
    place.splice(place.indexOf(entry), 1);
  }

  *entries(): IterableIterator<[string, V]> {
    for (const place of this.#places) for (const { key, value } of place) yield [key, value];
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  #place({ hash }: Entry<V>): Entry<V>[] {
    return this.#places[hash & (this.#places.length - 1)];
  }

  #grow(): void {
    const old = this.#places;
    this.#places = ModuleTable.#empty(old.length * 2);
    for (const place of old) for (const entry of place) this.#place(entry).unshift(entry);
  }
}

/** Keys that differ, in the order in which RedisAI goes over them when they were put into a table of their own. */
export function inModuleOrder(keys: readonly string[]): string[] {
  const table = new ModuleTable<null>();
  for (const key of keys) table.set(key, null);
  return [...table.entries()].map(([key]) => key);
}
