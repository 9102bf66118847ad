/** Tensors as keys hold them: an element type, a shape and one Buffer of little-endian elements. */
import { DIMENSIONS_MAX, TENSOR_BYTES_MAX } from './limits.js';
import { INT64_MAX, integerAt } from './numbers.js';
import type { Reply } from './reply.js';
import type { Request } from './request.js';
import { ModuleValue } from './value.js';

export type TensorType = 'FLOAT' | 'DOUBLE' | 'INT8' | 'INT16' | 'INT32' | 'INT64' | 'UINT8' | 'UINT16' | 'BOOL' | 'STRING';

export interface TypeInfo {
  readonly name: TensorType;
  /** 0 for STRING, whose elements each end with a zero byte. */
  readonly sizeBytes: number;
  /** As ONNX Runtime names it. */
  readonly onnx: string;
  /** What VALUES may hold; negative integers are refused even for signed types, as RedisAI does. */
  readonly max: number;
  read(data: Buffer, at: number): number;
  write(data: Buffer, value: number, at: number): void;
}

const info = (name: TensorType, sizeBytes: number, onnx: string, max: number, read: TypeInfo['read'], write: TypeInfo['write']): TypeInfo =>
  ({ name, sizeBytes, onnx, max, read, write });

export const TYPES: { readonly [name in TensorType]: TypeInfo } = {
  FLOAT: info('FLOAT', 4, 'float32', 0, (data, at) => data.readFloatLE(at), (data, value, at) => data.writeFloatLE(value, at)),
  DOUBLE: info('DOUBLE', 8, 'float64', 0, (data, at) => data.readDoubleLE(at), (data, value, at) => data.writeDoubleLE(value, at)),
  INT8: info('INT8', 1, 'int8', 127, (data, at) => data.readInt8(at), (data, value, at) => data.writeInt8(value, at)),
  INT16: info('INT16', 2, 'int16', 32767, (data, at) => data.readInt16LE(at), (data, value, at) => data.writeInt16LE(value, at)),
  INT32: info('INT32', 4, 'int32', 2 ** 31 - 1, (data, at) => data.readInt32LE(at), (data, value, at) => data.writeInt32LE(value, at)),
  INT64: info('INT64', 8, 'int64', Infinity, (data, at) => Number(data.readBigInt64LE(at)), (data, value, at) => data.writeBigInt64LE(BigInt(value), at)),
  UINT8: info('UINT8', 1, 'uint8', 255, (data, at) => data[at], (data, value, at) => data.writeUInt8(value, at)),
  UINT16: info('UINT16', 2, 'uint16', 65535, (data, at) => data.readUInt16LE(at), (data, value, at) => data.writeUInt16LE(value, at)),
  BOOL: info('BOOL', 1, 'bool', 1, (data, at) => data[at], (data, value, at) => data.writeUInt8(value, at)),
  STRING: info('STRING', 0, 'string', 0, () => 0, () => {}),
};

const TYPE_LIST = Object.values(TYPES);

/** What ONNX Runtime takes and gives; made on the first use in a model and kept with the tensor. */
export interface OnnxTensor {
  readonly type: string;
  readonly data: ArrayLike<unknown>;
  readonly dims: readonly number[];
  readonly location: 'cpu';
}

export class Tensor extends ModuleValue {
  override readonly typeName = 'AI_TENSOR';
  onnx: OnnxTensor | null = null;

  constructor(
    readonly type: TypeInfo,
    readonly shape: readonly number[],
    readonly data: Buffer,
  ) {
    super();
  }

  get sizeBytes(): number {
    return this.data.length;
  }

  /** Elements. */
  get length(): number {
    return elementCount(this.shape);
  }

  /** First dimension, which is the batch; 1 for a scalar. */
  get batch(): number {
    return this.shape.length > 0 ? this.shape[0] : 1;
  }
}

