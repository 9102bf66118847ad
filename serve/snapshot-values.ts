/** Values as a snapshot has them. Their parts each have a length before them, and those of a collection end with the length NONE. */
import { Hash, List, Members } from './collection-values.js';
import { BULK_BYTES_MAX, DIMENSIONS_MAX, TENSOR_BYTES_MAX } from './limits.js';
import { Model, type ModelDefinition } from './models.js';
import { SortedSet } from './sorted-set.js';
import type { Value } from './value.js';
import { byteCount, Tensor, TYPES, type TensorType } from './tensor-value.js';

const STRING = 0;
const HASH = 1;
const LIST = 2;
const SET = 3;
const SORTED_SET = 4;
const TENSOR = 5;
const MODEL = 6;

const NONE = 0xffffffff;

/** What can be asked for the next bytes. They are valid until the next call. */
export interface Source {
  take(size: number): Buffer;
}

/** A value, or the definition of a model, which must be opened to become one. */
export type Saved = Exclude<Value, Model> | { readonly definition: ModelDefinition };

export function kindOf(value: Value): number {
  if (Buffer.isBuffer(value)) return STRING;
  if (value instanceof Hash) return HASH;
  if (value instanceof List) return LIST;
  if (value instanceof Members) return SET;
  if (value instanceof SortedSet) return SORTED_SET;
  return value instanceof Tensor ? TENSOR : MODEL;
}

function length(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(size);
  return bytes;
}

function double(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

const text = (value: string): Buffer => Buffer.from(value, 'latin1');

/** The parts of a value. What can change in its place is gathered at once, so that it is saved as it was at one moment. */
export function writeValue(value: Value): Iterable<Buffer> {
  if (Buffer.isBuffer(value)) return sized(value);
  if (value instanceof Tensor) return [...sized(text(value.type.name)), length(value.shape.length), ...value.shape.map(double), ...sized(value.data)];
  if (value instanceof Model) {
    const { blob, ...definition } = value.definition;
    return [...sized(Buffer.from(JSON.stringify(definition))), ...sized(blob)];
  }
  const parts: Buffer[] = [];
  if (value instanceof Hash) for (const [field, bytes] of value.entries()) parts.push(...sized(text(field)), ...sized(Buffer.from(bytes)));
  else if (value instanceof List) for (const bytes of value.values()) parts.push(...sized(Buffer.from(bytes)));
  else if (value instanceof Members) for (const member of value.values()) parts.push(...sized(text(member)));
  else if (value instanceof SortedSet) for (const { member, score } of value.values()) parts.push(...sized(text(member)), double(score));
  parts.push(length(NONE));
  return parts;
}

function sized(bytes: Buffer): [Buffer, Buffer] {
  return [length(bytes.length), bytes];
}

/** A part with its length; null at the end of a collection. */
function part(source: Source, sizeMax = BULK_BYTES_MAX): Buffer | null {
  const size = source.take(4).readUInt32LE();
  if (size === NONE) return null;
  if (size > sizeMax) throw new Error('a value is larger than this server allows');
  return source.take(size);
}

/** A part that must be there, in memory of its own. */
function own(source: Source, sizeMax?: number): Buffer {
  const bytes = part(source, sizeMax);
  if (bytes === null) throw new Error('a value is missing');
  // A small piece of a window would keep all of it in memory.
  const copy = Buffer.allocUnsafe(bytes.length);
  bytes.copy(copy);
  return copy;
}

function tensor(source: Source): Tensor {
  const type = TYPES[own(source).toString('latin1') as TensorType];
  const dimensions = source.take(4).readUInt32LE();
  if (!type || dimensions > DIMENSIONS_MAX) throw new Error('a tensor makes no sense');
  const shape = Array.from({ length: dimensions }, () => source.take(8).readDoubleLE());
  const data = own(source, TENSOR_BYTES_MAX);
  if (type.sizeBytes > 0 && data.length !== byteCount(shape, type.sizeBytes)) throw new Error('a tensor makes no sense');
  return new Tensor(type, shape, data);
}

/** @throws Error for what no snapshot of ours holds */
export function readValue(kind: number, source: Source): Saved {
  if (kind === STRING) return own(source);
  if (kind === TENSOR) return tensor(source);
  if (kind === MODEL) {
    const definition = JSON.parse(own(source).toString()) as Omit<ModelDefinition, 'blob'>;
    return { definition: { ...definition, blob: own(source) } };
  }
  return readCollection(kind, source);
}

function readCollection(kind: number, source: Source): Hash | List | Members | SortedSet {
  const value = kind === HASH ? new Hash() : kind === LIST ? new List() : kind === SET ? new Members() : kind === SORTED_SET ? new SortedSet() : null;
  if (value === null) throw new Error(`it holds a value of the unknown kind ${kind}`);
  for (let bytes = part(source); bytes !== null; bytes = part(source)) {
    if (value instanceof List) value.push(Buffer.from(bytes), false);
    else {
      const name = bytes.toString('latin1');
      if (value instanceof Hash) value.set(name, own(source));
      else if (value instanceof Members) value.add(name);
      else value.set(name, source.take(8).readDoubleLE());
    }
  }
  return value;
}
