/** Values of a data set's columns as numbers, for showing them. */
import type { Batch } from '../core/dataset.js';
import type { Column } from '../core/manifest.js';
import { elements } from '../core/tensor.js';

/** A number, a list for a tensor, or null where the value is missing. 64-bit integers beyond 2^53 lose their last digits. */
export type Value = number | readonly number[] | null;

export function valuesOf(batch: Batch, { name, dtype, shape, nullable }: Column, row: number): Value {
  if (nullable && batch.isNull(name, row)) return null;
  const bytes = batch.bytes(name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = elements(shape ?? []);
  const { sizeBytes, read } = READERS[dtype];
  const values = Array.from({ length: count }, (_, index) => read(view, (row * count + index) * sizeBytes));
  return shape === null ? values[0] : values;
}

const READERS: { readonly [D in Column['dtype']]: { readonly sizeBytes: number; readonly read: (view: DataView, at: number) => number } } = {
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
