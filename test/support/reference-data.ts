/** A data set that has what load needs and no more: ids, references of known values, and models that are only bytes. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Column, Manifest, ModelEntry } from '../../core/manifest.js';
import { hash32 } from '../../core/random.js';
import { elements } from '../../core/tensor.js';
import { batchBuffers, openShard } from '../../core/writer.js';

export interface ReferenceDataOptions {
  readonly rows: number;
  /** False leaves out the column `reference`. */
  readonly reference?: boolean;
  /** Values in each reference. */
  readonly values?: number;
  readonly rowsPerBatch?: number;
  readonly seed?: number;
  /** Id of a row; its number when left out. */
  readonly idOf?: (row: number) => number;
  /** Names and bytes of models. */
  readonly models?: { readonly [name: string]: Uint8Array };
  /** False leaves out manifest.json: then it is anyone's Arrow file. */
  readonly manifest?: boolean;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The bytes of one row's reference. */
export function referenceBytes(row: number, values = 256, seed = 7): Buffer {
  const floats = new Float32Array(values);
  for (let at = 0; at < values; at++) floats[at] = hash32(seed, row, at) / 2 ** 32;
  return Buffer.from(floats.buffer);
}

/** Writes the data set into `folder` and answers its manifest. */
export function makeReferenceData(folder: string, options: ReferenceDataOptions): Manifest {
  const { rows, reference = true, values = 256, rowsPerBatch = 8192, seed = 7, idOf = (row) => row } = options;
  mkdirSync(folder, { recursive: true });
  const columns: Column[] = [{ name: 'id', dtype: 'uint64', shape: null, nullable: false }];
  if (reference) columns.push({ name: 'reference', dtype: 'float32', shape: [values], nullable: false });
  const buffers = batchBuffers(columns, rowsPerBatch);
  const ids = new BigUint64Array(buffers.get('id')!.data.buffer);
  const shard = openShard(join(folder, 'shard-00000.arrow'), columns, {});
  for (let first = 0; first < rows; first += rowsPerBatch) {
    const count = Math.min(rowsPerBatch, rows - first);
    for (let row = 0; row < count; row++) {
      ids[row] = BigInt(idOf(first + row));
      if (reference) buffers.get('reference')!.data.set(referenceBytes(first + row, values, seed), row * elements([values]) * 4);
    }
    shard.write(buffers, count);
  }
  const { sizeBytes, sha256: shardSha } = shard.close();
  const models = Object.entries(options.models ?? {}).map(([name, bytes]) => modelEntry(folder, name, bytes));
  const manifest: Manifest = {
    format: 'inferplay-dataset', version: 1, useCase: 'fraud', generator: '0.0.0', options: {}, seed, source: null, rows,
    rowsPerShard: Math.max(rows, 1), rowsPerBatch, columns,
    shards: [{ file: 'shard-00000.arrow', firstRow: 0, rows, sizeBytes, sha256: shardSha }],
    models, badRows: { count: 0, listed: [] },
    sha256: sha256([shardSha, ...models.map((model) => model.sha256)].join('\n')),
  };
  if (options.manifest !== false) writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return manifest;
}

function modelEntry(folder: string, name: string, bytes: Uint8Array): ModelEntry {
  writeFileSync(join(folder, `${name}.onnx`), bytes);
  return { name, file: `${name}.onnx`, backend: 'ONNX', sizeBytes: bytes.length, sha256: sha256(bytes), inputs: ['transaction'], outputs: ['output'], expected: false };
}
