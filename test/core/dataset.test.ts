import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { arrow } from '../../core/arrow.js';
import { openDataset } from '../../core/dataset.js';
import type { BatchRange, Dataset } from '../../core/dataset.js';
import { InferplayError } from '../../core/errors.js';
import { JOURNAL_FILE } from '../../core/folder.js';
import { MANIFEST_FILE } from '../../core/manifest.js';
import type { Column } from '../../core/manifest.js';
import { batchBuffers, openShard } from '../../core/writer.js';
import { generate } from '../../generate/generate.js';
import { writeImages } from '../support/images.js';
import { temporaryFolder } from '../support/paths.js';

const columns: readonly Column[] = [{ name: 'x', dtype: 'int32', shape: [1], nullable: false }];

/** Files whose column x counts on over all of them. */
function writeFiles(folder: string, files: readonly (readonly number[])[]): number {
  const buffers = batchBuffers(columns, 50);
  const values = new Int32Array(buffers.get('x')!.data.buffer);
  let next = 0;
  for (const [at, batches] of files.entries()) {
    const shard = openShard(join(folder, `part-${at}.arrow`), columns, {});
    for (const rows of batches) {
      for (let row = 0; row < rows; row += 1) values[row] = next++;
      shard.write(buffers, rows);
    }
    shard.close();
  }
  return next;
}

async function valuesOf(dataset: Dataset, range?: BatchRange): Promise<number[]> {
  const all: number[] = [];
  let next: number | null = null;
  for await (const batch of dataset.batches(range)) {
    if (next !== null) assert.equal(batch.firstRow, next);
    next = batch.firstRow + batch.rows;
    const values = new Int32Array(batch.bytes('x').slice().buffer);
    assert.equal(values.length, batch.rows);
    assert.deepEqual([...batch.ids], [...values], 'without a column id the ids are the row numbers');
    all.push(...values);
  }
  return all;
}

test('any range of a folder of files is read as if it were one', async (t) => {
  const batches = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 3 });
  await fc.assert(fc.asyncProperty(fc.array(batches, { minLength: 1, maxLength: 3 }), fc.nat(200), fc.nat(200), async (files, fromRow, toRow) => {
    const folder = temporaryFolder(t);
    const rows = writeFiles(folder, files);
    const dataset = await openDataset(folder);
    assert.deepEqual([dataset.rows, dataset.manifest], [rows, null]);
    const all = Array.from({ length: rows }, (_, row) => row);
    assert.deepEqual(await valuesOf(dataset), all);
    for (const reuse of [false, true]) assert.deepEqual(await valuesOf(dataset, { fromRow, toRow, reuse }), fromRow < toRow ? all.slice(fromRow, toRow) : []);
  }), { numRuns: 40 });
});

test('a data set of ours opens by folder or by manifest, and starts at any row', async (t) => {
  const folder = join(temporaryFolder(t), 'fraud');
  const manifest = await generate('fraud', { rows: 30, referenceValues: 4 }, { out: folder, rowsPerShard: 8, threads: 1 });
  for (const path of [folder, join(folder, MANIFEST_FILE)]) {
    const dataset = await openDataset(path);
    assert.deepEqual([dataset.rows, dataset.manifest, dataset.columns], [30, manifest, manifest.columns]);
    const ids: number[] = [];
    for await (const batch of dataset.batches({ fromRow: 7, toRow: 25 })) ids.push(...batch.ids);
    assert.deepEqual(ids, Array.from({ length: 18 }, (_, at) => 7 + at));
  }
});

