/**
 * Counter-based random numbers: every value is a hash of (seed, row, column), so that any row can be made alone, by any
 * thread, in any order, with the same bytes. There is no state to carry and no stream to skip.
 *
 * A row has a key of 64 bits (two words), because with one word of 32 bits some of 284,807 rows would share their
 * values: that is the birthday paradox at 2^16 rows. Mixing is by 32-bit multiplications (Math.imul), which cost about
 * a nanosecond; a value of the row costs two of them. The multipliers and shifts of `mix` come from the public search for
 * 32-bit mixers with the least bias ("hash-prospector"); the other constants are words of the golden ratio and of square roots.
 *
 * Seeds, rows and indexes are whole numbers from 0 to 2^53 - 1.
 */

const GOLDEN = 0x9e3779b9;
const TO_UNIT_24 = 1 / 2 ** 24;
const TO_UNIT_53 = 1 / 2 ** 53;
const WORD = 2 ** 32;

/** A bijection of 32-bit words in which every input bit changes every output bit with a chance near one half. */
function mix(word: number): number {
  word ^= word >>> 16;
  word = Math.imul(word, 0x21f0aaad);
  word ^= word >>> 15;
  word = Math.imul(word, 0x735a2d97);
  return word ^ (word >>> 15);
}

/** First word of the key of (seed, row). Low and high halves go in one after the other, so that none cancels another. */
function firstKey(seed: number, row: number): number {
  let key = mix((seed | 0) + GOLDEN);
  key = mix(key ^ ((seed / WORD) | 0) ^ 0x6a09e667);
  key = mix((key + (row | 0)) | 0);
  return mix(key ^ ((row / WORD) | 0) ^ 0x3c6ef372);
}

/** Second word: the same parts in another order with other constants, so that both words rarely collide together. */
function secondKey(seed: number, row: number): number {
  let key = mix((row | 0) ^ 0xbb67ae85);
  key = mix((key + ((row / WORD) | 0) + 0x510e527f) | 0);
  key = mix(key ^ (seed | 0));
  return mix((key + ((seed / WORD) | 0) + 0x1f83d9ab) | 0);
}

/** The hash of one column under a row's key. The second word enters between the two multiplications. */
function column32(first: number, second: number, column: number): number {
  let word = (first + Math.imul(column, GOLDEN)) | 0;
  word ^= word >>> 16;
  word = Math.imul(word, 0x21f0aaad);
  word ^= (word >>> 15) ^ second;
  word = Math.imul(word, 0x735a2d97);
  word ^= word >>> 15;
  return word >>> 0;
}

/** A uniform 32-bit word (0 to 2^32 - 1) that belongs to (seed, row, column). */
export function hash32(seed: number, row: number, column: number): number {
  return column32(firstKey(seed, row), secondKey(seed, row), column);
}

/** Uniform words for columns 0 to count - 1 of a row, the same as `hash32` gives one by one. */
export function fillHash32(seed: number, row: number, into: Uint32Array, offset: number, count: number): void {
  const first = firstKey(seed, row);
  const second = secondKey(seed, row);
  for (let column = 0; column < count; column++) into[offset + column] = column32(first, second, column);
}

/**
 * Uniform float32 values in [0, 1), multiples of 2^-24, for columns 0 to count - 1 of a row.
 * Each is the upper 24 bits of `hash32`, so that no rounding can make a 1.
 */
export function fillUniform(seed: number, row: number, into: Float32Array, offset: number, count: number): void {
  const first = firstKey(seed, row);
  const second = secondKey(seed, row);
  for (let column = 0; column < count; column++) {
    into[offset + column] = (column32(first, second, column) >>> 8) * TO_UNIT_24;
  }
}

/** A uniform double in [0, 1) with 53 random bits that belongs to (seed, index): arrival gaps, random picks. */
export function uniform(seed: number, index: number): number {
  const first = firstKey(seed, index);
  const second = secondKey(seed, index);
  const high = column32(first, second, 0) >>> 5;
  const low = column32(first, second, 1) >>> 6;
  return (high * 2 ** 26 + low) * TO_UNIT_53;
}

/**
 * A seed of its own for one purpose, so that things made from the same user's seed share no random values.
 * @param purpose a small whole number that names the purpose; each user of this function keeps its own
 */
export function deriveSeed(seed: number, purpose: number): number {
  return uniform(seed, Number.MAX_SAFE_INTEGER - purpose) * 2 ** 53;
}
