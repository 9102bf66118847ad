/**
 * A sorted set: members in the order of their scores, and of their bytes where scores are equal. The order is kept in blocks of a
 * few hundred entries: found by halving, and an insertion moves no more than one block.
 */
const ELEMENT_OVERHEAD_BYTES = 160;
const BLOCK_MAX = 512;
/** As far as Redis keeps it in its compact form. */
const COMPACT_ELEMENTS_MAX = 128;
const COMPACT_BYTES_MAX = 64;

export interface Entry {
  readonly member: string;
  readonly score: number;
}

function before(a: Entry, b: Entry): boolean {
  return a.score < b.score || (a.score === b.score && a.member < b.member);
}

export class SortedSet {
  sizeBytes = 0;
  compact = true;
  readonly #entries = new Map<string, Entry>();
  /** Never empty inside; an empty set has no block. */
  readonly #blocks: Entry[][] = [];

  get size(): number {
    return this.#entries.size;
  }

  score(member: string): number | undefined {
    return this.#entries.get(member)?.score;
  }

  /** @returns true when the member is new */
  set(member: string, score: number): boolean {
    const old = this.#entries.get(member);
    if (old !== undefined) {
      if (old.score === score) return false;
      this.#takeOut(old);
    } else {
      this.sizeBytes += member.length + ELEMENT_OVERHEAD_BYTES;
    }
    const entry = { member, score };
    this.#entries.set(member, entry);
    this.#putIn(entry);
    if (this.#entries.size > COMPACT_ELEMENTS_MAX || member.length > COMPACT_BYTES_MAX) this.compact = false;
    return old === undefined;
  }

  delete(member: string): boolean {
    const entry = this.#entries.get(member);
    if (entry === undefined) return false;
    this.#entries.delete(member);
    this.#takeOut(entry);
    this.sizeBytes -= member.length + ELEMENT_OVERHEAD_BYTES;
    return true;
  }

  /** The block in which an entry is, or belongs: the first one whose last entry is not before it. */
  #blockOf(entry: Entry): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(this.#blocks[middle].at(-1)!, entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #placeIn(block: readonly Entry[], entry: Entry): number {
    let low = 0;
    let high = block.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(block[middle], entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #putIn(entry: Entry): void {
    if (this.#blocks.length === 0) {
      this.#blocks.push([entry]);
      return;
    }
    const index = this.#blockOf(entry);
    const block = this.#blocks[index];
    block.splice(this.#placeIn(block, entry), 0, entry);
    if (block.length > BLOCK_MAX) this.#blocks.splice(index + 1, 0, block.splice(BLOCK_MAX / 2));
  }

  #takeOut(entry: Entry): void {
    const index = this.#blockOf(entry);
    const block = this.#blocks[index];
    block.splice(this.#placeIn(block, entry), 1);
    if (block.length === 0) this.#blocks.splice(index, 1);
  }

  /** Takes out the entry with the lowest score, or with the highest. */
  pop(lowest: boolean): Entry | undefined {
    const entry = lowest ? this.#blocks[0]?.[0] : this.#blocks.at(-1)?.at(-1);
    if (entry !== undefined) this.delete(entry.member);
    return entry;
  }

  /** How many entries come before a member's; undefined when it is not there. */
  rank(member: string): number | undefined {
    const entry = this.#entries.get(member);
    if (entry === undefined) return undefined;
    const index = this.#blockOf(entry);
    let rank = this.#placeIn(this.#blocks[index], entry);
    for (let i = 0; i < index; i++) rank += this.#blocks[i].length;
    return rank;
  }

  /** Entries from one rank to another, both included. */
  *range(from: number, to: number): Generator<Entry> {
    let rank = 0;
    for (const block of this.#blocks) {
      if (rank > to) return;
      if (rank + block.length > from) for (let i = Math.max(0, from - rank); i < block.length && rank + i <= to; i++) yield block[i];
      rank += block.length;
    }
  }

  values(): Generator<Entry> {
    return this.range(0, Infinity);
  }

  copy(): SortedSet {
    const copy = new SortedSet();
    for (const { member, score } of this.values()) copy.set(member, score);
    copy.compact = this.compact;
    return copy;
  }
}
