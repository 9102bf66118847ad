/** Small data sets written through core, for tests of what reads them. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestSha256, writeManifest, type Column, type Manifest, type ModelEntry } from '../../core/manifest.js';
import { fillUniform } from '../../core/random.js';
import { batchBuffers, openShard, type BatchBuffers } from '../../core/writer.js';

export const fraudColumns: readonly Column[] = [
  { name: 'id', dtype: 'uint64', shape: null, nullable: false },
  { name: 'transaction', dtype: 'float32', shape: [30], nullable: false },
  { name: 'reference', dtype: 'float32', shape: [256], nullable: false },
  { name: 'label', dtype: 'uint8', shape: null, nullable: true },
  { name: 'time_s', dtype: 'float64', shape: null, nullable: false },
  { name: 'expected', dtype: 'float32', shape: [2], nullable: false },
];

export function floats(buffers: BatchBuffers, column: string): Float32Array {
  const { data } = buffers.get(column)!;
  return new Float32Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 4);
}

/** Fills every column of a batch with values that belong to the row. */
export function fillFraudRows(buffers: BatchBuffers, firstRow: number, rows: number): void {
  const ids = buffers.get('id')!.data;
  const times = buffers.get('time_s')!.data;
  const { data: labels, valid } = buffers.get('label')!;
  for (let row = 0; row < rows; row++) {
    new DataView(ids.buffer, ids.byteOffset).setBigUint64(row * 8, BigInt(firstRow + row), true);
    new DataView(times.buffer, times.byteOffset).setFloat64(row * 8, firstRow + row, true);
    labels[row] = row % 7 === 0 ? 1 : 0;
    if (valid) valid[row] = row % 5 === 0 ? 0 : 1;
    for (const [name, values] of [['transaction', 30], ['reference', 256], ['expected', 2]] as const) {
      if (buffers.has(name)) fillUniform(values, firstRow + row, floats(buffers, name), row * values, values);
    }
  }
}

/** One Arrow file in the given columns. */
export function writeShard(file: string, columns: readonly Column[], firstRow: number, rows: number): { sizeBytes: number; sha256: string } {
  const buffers = batchBuffers(columns, 50);
  const writer = openShard(file, columns, { 'inferplay:use_case': 'fraud' });
  for (let done = 0; done < rows; done += 50) {
    const now = Math.min(50, rows - done);
    fillFraudRows(buffers, firstRow + done, now);
    writer.write(buffers, now);
  }
  return writer.close();
}

/** A whole folder: two shards of 120 and 80 rows, one model file (`modelBytes`), and the manifest. */
export async function writeFraudDataset(folder: string, modelBytes: Uint8Array, changes: Partial<Manifest> = {}): Promise<Manifest> {
  const shards = [['part-00000.arrow', 0, 120], ['part-00001.arrow', 120, 80]] as const;
  const entries = shards.map(([file, firstRow, rows]) => ({ file, firstRow, rows, ...writeShard(join(folder, file), fraudColumns, firstRow, rows) }));
  writeFileSync(join(folder, 'financialNet.onnx'), modelBytes);
  const models: ModelEntry[] = [{
    name: 'financialNet', file: 'financialNet.onnx', backend: 'ONNX', sizeBytes: statSync(join(folder, 'financialNet.onnx')).size,
    sha256: createHash('sha256').update(readFileSync(join(folder, 'financialNet.onnx'))).digest('hex'),
    inputs: ['transaction', 'reference'], outputs: ['output'], expected: true,
  }];
  const manifest: Manifest = {
    format: 'inferplay-dataset', version: 1, useCase: 'fraud', generator: '0.1.0', options: { referenceValues: 256, rows: null }, seed: 12345,
    source: { name: 'creditcard.csv', sha256: 'ab'.repeat(32), sizeBytes: 150_828_752, rows: 284_807 },
    rows: 200, rowsPerShard: 120, rowsPerBatch: 50, columns: fraudColumns, shards: entries, models,
    badRows: { count: 2, listed: [{ line: 7, column: 'V3', reason: 'not a number', text: 'abc' }] },
    sha256: manifestSha256(entries, models), ...changes,
  };
  await writeManifest(folder, manifest);
  return manifest;
}