/** Product of the dimensions as RedisAI computes it: in 64 bits, wrapping around. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count <= Number.MAX_SAFE_INTEGER ? count : Number(BigInt.asUintN(64, shape.reduce((product, size) => product * exact(size), 1n)));
}

/** Bytes of a tensor of this shape, wrapping around in the same way. */
export function byteCount(shape: readonly number[], sizeBytes: number, count = elementCount(shape)): number {
  const bytes = count * sizeBytes;
  return bytes <= Number.MAX_SAFE_INTEGER ? bytes : elementCount([...shape, sizeBytes]);
}

/** A dimension as a 64-bit integer: the largest has been rounded to 2^63. */
function exact(size: number): bigint {
  return size >= 2 ** 63 ? INT64_MAX : BigInt(size);
}

/** The offsets at which the elements of a STRING tensor begin, and where the last ends. */
export function stringOffsets(data: Buffer): number[] {
  const offsets = [0];
  for (let at = data.indexOf(0); at >= 0; at = data.indexOf(0, at + 1)) offsets.push(at + 1);
  return offsets;
}

function fail(reply: Reply, text: string): null {
  reply.error(text);
  return null;
}

let lastShape: readonly number[] = [];

/** Tensors of one shape come in rows: they share the array of their dimensions, which nobody changes. */
function shared(shape: readonly number[]): readonly number[] {
  if (shape.length === lastShape.length && shape.every((size, axis) => size === lastShape[axis])) return lastShape;
  return (lastShape = shape);
}

const NOT_BOOLEAN = 'ERR BOOL tensor elements must be 0 or 1';
const BAD_SHAPE = 'ERR invalid or negative value found in tensor shape';

/**
 * The tensor that `[AI.TENSORSET key] TYPE dim… [BLOB bytes | VALUES v…]` describes, from argument `at` (the type) up to `end`.
 * @returns null after having written the error
 */
export function parseTensor(request: Request, at: number, end: number, reply: Reply): Tensor | null {
  const type = TYPE_LIST.find(({ name }) => request.is(at, name));
  if (!type) return fail(reply, 'ERR invalid data type');
  const dimensions: number[] = [];
  let keyword: 'BLOB' | 'VALUES' | null = null;
  let i = at + 1;
  for (; i < end && keyword === null; i++) {
    const first = request.bytes[request.start[i]];
    if (first > 57 && request.is(i, 'BLOB')) keyword = 'BLOB';
    else if (first > 57 && request.is(i, 'VALUES')) keyword = 'VALUES';
    else {
      const size = request.long(i);
      if (!(size > 0)) return fail(reply, BAD_SHAPE);
      if (dimensions.push(size) > DIMENSIONS_MAX) return fail(reply, 'ERR tensor has more dimensions than this server allows');
    }
  }
  const shape = shared(dimensions);
  const count = elementCount(shape);
  if (keyword === 'BLOB') return fromBlob(request, type, shape, count, i, end, reply);
  if (keyword === 'VALUES' && end - i !== count) return fail(reply, "ERR wrong number of values was given in 'AI.TENSORSET' command");
  if (keyword === 'VALUES' && count > 0) return fromValues(request, type, shape, count, i, end, reply);
  // The real server crashes when there is no memory for the zeros.
  const sizeBytes = byteCount(shape, Math.max(1, type.sizeBytes), count);
  return sizeBytes > TENSOR_BYTES_MAX ? fail(reply, 'ERR tensor is larger than this server allows') : new Tensor(type, shape, Buffer.alloc(sizeBytes));
}

function fromBlob(request: Request, type: TypeInfo, shape: readonly number[], count: number, i: number, end: number, reply: Reply): Tensor | null {
  if (end - i !== 1) return fail(reply, "ERR a single binary string should come after the BLOB argument in 'AI.TENSORSET' command");
  if (type.sizeBytes > 0 && request.length(i) !== byteCount(shape, type.sizeBytes, count)) return fail(reply, 'ERR data length does not match tensor shape and type');
  const data = request.take(i);
  if (type === TYPES.STRING) {
    const offsets = stringOffsets(data);
    if (offsets.length - 1 !== count || offsets[count] !== data.length) {
      return fail(reply, 'ERR Number of string elements in data blob does not match tensor length');
    }
  }
  // RedisAI never looks at the last byte, and beyond the end of an empty blob.
  if (type === TYPES.BOOL && data.length === 0) return fail(reply, NOT_BOOLEAN);
  if (type === TYPES.BOOL) for (let k = 0; k < data.length - 1; k++) if (data[k] > 1) return fail(reply, NOT_BOOLEAN);
  return new Tensor(type, shape, data);
}

