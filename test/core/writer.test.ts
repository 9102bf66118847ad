import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openDataset } from '../../core/dataset.js';
import type { Column } from '../../core/manifest.js';
import { rowBytes } from '../../core/schema.js';
import { batchBuffers, openShard } from '../../core/writer.js';
import { temporaryFolder } from '../support/paths.js';

const columns: readonly Column[] = [
  { name: 'id', dtype: 'uint64', shape: null, nullable: false },
  { name: 'image', dtype: 'uint8', shape: [3, 2], nullable: false },
  { name: 'x', dtype: 'float64', shape: [1], nullable: true },
  { name: 'label', dtype: 'int16', shape: null, nullable: true },
  { name: 'file', dtype: 'utf8', shape: null, nullable: false },
  { name: 'remark', dtype: 'utf8', shape: null, nullable: true },
];

test('whatever is written is read again, byte for byte and null for null', async (t) => {
  const folder = temporaryFolder(t);
  const batch = fc.record({ rows: fc.integer({ min: 0, max: 70 }), seed: fc.integer() });
  await fc.assert(fc.asyncProperty(fc.array(batch, { maxLength: 4 }), async (batches) => {
    const file = join(folder, 'one.arrow');
    const buffers = batchBuffers(columns, 70);
    const shard = openShard(file, columns, {});
    const wanted = batches.map(({ rows, seed }) => {
      for (const { data, valid, texts } of buffers.values()) {
        texts.forEach((_, row) => { texts[row] = 'é/'.repeat((Math.imul(row + 1, seed) >>> 7) % 4); });
        for (let at = 0; at < data.length; at += 1) data[at] = Math.imul(at + 1, seed) >>> 11;
        valid?.forEach((_, row) => { valid[row] = (Math.imul(row + 3, seed) >>> 13) & 1; });
      }
      // Ids stay below 2^53, which is what a reader promises.
      const id = buffers.get('id')!.data;
      for (let at = 6; at < id.length; at += 8) id[at] = id[at + 1] = 0;
      shard.write(buffers, rows);
      return { rows, copies: new Map([...buffers].map(([name, { data, valid, texts }]) => [name, { data: data.slice(), valid: valid?.slice(), texts: texts.slice() }])) };
    });
    shard.close();
    const dataset = await openDataset(file);
    assert.deepEqual(dataset.columns, columns);
    const left = wanted.filter(({ rows }) => rows > 0);
    for await (const read of dataset.batches()) {
      const { rows, copies } = left.shift()!;
      assert.equal(read.rows, rows);
      for (const column of columns) {
        const { data, valid, texts } = copies.get(column.name)!;
        if (column.dtype === 'utf8') {
          for (let row = 0; row < rows; row += 1) assert.equal(read.text(column.name, row), valid?.[row] === 0 ? null : texts[row]);
          assert.throws(() => read.bytes(column.name), /holds texts/);
          continue;
        }
        assert.throws(() => read.text(column.name, 0), /holds no texts/);
        assert.deepEqual(Buffer.from(read.bytes(column.name)), Buffer.from(data.subarray(0, rows * rowBytes(column))), column.name);
        for (let row = 0; row < rows; row += 1) assert.equal(read.isNull(column.name, row), valid?.[row] === 0);
      }
      const ids = new BigUint64Array(copies.get('id')!.data.buffer, 0, rows);
      assert.deepEqual([...read.ids], Array.from(ids, Number));
    }
    assert.equal(left.length, 0);
  }), { numRuns: 30 });
});

test('size and checksum are the file\'s, and a discarded shard is gone', (t) => {
  const file = join(temporaryFolder(t), 'one.arrow');
  const shard = openShard(file, columns, {});
  shard.write(batchBuffers(columns, 5), 5);
  const { sizeBytes, sha256 } = shard.close();
  const bytes = readFileSync(file);
  assert.equal(sizeBytes, bytes.length);
  assert.equal(sha256, createHash('sha256').update(bytes).digest('hex'));
  openShard(file, columns, {}).discard();
  assert.equal(existsSync(file), false);
});
