/** Hashes, lists and sets as keys hold them. Each keeps the sum of its bytes, so that memory is accounted for without walking it. */
import { parseInteger } from './numbers.js';

/** What an element costs beside its bytes: its place in a table and the object around it. */
const ELEMENT_OVERHEAD_BYTES = 96;
/** Up to so many elements, each up to so long, Redis keeps a hash in its compact form. OBJECT ENCODING tells. */
const COMPACT_ELEMENTS_MAX = 512;
const COMPACT_BYTES_MAX = 64;

export class Hash {
  sizeBytes = 0;
  /** False once it has been too large for Redis's compact form; it never goes back to it. */
  compact = true;
  readonly #fields = new Map<string, Buffer>();

  get size(): number {
    return this.#fields.size;
  }

  get(field: string): Buffer | undefined {
    return this.#fields.get(field);
  }

  /**
   * @param measured false for HINCRBY, whose fields Redis does not measure
   * @returns true when the field is new
   */
  set(field: string, value: Buffer, measured = true): boolean {
    const old = this.#fields.get(field);
    this.#fields.set(field, value);
    this.sizeBytes += old ? value.length - old.length : field.length + value.length + ELEMENT_OVERHEAD_BYTES;
    if (this.#fields.size > COMPACT_ELEMENTS_MAX || (measured && (value.length > COMPACT_BYTES_MAX || field.length > COMPACT_BYTES_MAX))) this.compact = false;
    return old === undefined;
  }

  delete(field: string): boolean {
    const old = this.#fields.get(field);
    if (old === undefined) return false;
    this.#fields.delete(field);
    this.sizeBytes -= field.length + old.length + ELEMENT_OVERHEAD_BYTES;
    return true;
  }

  entries(): IterableIterator<[string, Buffer]> {
    return this.#fields.entries();
  }

  copy(): Hash {
    const copy = new Hash();
    for (const [field, value] of this.#fields) copy.set(field, value);
    copy.compact = this.compact;
    return copy;
  }
}

/** A list as a ring: both ends take and give in constant time. */
export class List {
  sizeBytes = 0;
  #ring: (Buffer | undefined)[] = new Array(8);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  #slot(index: number): number {
    return (this.#head + index) & (this.#ring.length - 1);
  }

  /** The element at an index from 0 up to, and without, `size`. */
  at(index: number): Buffer {
    return this.#ring[this.#slot(index)]!;
  }

  #resize(capacity: number): void {
    const ring: (Buffer | undefined)[] = new Array(capacity);
    for (let i = 0; i < this.#size; i++) ring[i] = this.at(i);
    this.#ring = ring;
    this.#head = 0;
  }

  push(value: Buffer, left: boolean): void {
    if (this.#size === this.#ring.length) this.#resize(this.#size * 2);
    if (left) this.#head = (this.#head - 1) & (this.#ring.length - 1);
    this.#ring[left ? this.#head : this.#slot(this.#size)] = value;
    this.#size++;
    this.sizeBytes += value.length + ELEMENT_OVERHEAD_BYTES;
  }

  pop(left: boolean): Buffer | undefined {
    if (this.#size === 0) return undefined;
    const slot = left ? this.#head : this.#slot(this.#size - 1);
    const value = this.#ring[slot]!;
    this.#ring[slot] = undefined;
    if (left) this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#size--;
    this.sizeBytes -= value.length + ELEMENT_OVERHEAD_BYTES;
    if (this.#ring.length > 64 && this.#size < this.#ring.length / 4) this.#resize(this.#ring.length / 2);
    return value;
  }

  *values(): Generator<Buffer> {
    for (let i = 0; i < this.#size; i++) yield this.at(i);
  }

  copy(): List {
    const copy = new List();
    for (const value of this.values()) copy.push(value, false);
    return copy;
  }
}

/** Beyond 2^53 numbers may be equal that are not. */
function byInteger(a: string, b: string): number {
  return Number(a) - Number(b) || Number(BigInt(a) - BigInt(b));
}

/** A set from which a random member can be taken in constant time. */
export class Members {
  sizeBytes = 0;
  /** Whether all members have been integers, and few: Redis's `intset`. */
  integers = true;
  readonly #places = new Map<string, number>();
  readonly #members: string[] = [];

  get size(): number {
    return this.#members.length;
  }

  has(member: string): boolean {
    return this.#places.has(member);
  }

  add(member: string): boolean {
    if (this.#places.has(member)) return false;
    this.#places.set(member, this.#members.length);
    this.#members.push(member);
    this.sizeBytes += member.length + ELEMENT_OVERHEAD_BYTES;
    if (this.integers && (this.#members.length > COMPACT_ELEMENTS_MAX || parseInteger(member) === null)) this.integers = false;
    return true;
  }

  delete(member: string): boolean {
    const place = this.#places.get(member);
    if (place === undefined) return false;
    this.#places.delete(member);
    const last = this.#members.pop()!;
    if (last !== member) {
      this.#members[place] = last;
      this.#places.set(last, place);
    }
    this.sizeBytes -= member.length + ELEMENT_OVERHEAD_BYTES;
    return true;
  }

  /** @param chance from 0 up to, and without, 1 */
  random(chance: number): string | undefined {
    return this.#members[Math.floor(chance * this.#members.length)];
  }

  /** Takes a random member out of a set that has any. @param chance from 0 up to, and without, 1 */
  take(chance: number): string {
    const member = this.random(chance)!;
    this.delete(member);
    return member;
  }

  /** Integers in their order, as an intset keeps them, other members in no order. */
  values(): IterableIterator<string> {
    return this.integers ? this.#members.toSorted(byInteger).values() : this.#members.values();
  }

  copy(): Members {
    const copy = new Members();
    for (const member of this.#members) copy.add(member);
    copy.integers = this.integers;
    return copy;
  }
}
