/**
 * Values that are stored in a small type and sent in another: an image is a quarter of the size as uint8. The conversion is affine, for
 * each channel its own, and there are only 256 values: a table of the results costs one look-up a value, or one for two.
 */
import type { DType } from './tensor.js';

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

/** @param shape of a row */
export function createConvert({ axis, multiply, add }: Conversion, shape: readonly number[]): Convert {
  const tables = multiply.map((factor, channel) => Float32Array.from({ length: 256 }, (_, value) => value * factor + add[channel]));
  // The values of one channel stand side by side in runs of this many.
  const run = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const oneByOne = convertRuns(tables, run);
  const values = shape.reduce((product, size) => product * size, 1);
  const same = tables.every((table) => table.every((value, at) => value === tables[0][at]));
  const inPairs = same ? convertAll(tables[0]) : run === 1 && tables.length === 3 && values % 6 === 0 ? convertPixels(tables) : null;
  if (inPairs === null || values % 8 !== 0) return oneByOne;
  return (stored, sent) => {
    const aligned = stored.byteOffset % 2 === 0 && sent.byteOffset % 8 === 0 && stored.length === values && sent.length === values;
    if (!aligned) return oneByOne(stored, sent);
    inPairs(new Uint16Array(stored.buffer, stored.byteOffset, values / 2), new Float64Array(sent.buffer, sent.byteOffset, values / 2));
  };
}

/**
 * What two neighbours become stands in one entry and is copied as a whole, as if it were a float64: half the look-ups, and twice the speed.
 * It is never a NaN, whose bits might change on the way, because no table holds one.
 */
type ConvertPairs = (stored: Uint16Array, sent: Float64Array) => void;

function pairTable(first: Float32Array, second: Float32Array): Float64Array {
  const entries = new Float64Array(65_536);
  const values = new Float32Array(entries.buffer);
  for (let pair = 0; pair < 65_536; pair++) {
    values[2 * pair] = first[pair & 255];
    values[2 * pair + 1] = second[pair >> 8];
  }
  return entries;
}

function convertAll(table: Float32Array): ConvertPairs {
  const pairs = pairTable(table, table);
  return (stored, sent) => {
    for (let at = 0; at < stored.length; at += 4) {
      sent[at] = pairs[stored[at]];
      sent[at + 1] = pairs[stored[at + 1]];
      sent[at + 2] = pairs[stored[at + 2]];
      sent[at + 3] = pairs[stored[at + 3]];
    }
  };
}

/** Three pairs are two pixels. */
function convertPixels([first, second, third]: readonly Float32Array[]): ConvertPairs {
  const [one, two, three] = [pairTable(first, second), pairTable(third, first), pairTable(second, third)];
  return (stored, sent) => {
    for (let at = 0; at < stored.length; at += 3) {
      sent[at] = one[stored[at]];
      sent[at + 1] = two[stored[at + 1]];
      sent[at + 2] = three[stored[at + 2]];
    }
  };
}

function convertRuns(tables: readonly Float32Array[], run: number): Convert {
  return (stored, sent) => {
    for (let at = 0, channel = 0; at < stored.length; channel = (channel + 1) % tables.length) {
      const table = tables[channel];
      for (const end = at + run; at < end; at++) sent[at] = table[stored[at]];
    }
  };
}
