/** Between tensors of the keyspace and those of ONNX Runtime: views of the same bytes wherever that is possible. */
import type { BareTensor } from '../core/inference.js';
import { stringOffsets, Tensor, TYPES, type TypeInfo } from './tensor-value.js';

type NumericArray = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayLike<unknown>;

const ARRAYS: { readonly [onnx: string]: NumericArray } = {
  float32: Float32Array, float64: Float64Array, int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array,
  uint8: Uint8Array, uint16: Uint16Array, bool: Uint8Array,
};

const BY_ONNX = new Map<string, TypeInfo>(Object.values(TYPES).map((type) => [type.onnx, type]));

/** @throws Error for a shape whose product is beyond 64 bits, which RedisAI can store and nobody can compute with */
export function toOnnx(tensor: Tensor): BareTensor {
  return (tensor.onnx ??= make(tensor.type, tensor.shape, tensor.data));
}

function make(type: TypeInfo, dims: readonly number[], data: Buffer): BareTensor {
  if (type === TYPES.STRING) return { type: 'string', dims, data: stringsOf(data), location: 'cpu' };
  const size = type.sizeBytes;
  if (dims.reduce((product, each) => product * each, size) !== data.length) throw new Error('The tensor has a shape that is too large to compute with.');
  const aligned = data.byteOffset % size === 0 ? data : new Uint8Array(data);
  const values = new ARRAYS[type.onnx](aligned.buffer as ArrayBuffer, aligned.byteOffset, data.length / size);
  return { type: type.onnx, dims, data: values, location: 'cpu' };
}

function stringsOf(data: Buffer): string[] {
  const offsets = stringOffsets(data);
  const strings: string[] = [];
  for (let i = 0; i + 1 < offsets.length; i++) strings.push(data.toString('utf8', offsets[i], offsets[i + 1] - 1));
  return strings;
}

/** @throws Error for an element type that RedisAI does not have, such as float16 */
export function fromOnnx(tensor: BareTensor): Tensor {
  const type = BY_ONNX.get(tensor.type);
  if (!type) throw new Error(`The model's output has the type ${tensor.type}, which tensors cannot have.`);
  const data = type === TYPES.STRING
    ? Buffer.from((tensor.data as readonly string[]).map((text) => `${text}\0`).join(''))
    : bytesOf(tensor.data as unknown as Uint8Array);
  return new Tensor(type, tensor.dims, data);
}

function bytesOf(array: Uint8Array): Buffer {
  return Buffer.from(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
}
