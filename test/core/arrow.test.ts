import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Float32, tableFromIPC } from 'apache-arrow';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrow } from '../../core/arrow.js';
import { batchBuffers, openShard } from '../../core/writer.js';
import { temporaryFolder } from '../support/paths.js';

test('the single-file build has every name that is used of it', () => {
  for (const name of ['AsyncByteQueue', 'DataType', 'Field', 'FixedSizeList', 'Message', 'RecordBatch', 'RecordBatchFileWriter', 'RecordBatchReader', 'Schema', 'Struct', 'makeData'] as const) {
    assert.equal(typeof arrow[name], 'function', name);
  }
  assert.notEqual(arrow.Float32, Float32, 'it is a build of its own');
});

test('what it writes the package reads', (t) => {
  const file = join(temporaryFolder(t), 'one.arrow');
  const columns = [{ name: 'x', dtype: 'float32', shape: [2], nullable: false }] as const;
  const buffers = batchBuffers(columns, 3);
  new Float32Array(buffers.get('x')!.data.buffer).set([1, 2, 3, 4, 5, 6]);
  const shard = openShard(file, columns, { a: 'b' });
  shard.write(buffers, 3);
  shard.close();
  const table = tableFromIPC(readFileSync(file));
  assert.equal(table.schema.metadata.get('a'), 'b');
  assert.deepEqual(Array.from(table.getChild('x')!, (value) => Array.from(value as Iterable<number>)), [[1, 2], [3, 4], [5, 6]]);
});