const refusals: readonly [string, (folder: string) => string, RegExp][] = [
  ['is not there', (folder) => join(folder, 'none'), /there is no data set at [^()]*none; make one with/],
  ['is an empty folder', (folder) => (mkdirSync(join(folder, 'empty')), join(folder, 'empty')), /is no data set: it has neither manifest\.json nor any \*\.arrow file/],
  ['was stopped', (folder) => (renameSync(join(folder, MANIFEST_FILE), join(folder, JOURNAL_FILE)), folder), /was stopped before it was whole; run the same/],
  ['lacks a shard', (folder) => (rmSync(join(folder, 'fraud-00001.arrow')), folder), /fraud-00001\.arrow is missing from the data set; copy it again/],
  ['has a shard of another size', (folder) => (truncateSync(join(folder, 'fraud-00001.arrow'), 100), folder), /fraud-00001\.arrow has 100 bytes and the manifest says \d+/],
  ['is one file of text', (folder) => (writeFileSync(join(folder, 'x.txt'), 'text'), join(folder, 'x.txt')), /x\.txt is not an Arrow IPC file/],
];
for (const [what, damage, message] of refusals) {
  test(`a data set that ${what} is refused with a sentence`, async (t) => {
    const folder = temporaryFolder(t);
    await generate('fraud', { rows: 20, referenceValues: 0 }, { out: join(folder, 'set'), rowsPerShard: 8, threads: 1 });
    await assert.rejects(openDataset(damage(join(folder, 'set'))), (error: InferplayError) => error.code === 'DATA' && message.test(error.message));
  });
}

test('files with different columns are not one data set', async (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, [[3]]);
  const shard = openShard(join(folder, 'z.arrow'), [{ ...columns[0], dtype: 'float32' }], {});
  shard.close();
  await assert.rejects(openDataset(folder), /z\.arrow has other columns than .*part-0\.arrow/);
});

test('a shard of the right size and the wrong content is damage, never a crash', async (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, [[40]]);
  const file = join(folder, 'part-0.arrow');
  const whole = readFileSync(file);
  await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (at, flip, reuse) => {
    const bytes = Buffer.from(whole);
    bytes[at] ^= flip;
    writeFileSync(file, bytes);
    try {
      for await (const batch of (await openDataset(file)).batches({ reuse })) if (batch.rows > 0) batch.bytes('x');
    } catch (error) {
      assert.ok(error instanceof InferplayError, String(error));
      assert.equal(error.code, 'DATA');
    }
  }), { numRuns: 300 });
});

test('batches that are read into the memory of the one before hold the same values, texts and nulls, until the next is asked for', async (t) => {
  const folder = join(temporaryFolder(t), 'images');
  await writeImages(folder, { rows: 30, rowsPerBatch: 7, missing: [3, 20] });
  const dataset = await openDataset(folder);
  const read = async (reuse: boolean): Promise<{ rows: unknown[]; memories: Set<ArrayBufferLike> }> => {
    const rows: unknown[] = [];
    const memories = new Set<ArrayBufferLike>();
    for await (const batch of dataset.batches({ reuse })) {
      memories.add(batch.bytes('image').buffer);
      for (let row = 0; row < batch.rows; row++) rows.push([batch.ids[row], batch.text('file', row), batch.isNull('expected', row), [...batch.bytes('image').subarray(row * 48, row * 48 + 48)], [...batch.bytes('expected').subarray(row * 20, row * 20 + 20)]]);
    }
    return { rows, memories };
  };
  const [fresh, reused] = [await read(false), await read(true)];
  assert.deepEqual(reused.rows, fresh.rows);
  assert.equal(reused.rows.length, 30);
  assert.deepEqual([fresh.memories.size, reused.memories.size], [5, 1]);
});

test('a file whose values are in a dictionary is read as ever', async (t) => {
  const file = join(temporaryFolder(t), 'x.arrow');
  const words = arrow.vectorFromArray(['a', 'b', 'a'], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()));
  const x = arrow.vectorFromArray([0, 1, 2], new arrow.Int32());
  writeFileSync(file, arrow.tableToIPC(new arrow.Table({ words, x }), 'file'));
  const dataset = await openDataset(file);
  assert.deepEqual(await valuesOf(dataset, { reuse: true }), [0, 1, 2]);
});

test('leaving the loop early closes the file', async (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, [[5, 5]]);
  const dataset = await openDataset(folder);
  for (let round = 0; round < 50; round += 1) for await (const batch of dataset.batches()) { assert.equal(batch.rows, 5); break; }
});
