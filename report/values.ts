/** Values of a data set's columns as numbers or texts, for showing them. */
import type { Batch } from '../core/dataset.js';
import type { Column } from '../core/manifest.js';
import { elements } from '../core/tensor.js';

/** A number, a text, a list for a tensor, or null where the value is missing. 64-bit integers beyond 2^53 lose their last digits. */
export type Value = number | string | readonly number[] | null;

export function valuesOf(batch: Batch, { name, dtype, shape, nullable }: Column, row: number): Value {
  if (nullable && batch.isNull(name, row)) return null;
  if (dtype === 'utf8') return batch.text(name, row);
  const bytes = batch.bytes(name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = elements(shape ?? []);
  const { sizeBytes, read } = READERS[dtype];
  const values = Array.from({ length: count }, (_, index) => read(view, (row * count + index) * sizeBytes));
  return shape === null ? values[0] : values;
}

const READERS: { readonly [D in Exclude<Column['dtype'], 'utf8'>]: { readonly sizeBytes: number; readonly read: (view: DataView, at: number) => number } } = {
  float16: { sizeBytes: 2, read: (view, at) => float16(view.getUint16(at, true)) },
  float32: { sizeBytes: 4, read: (view, at) => view.getFloat32(at, true) },
  float64: { sizeBytes: 8, read: (view, at) => view.getFloat64(at, true) },
  int8: { sizeBytes: 1, read: (view, at) => view.getInt8(at) },
  int16: { sizeBytes: 2, read: (view, at) => view.getInt16(at, true) },
  int32: { sizeBytes: 4, read: (view, at) => view.getInt32(at, true) },
  int64: { sizeBytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  uint8: { sizeBytes: 1, read: (view, at) => view.getUint8(at) },
  uint16: { sizeBytes: 2, read: (view, at) => view.getUint16(at, true) },
  uint64: { sizeBytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
};

/** IEEE 754 half precision: one sign bit, five of the exponent, ten of the fraction. Node 20 has no Float16Array. */
export function float16(bits: number): number {
  const sign = bits >>> 15 === 1 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Significant digits that tell any two values of the type apart. */
const DIGITS: { readonly [dtype: string]: number } = { float16: 5, float32: 9 };

/** The shortest decimal that reads back as the same value of the type: `0.1` for the float32 0.10000000149011612. */
export function numberText(value: number, dtype: Column['dtype']): string {
  if (Object.is(value, -0)) return '-0';
  if (!Object.hasOwn(DIGITS, dtype)) return String(value);
  for (let digits = 1; digits < DIGITS[dtype]; digits++) {
    const near = Number(value.toPrecision(digits));
    if (isSame(near, value, dtype)) return String(near);
  }
  return String(Number(value.toPrecision(DIGITS[dtype])));
}

function isSame(near: number, value: number, dtype: Column['dtype']): boolean {
  if (dtype === 'float32') return Math.fround(near) === value;
  // Half of the distance to the next float16, or a quarter below a power of two, where values lie twice as dense.
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
  return Math.abs(near - value) < 2 ** (exponent - 10) / 4;
}
