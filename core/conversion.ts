/**
 * Values that are stored in a small type and sent in another: an image is a quarter of the size as uint8. The conversion is affine, for
 * each channel its own, and there are only 256 values: a table of the results costs one look-up a value.
 */
import { elements, type DType } from './tensor.js';

/** `sent = stored * multiply[c] + add[c]`, computed in float64 and narrowed, where c is the index along `axis`. */
export interface Conversion {
  readonly dtype: 'float32';
  /** Of the row's shape. */
  readonly axis: number;
  /** One value for each index along the axis. */
  readonly multiply: readonly number[];
  readonly add: readonly number[];
}

/** Writes one row of stored values as the row that is sent; both have as many values as the shape. */
export type Convert = (stored: Uint8Array, sent: Float32Array) => void;

/** Element type of what a model is given. */
export function sentDtype<T extends string>(column: { readonly dtype: T; readonly sent?: Conversion }): T | DType {
  return column.sent?.dtype ?? column.dtype;
}

/** What is wrong with a conversion of uint8 values of this shape, as the rest of a sentence; null when it fits. */
export function conversionFault(raw: unknown, dtype: string, shape: readonly number[] | null): string | null {
  const { dtype: to, axis, multiply, add } = (raw ?? {}) as { [name: string]: unknown };
  if (dtype !== 'uint8' || shape === null) return 'only uint8 tensors can be converted';
  if (to !== 'float32') return `${String(to)} is no type that values can be converted to`;
  if (!Number.isSafeInteger(axis) || (axis as number) < 0 || (axis as number) >= shape.length) return `${String(axis)} is no axis of the shape`;
  const fits = (values: unknown): boolean => Array.isArray(values) && values.length === shape[axis as number] && values.every(Number.isFinite);
  return fits(multiply) && fits(add) ? null : `multiply and add must hold ${shape[axis as number]} numbers each`;
}

/** Rows with fewer values are converted one value at a time: tables of pairs would take longer to make than they save. */
const PAIRS_MIN = 1024;

/** @param shape of a row */
export function createConvert({ axis, multiply, add }: Conversion, shape: readonly number[]): Convert {
  const tables = multiply.map((factor, channel) => Float32Array.from({ length: 256 }, (_, value) => value * factor + add[channel]));
  // The values of one channel stand side by side in runs of this many.
  const run = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const small = elements(shape) < PAIRS_MIN;
  const same = tables.every((table) => table.every((value, at) => value === tables[0][at]));
  if (same || (run === 1 && tables.length === 3)) {
    const turns = turnsOf(same ? [tables[0], tables[0], tables[0]] : tables, small);
    return (stored, sent) => translate(turns, stored, sent, 0, stored.length);
  }
  const channels = tables.map((table) => turnsOf([table, table, table], small || run < PAIRS_MIN));
  return (stored, sent) => {
    for (let at = 0, channel = 0; at < stored.length; at += run, channel = (channel + 1) % channels.length) translate(channels[channel], stored, sent, at, at + run);
  };
}

/** Three tables that take turns, as the channels of pixels do. */
interface Turns {
  readonly single: readonly Float32Array[];
  readonly pairs: Pairs | null;
}

/** Converts whole words, three at a time, and answers how many. */
type Pairs = (words: Uint32Array, floats: Float64Array) => number;

function turnsOf(single: readonly Float32Array[], small: boolean): Turns {
  if (small) return { single, pairs: null };
  const [first, second, third] = single;
  const same = pairsOf(first, second);
  return { single, pairs: first === second ? convertPairs(same, same, same) : convertPairs(same, pairsOf(third, first), pairsOf(second, third)) };
}

/** What two neighbouring bytes become, as one double whose halves are the floats. */
function pairsOf(low: Float32Array, high: Float32Array): Float64Array {
  const floats = new Float32Array(2 * 65_536);
  for (let pair = 0; pair < 65_536; pair++) {
    floats[2 * pair] = low[pair & 255];
    floats[2 * pair + 1] = high[pair >> 8];
  }
  return new Float64Array(floats.buffer);
}

/** The tables are constants of the function that is made here, so that the compiler need not check each index into them: measured, a third of the time. */
function convertPairs(first: Float64Array, second: Float64Array, third: Float64Array): Pairs {
  return (words, floats) => {
    let word = 0;
    for (const end = words.length - 2; word < end; word += 3) {
      const a = words[word];
      const b = words[word + 1];
      const c = words[word + 2];
      const pair = 2 * word;
      floats[pair] = first[a & 65_535];
      floats[pair + 1] = second[a >>> 16];
      floats[pair + 2] = third[b & 65_535];
      floats[pair + 3] = first[b >>> 16];
      floats[pair + 4] = second[c & 65_535];
      floats[pair + 5] = third[c >>> 16];
    }
    return word;
  };
}

/**
 * Values from `from` up to `to`. Bytes are read four at a time and floats are written two at a time, where both lie so that they can be: measured,
 * that takes a quarter to a half of the time of one by one, and it is most of what a replay does for an image ahead of its clock. All
 * platforms of Node are little-endian, as Arrow's files are.
 */
function translate({ single, pairs }: Turns, stored: Uint8Array, sent: Float32Array, from: number, to: number): void {
  const source = stored.byteOffset + from;
  const target = sent.byteOffset + 4 * from;
  let at = from;
  if (pairs !== null && source % 4 === 0 && target % 8 === 0) {
    const words = new Uint32Array(stored.buffer, source, (to - from) >> 2);
    at += 4 * pairs(words, new Float64Array(sent.buffer, target, 2 * words.length));
  }
  for (let turn = 0; at < to; at++, turn = turn === 2 ? 0 : turn + 1) sent[at] = single[turn][stored[at]];
}
