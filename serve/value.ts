/** What a key can hold. */
import { Hash, List, Members } from './collection-values.js';
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

/** Bytes of a value without its key. */
export function sizeOf(value: Value): number {
  return Buffer.isBuffer(value) ? value.length : value.sizeBytes;
}

/** What a key costs beside the bytes of key and value: its place in the table, its string, and the object around the value. */
export const KEY_OVERHEAD_BYTES = 136;
