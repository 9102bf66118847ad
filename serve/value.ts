/** What a key can hold. */
import { Hash, List, Members } from './collection-values.js';
import { parseInteger, INTEGER_TEXT_MAX } from './numbers.js';
import { SortedSet } from './sorted-set.js';

/** A value of a type that a module brings: a tensor, a model. */
export abstract class ModuleValue {
  /** As TYPE answers. */
  abstract readonly typeName: string;
  /** What it counts for `maxmemory`; must not change while a key holds it. */
  abstract readonly sizeBytes: number;
  /** Called when the value leaves the keyspace: deleted, overwritten, expired or flushed. */
  dropped(): void {}
}

/** Strings are bytes. */
export type Value = Buffer | Hash | List | Members | SortedSet | ModuleValue;

export function typeName(value: Value): string {
  if (Buffer.isBuffer(value)) return 'string';
  if (value instanceof Hash) return 'hash';
  if (value instanceof Members) return 'set';
  if (value instanceof SortedSet) return 'zset';
  return value instanceof List ? 'list' : value.typeName;
}

/** Strings that are not encoded as their bytes alone would have it. */
const encodings = new WeakMap<Buffer, 'raw' | 'text'>();

/** @param encoding `raw`: it was changed in its place, as by APPEND; `text`: it is no integer whatever its digits say, as after INCRBYFLOAT */
export function encoded(value: Buffer, encoding: 'raw' | 'text'): Buffer {
  encodings.set(value, encoding);
  return value;
}

const EMBEDDED_BYTES_MAX = 44;

/** As OBJECT ENCODING answers. */
export function encodingOf(value: Value): string {
  if (Buffer.isBuffer(value)) {
    const encoding = encodings.get(value);
    if (encoding === undefined && value.length <= INTEGER_TEXT_MAX && parseInteger(value.toString('latin1')) !== null) return 'int';
    return encoding === 'raw' || value.length > EMBEDDED_BYTES_MAX ? 'raw' : 'embstr';
  }
  if (value instanceof Hash) return value.compact ? 'ziplist' : 'hashtable';
  if (value instanceof Members) return value.integers ? 'intset' : 'hashtable';
  if (value instanceof SortedSet) return value.compact ? 'ziplist' : 'skiplist';
  return value instanceof List ? 'quicklist' : 'raw';
}

/** Bytes of a value without its key. */
export function sizeOf(value: Value): number {
  return Buffer.isBuffer(value) ? value.length : value.sizeBytes;
}

/** What a key costs beside the bytes of key and value: its place in the table, its string, and the object around the value. */
export const KEY_OVERHEAD_BYTES = 136;
