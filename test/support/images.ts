/** A small data set of pictures as vision has them: stored as uint8, sent as float32, with a tiny model and its expected answers. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Conversion } from '../../core/conversion.js';
import { manifestSha256, writeManifest, type Column, type Manifest, type ModelEntry } from '../../core/manifest.js';
import { hash32 } from '../../core/random.js';
import { batchBuffers, openShard } from '../../core/writer.js';
import { encodeOnnx } from '../../generate/onnx-file.js';

export const SIDE = 4;
export const CLASSES = 5;
const VALUES = SIDE * SIDE * 3;

/** Each channel its own: a mistake in the order of values shows. */
export const SENT: Conversion = { dtype: 'float32', axis: 2, multiply: [1 / 255, 2 / 255, 1 / 127.5], add: [0, -1, 0.5] };

export interface ImagesOptions {
  readonly rows?: number;
  /** Of a record batch: the groups of requests lie across them. */
  readonly rowsPerBatch?: number;
  /** Rows whose expected answer is another model's, and rows that have none. */
  readonly wrong?: readonly number[];
  readonly missing?: readonly number[];
  /** The model's graph takes exactly so many rows. */
  readonly fixedRows?: number;
  readonly rowName?: string;
}

/** The stored values of a row. */
export function pixelsOf(row: number): Uint8Array {
  return Uint8Array.from({ length: VALUES }, (_, at) => hash32(3, row, at) & 255);
}

/** What the model is to be given for it. */
export function floatsOf(row: number): Float32Array {
  return Float32Array.from(pixelsOf(row), (value, at) => value * SENT.multiply[at % 3] + SENT.add[at % 3]);
}

function weight(at: number): number {
  return hash32(5, at, 0) / 2 ** 32 - 0.5;
}

/** A linear layer and a softmax, in double precision. */
export function expectedOf(row: number): Float32Array {
  const image = floatsOf(row);
  const sums = Array.from({ length: CLASSES }, (_, at) => image.reduce((sum, value, input) => sum + value * Math.fround(weight(input * CLASSES + at)), 0));
  const powers = sums.map((sum) => Math.exp(sum - Math.max(...sums)));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return Float32Array.from(powers, (power) => power / total);
}

function tinyModel(rows: number | string): Buffer {
  return encodeOnnx({
    name: 'tiny', doc: 'softmax(image × weights)',
    inputs: [{ name: 'image', shape: [rows, SIDE, SIDE, 3] }], outputs: [{ name: 'output', shape: [rows, CLASSES] }],
    nodes: [
      { op: 'Flatten', inputs: ['image'], outputs: ['flat'], integers: { axis: 1 } },
      { op: 'MatMul', inputs: ['flat', 'weights'], outputs: ['sums'] },
      { op: 'Softmax', inputs: ['sums'], outputs: ['output'], integers: { axis: 1 } },
    ],
    initializers: [{ name: 'weights', shape: [VALUES, CLASSES], values: Float32Array.from({ length: VALUES * CLASSES }, (_, at) => weight(at)) }],
  });
}

/** Ids are 100 more than rows. */
export async function writeImages(folder: string, options: ImagesOptions = {}): Promise<Manifest> {
  const { rows = 26, rowsPerBatch = 7, wrong = [], missing = [], fixedRows, rowName = 'image' } = options;
  mkdirSync(folder, { recursive: true });
  const columns: readonly Column[] = [
    { name: 'id', dtype: 'uint64', shape: null, nullable: false },
    { name: 'image', dtype: 'uint8', shape: [SIDE, SIDE, 3], nullable: false, dimNames: ['H', 'W', 'C'], sent: SENT },
    { name: 'file', dtype: 'utf8', shape: null, nullable: false },
    { name: 'expected', dtype: 'float32', shape: [CLASSES], nullable: true },
  ];
  const buffers = batchBuffers(columns, rowsPerBatch);
  const at = (name: string) => buffers.get(name)!;
  const shard = openShard(join(folder, 'images.arrow'), columns, {});
  for (let first = 0; first < rows; first += rowsPerBatch) {
    const count = Math.min(rowsPerBatch, rows - first);
    for (let row = 0; row < count; row++) {
      const each = first + row;
      new DataView(at('id').data.buffer).setBigUint64(row * 8, BigInt(each + 100), true);
      at('image').data.set(pixelsOf(each), row * VALUES);
      at('file').texts[row] = `${each}.jpg`;
      at('expected').data.set(new Uint8Array(expectedOf(wrong.includes(each) ? each + 1 : each).buffer), row * CLASSES * 4);
      at('expected').valid![row] = missing.includes(each) ? 0 : 1;
    }
    shard.write(buffers, count);
  }
  const shards = [{ file: 'images.arrow', firstRow: 0, rows, ...shard.close() }];
  const bytes = tinyModel(fixedRows ?? 'n');
  writeFileSync(join(folder, 'tiny.onnx'), bytes);
  const models: ModelEntry[] = [{
    name: 'tiny', file: 'tiny.onnx', backend: 'ONNX', sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'),
    inputs: ['image'], outputs: ['output'], expected: true, ports: [{ name: 'image', dtype: 'float32', shape: [fixedRows ?? null, SIDE, SIDE, 3] }],
  }];
  const manifest: Manifest = {
    format: 'inferplay-dataset', version: 1, useCase: 'vision', rowName, generator: '0.1.0', options: {}, seed: 3, source: null,
    rows, rowsPerShard: rows, rowsPerBatch, columns, shards, models, badRows: { count: 0, listed: [] }, sha256: manifestSha256(shards, models),
  };
  await writeManifest(folder, manifest);
  return manifest;
}
