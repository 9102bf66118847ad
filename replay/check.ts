/**
 * Is this the expected answer? Servers differ in the last bits (fused multiply-add, order of sums), so floats are
 * compared with a tolerance that fits their type, and integers exactly.
 */
import { DTYPES, type DType } from '../core/tensor.js';

/** |answer - expected| <= absolute + relative * |expected| */
export const TOLERANCES: { readonly [dtype in DType]?: { readonly absolute: number; readonly relative: number } } = {
  float32: { absolute: 1e-5, relative: 1e-4 },
  float64: { absolute: 1e-9, relative: 1e-7 },
};

/** Compares an answer with the `sizeBytes` expected bytes at `offset` of `from`; an answer of another size is wrong. */
export type Checker = (answer: Uint8Array, from: Uint8Array, offset: number, sizeBytes: number) => boolean;

/** From here on a copy in one call is quicker than a loop over the bytes. */
const COPY_BYTES_MIN = 256;

/** @param bytesMax of an expected tensor */
export function createChecker(dtype: DType, bytesMax: number): Checker {
  const tolerance = TOLERANCES[dtype];
  if (!tolerance) return equalBytes;
  // Replies lie anywhere in a buffer: both are copied to memory where an array of their type can start.
  const memory = new ArrayBuffer(2 * bytesMax);
  const bytes = new Uint8Array(memory);
  const valueBytes = DTYPES[dtype].sizeBytes;
  const both = dtype === 'float32' ? new Float32Array(memory) : new Float64Array(memory);
  const { absolute, relative } = tolerance;
  return (answer, from, offset, sizeBytes) => {
    if (answer.length !== sizeBytes || sizeBytes > bytesMax) return false;
    copy(answer, 0, sizeBytes, bytes, 0);
    copy(from, offset, sizeBytes, bytes, sizeBytes);
    const count = sizeBytes / valueBytes;
    for (let at = 0; at < count; at++) {
      const expected = both[count + at];
      // Where NaN or an infinity is expected there is no tolerance: nothing is near them. Elsewhere NaN fails the comparison.
      const limit = Number.isFinite(expected) ? absolute + relative * Math.abs(expected) : -1;
      if (!(Math.abs(both[at] - expected) <= limit) && !Object.is(both[at], expected)) return false;
    }
    return true;
  };
}

function copy(from: Uint8Array, offset: number, sizeBytes: number, to: Uint8Array, at: number): void {
  if (sizeBytes >= COPY_BYTES_MIN) return to.set(from.subarray(offset, offset + sizeBytes), at);
  for (let byte = 0; byte < sizeBytes; byte++) to[at + byte] = from[offset + byte];
}

function equalBytes(answer: Uint8Array, from: Uint8Array, offset: number, sizeBytes: number): boolean {
  if (answer.length !== sizeBytes) return false;
  for (let at = 0; at < sizeBytes; at++) if (answer[at] !== from[offset + at]) return false;
  return true;
}
