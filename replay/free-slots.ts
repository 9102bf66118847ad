/** Connections that may send: first in, first out, so that the traffic is spread over all of them. */
export class FreeSlots {
  readonly #slots: Int32Array;
  #head = 0;
  count = 0;

  /** @param capacity how many slots there are at all */
  constructor(capacity: number) {
    this.#slots = new Int32Array(capacity);
  }

  /** The slot that is free the longest. There must be one. */
  first(): number {
    return this.#slots[this.#head];
  }

  shift(): void {
    if (++this.#head === this.#slots.length) this.#head = 0;
    this.count--;
  }

  add(slot: number): void {
    let at = this.#head + this.count++;
    if (at >= this.#slots.length) at -= this.#slots.length;
    this.#slots[at] = slot;
  }

  /** Takes out one that is somewhere among them; the others keep their order. Rare: a free connection was lost. */
  remove(slot: number): void {
    const before = this.count;
    for (let at = 0; at < before; at++) {
      const other = this.first();
      this.shift();
      if (other !== slot) this.add(other);
    }
  }
}