function fromValues(request: Request, type: TypeInfo, shape: readonly number[], count: number, from: number, end: number, reply: Reply): Tensor | null {
  if (type === TYPES.STRING) {
    const parts: Buffer[] = [];
    for (let i = from; i < end; i++) {
      const part = request.view(i);
      const zero = part.indexOf(0);
      // A text may bring the zero byte that ends it along.
      if (part.length === 0 || (zero >= 0 && zero < part.length - 1)) return fail(reply, 'ERR C-string value contains null character');
      parts.push(part);
      if (zero < 0) parts.push(ZERO);
    }
    return new Tensor(type, shape, Buffer.concat(parts));
  }
  const data = Buffer.allocUnsafe(count * type.sizeBytes);
  const real = type === TYPES.FLOAT || type === TYPES.DOUBLE;
  for (let i = from, at = 0; i < end; i++, at += type.sizeBytes) {
    if (real) {
      const value = request.float(i);
      if (Number.isNaN(value)) return fail(reply, 'ERR invalid value');
      type.write(data, value, at);
    } else if (type === TYPES.INT64) {
      const value = request.bigint(i);
      if (value === null || value < 0n) return fail(reply, 'ERR invalid value');
      data.writeBigInt64LE(value, at);
    } else {
      const value = integerAt(request.bytes, request.start[i], request.end[i]);
      if (!(value >= 0 && value <= type.max)) return fail(reply, 'ERR invalid value');
      type.write(data, value, at);
    }
  }
  return new Tensor(type, shape, data);
}

const ZERO = Buffer.alloc(1);

export type Format = { readonly meta: boolean; readonly content: 'blob' | 'values' | null };

export const META_BLOB: Format = { meta: true, content: 'blob' };

/** The options of AI.TENSORGET, arguments `at` up to `end`. @returns null after having written the error */
export function parseFormat(request: Request, at: number, end: number, reply: Reply): Format | null {
  if (at === end) return META_BLOB;
  let [meta, blob, values] = [false, false, false];
  for (let i = at; i < end; i++) {
    if (request.is(i, 'META')) meta = true;
    else if (request.is(i, 'BLOB')) blob = true;
    else if (request.is(i, 'VALUES')) values = true;
    else return fail(reply, 'ERR unsupported data format');
  }
  if (blob && values) return fail(reply, 'ERR both BLOB and VALUES specified');
  return { meta, content: blob ? 'blob' : values ? 'values' : null };
}

export function writeTensor(tensor: Tensor, format: Format, reply: Reply): void {
  const { meta, content } = format;
  if (meta) {
    reply.array(content === null ? 4 : 6);
    reply.bulkText('dtype');
    reply.bulkText(tensor.type.name);
    reply.bulkText('shape');
    reply.array(tensor.shape.length);
    for (const size of tensor.shape) reply.int(size);
    if (content !== null) reply.bulkText(content);
  }
  if (content === 'blob') reply.bulk(tensor.data);
  if (content === 'values') writeValues(tensor, reply);
}

function writeValues({ type, data }: Tensor, reply: Reply): void {
  if (type === TYPES.STRING) {
    const offsets = stringOffsets(data);
    reply.array(offsets.length - 1);
    for (let i = 0; i + 1 < offsets.length; i++) reply.bulk(data.subarray(offsets[i], offsets[i + 1] - 1));
    return;
  }
  const size = type.sizeBytes;
  reply.array(data.length / size);
  for (let at = 0; at < data.length; at += size) {
    if (type === TYPES.INT64) reply.bigint(data.readBigInt64LE(at));
    else if (size < 4 || type === TYPES.INT32) reply.int(type.read(data, at));
    // The sign bit of a NaN is in the last byte, where little-endian keeps it.
    else reply.double(type.read(data, at), data[at + size - 1] >= 128);
  }
}
