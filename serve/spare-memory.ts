/**
 * Memory of large values that have gone, for large arguments that come. Without it each would be new memory of V8's, which goes through its
 * whole heap on two other threads whenever 64 MB of such have come together: as much work as receiving them.
 */
import { SPARE_BYTES_MAX } from './limits.js';

/** So much larger than what is asked for may it be: a part of that size. */
const WASTE_MAX = 1 / 16;

let spare: Buffer[] = [];
let spareBytes = 0;

/** Memory of at least so many bytes with anything in it, at an address that every type can be read at. */
export function takeMemory(sizeBytes: number): Buffer {
  // The last is the most likely to be in the processor's cache still.
  for (let i = spare.length - 1; i >= 0; i--) {
    const memory = spare[i];
    if (memory.length < sizeBytes || memory.length > sizeBytes * (1 + WASTE_MAX)) continue;
    spare.splice(i, 1);
    spareBytes -= memory.length;
    return memory;
  }
  return Buffer.allocUnsafeSlow(sizeBytes);
}

/** Leaves memory to others. Nobody may have a view of it any more. */
export function leaveMemory(memory: Buffer): void {
  if (memory.length > SPARE_BYTES_MAX) return;
  spare.push(memory);
  spareBytes += memory.length;
  let dropped = 0;
  while (spareBytes > SPARE_BYTES_MAX) spareBytes -= spare[dropped++].length;
  if (dropped > 0) spare = spare.slice(dropped);
}

/** Values that nobody has got from a database since they came, and the memory that is free when they go. */
export class Unseen {
  readonly #memory = new Map<object, Buffer>();

  add(value: object, memory: Buffer): void {
    this.#memory.set(value, memory);
  }

  /** Somebody gets the value, and may keep a view of its memory. */
  seen(value: object | undefined): void {
    if (this.#memory.size > 0 && value !== undefined) this.#memory.delete(value);
  }

  /** The value has gone. */
  gone(value: object): void {
    const memory = this.#memory.size > 0 ? this.#memory.get(value) : undefined;
    if (memory === undefined) return;
    this.#memory.delete(value);
    leaveMemory(memory);
  }
}
