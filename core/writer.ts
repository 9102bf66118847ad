/** Writes one shard: record batches go from reused column buffers to the file and into its SHA-256, without a copy in between. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { arrow } from './arrow.js';
import type { Arrow } from './arrow.js';
import type { Column } from './manifest.js';
import { rowBytes, schemaOf } from './schema.js';
import { elements } from './tensor.js';

/** Values of one column as bytes, row after row; `valid` has a byte per row (1 = present) where the column is nullable. */
export interface ColumnBuffer {
  /** Empty for a column of texts. */
  readonly data: Uint8Array;
  readonly valid: Uint8Array | null;
  /** Of a column of texts, else empty. */
  readonly texts: string[];
}

/** By column name. Made once per thread and filled again for every batch. */
export type BatchBuffers = ReadonlyMap<string, ColumnBuffer>;

export function batchBuffers(columns: readonly Column[], rows: number): BatchBuffers {
  return new Map(columns.map((column) => [column.name, {
    data: new Uint8Array(rows * rowBytes(column)),
    valid: column.nullable ? new Uint8Array(rows).fill(1) : null,
    texts: column.dtype === 'utf8' ? new Array<string>(rows).fill('') : [],
  }]));
}

export interface ShardWriter {
  /** Appends the first `rows` rows of the buffers as one record batch. They may be reused at once. */
  write(buffers: BatchBuffers, rows: number): void;
  /** Ends the file. The name is still the one given to `openShard`: the caller renames it. */
  close(): { readonly sizeBytes: number; readonly sha256: string };
  /** Closes and removes the file, after a failure. */
  discard(): void;
}

/** @param metadata goes into the schema, texts by name */
export function openShard(file: string, columns: readonly Column[], metadata: { readonly [name: string]: string }): ShardWriter {
  const schema = schemaOf(columns, metadata);
  const hash = createHash('sha256');
  const fd = openSync(file, 'w');
  let sizeBytes = 0;
  const sink = new (class extends arrow.AsyncByteQueue<Uint8Array> {
    override write(chunk: Uint8Array): void {
      hash.update(chunk);
      for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
      sizeBytes += chunk.length;
    }
  })();
  const writer = new arrow.RecordBatchFileWriter();
  writer.reset(sink as unknown as Arrow.AsyncByteQueue<never>, schema);
  return {
    write(buffers, rows) {
      const children = columns.map((column, at) => columnData(schema.fields[at].type, column, buffers.get(column.name)!, rows));
      const data = arrow.makeData({ type: new arrow.Struct(schema.fields), length: rows, nullCount: 0, children });
      writer.write(new arrow.RecordBatch(schema, data));
    },
    close() {
      writer.finish();
      closeSync(fd);
      return { sizeBytes, sha256: hash.digest('hex') };
    },
    discard() {
      closeSync(fd);
      rmSync(file, { force: true });
    },
  };
}

function columnData(type: Arrow.DataType, column: Column, buffer: ColumnBuffer, rows: number): Arrow.Data {
  const { nullBitmap, nullCount } = bitmapOf(buffer.valid, rows);
  if (arrow.DataType.isUtf8(type)) return arrow.makeData({ type, length: rows, nullCount, nullBitmap, ...textsOf(buffer, rows) });
  const bytes = buffer.data.subarray(0, rows * rowBytes(column));
  if (!arrow.DataType.isFixedSizeList(type)) {
    return arrow.makeData({ type: type as Arrow.Int, length: rows, nullCount, nullBitmap, data: typed(type, bytes) });
  }
  const item = type.children[0].type as Arrow.Float;
  const child = arrow.makeData({ type: item, length: rows * elements(column.shape!), nullCount: 0, data: typed(item, bytes) as unknown as Float32Array });
  return arrow.makeData({ type, length: rows, nullCount, nullBitmap, child });
}

/** A missing text has no bytes. */
function textsOf({ texts, valid }: ColumnBuffer, rows: number): { valueOffsets: Int32Array; data: Uint8Array } {
  const valueOffsets = new Int32Array(rows + 1);
  const parts: Buffer[] = [];
  for (let row = 0; row < rows; row += 1) {
    if (valid === null || valid[row] !== 0) parts.push(Buffer.from(texts[row]));
    valueOffsets[row + 1] = valueOffsets[row] + (valid === null || valid[row] !== 0 ? parts.at(-1)!.length : 0);
  }
  return { valueOffsets, data: Buffer.concat(parts) };
}

function typed(type: Arrow.DataType, bytes: Uint8Array): Arrow.Int['TArray'] {
  const Values = type.ArrayType as { new (buffer: ArrayBufferLike, offset: number, length: number): Arrow.Int['TArray']; BYTES_PER_ELEMENT: number };
  return new Values(bytes.buffer, bytes.byteOffset, bytes.byteLength / Values.BYTES_PER_ELEMENT);
}

function bitmapOf(valid: Uint8Array | null, rows: number): { nullBitmap: Uint8Array | null; nullCount: number } {
  if (valid === null) return { nullBitmap: null, nullCount: 0 };
  const nullBitmap = new Uint8Array(((rows + 63) >> 6) << 3);
  let nullCount = 0;
  for (let row = 0; row < rows; row += 1) {
    if (valid[row] === 0) nullCount += 1;
    else nullBitmap[row >> 3] |= 1 << (row & 7);
  }
  return { nullBitmap: nullCount === 0 ? null : nullBitmap, nullCount };
}
