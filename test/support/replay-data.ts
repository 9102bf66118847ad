/** A small Arrow file that a replay can send: rows of 30 floats, and the expected answer 0.25, 0.75. */
import { join } from 'node:path';
import { openShard, batchBuffers } from '../../core/writer.js';
import type { Column } from '../../core/manifest.js';
import { floats } from './datasets.js';
import { temporaryFolder } from './paths.js';

export const replayColumns: readonly Column[] = [
  { name: 'id', dtype: 'uint64', shape: null, nullable: false },
  { name: 'transaction', dtype: 'float32', shape: [30], nullable: false },
  { name: 'expected', dtype: 'float32', shape: [2], nullable: false },
];

/** Path of a fresh file of `rows` rows in batches of `rowsPerBatch`; every value of row r's transaction is r. */
export function replayData(test: { after(fn: () => void): void }, rows = 100, rowsPerBatch = 40): string {
  const file = join(temporaryFolder(test), 'rows.arrow');
  const buffers = batchBuffers(replayColumns, rowsPerBatch);
  const writer = openShard(file, replayColumns, {});
  for (let first = 0; first < rows; first += rowsPerBatch) {
    const count = Math.min(rowsPerBatch, rows - first);
    const ids = buffers.get('id')!.data;
    for (let row = 0; row < count; row++) {
      new DataView(ids.buffer, ids.byteOffset).setBigUint64(row * 8, BigInt(first + row), true);
      floats(buffers, 'transaction').fill(first + row, row * 30, (row + 1) * 30);
      floats(buffers, 'expected').set([0.25, 0.75], row * 2);
    }
    writer.write(buffers, count);
  }
  writer.close();
  return file;
}

/** Row of a DAGRUN request, from its blob. */
export function rowOfRequest(args: readonly Buffer[]): number {
  const blob = args[args.findIndex((arg) => arg.toString() === 'BLOB') + 1];
  return blob.readFloatLE(0);
}
