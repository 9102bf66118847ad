/** Draws that are the same for the same seed. */
import { hash32 } from '../../core/random.js';

export interface Dice {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  one<T>(list: readonly T[]): T;
  bytes(size: number): Buffer;
}

export function dice(seed: number): Dice {
  let count = 0;
  const below = (limit: number): number => hash32(seed, count++, 0) % limit;
  return { below, one: (list) => list[below(list.length)], bytes: (size) => Buffer.from(Array.from({ length: size }, () => below(256))) };
}
