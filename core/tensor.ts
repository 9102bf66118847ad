/**
 * Tensors: a name, an element type, a shape and bytes. The bytes are a view, never a copy,
 * little-endian and row-major, as Arrow, RedisAI and ONNX Runtime all keep them.
 */

export const DTYPES = {
  float32: { sizeBytes: 4, redisai: 'FLOAT' },
  float64: { sizeBytes: 8, redisai: 'DOUBLE' },
  float16: { sizeBytes: 2, redisai: null },
  int8: { sizeBytes: 1, redisai: 'INT8' },
  int16: { sizeBytes: 2, redisai: 'INT16' },
  int32: { sizeBytes: 4, redisai: 'INT32' },
  int64: { sizeBytes: 8, redisai: 'INT64' },
  uint8: { sizeBytes: 1, redisai: 'UINT8' },
  uint16: { sizeBytes: 2, redisai: 'UINT16' },
} as const;

export type DType = keyof typeof DTYPES;

export interface Tensor {
  readonly name: string;
  readonly dtype: DType;
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** `elements(shape) * DTYPES[dtype].sizeBytes` bytes. */
  readonly data: Uint8Array;
}

/** One inference's worth of input: an id and its tensors. */
export interface Sample {
  readonly id: number;
  readonly tensors: readonly Tensor[];
}

/** Product of the dimensions; 1 for a scalar. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function tensorBytes(dtype: DType, shape: readonly number[]): number {
  return elements(shape) * DTYPES[dtype].sizeBytes;
}
