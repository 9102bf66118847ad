import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrow } from '../../core/arrow.js';
import type { Arrow } from '../../core/arrow.js';
import { viewBatch } from '../../core/batch.js';
import { columnsOf } from '../../core/schema.js';

function record(vectors: { [name: string]: Arrow.Vector }): Arrow.RecordBatch {
  return new arrow.Table(vectors).batches[0];
}

test('a part of a record batch is a view of the same memory', () => {
  const values = new Float32Array([1, 2, 3, 4]);
  const batch = record({ x: arrow.makeVector(values) });
  const view = viewBatch(batch, columnsOf(batch.schema, 'x'), 'x', 100, 1, 3);
  assert.deepEqual([view.firstRow, view.rows, [...view.ids]], [101, 2, [101, 102]]);
  assert.equal(view.bytes('x').buffer, values.buffer);
  assert.deepEqual([...new Float32Array(view.bytes('x').slice().buffer)], [2, 3]);
  assert.equal(view.bytes('x'), view.bytes('x'));
});

for (const ids of [new Int32Array([7, 8, 9]), new BigInt64Array([7n, 8n, 9n]), new BigUint64Array([7n, 8n, 9n]), new Uint8Array([7, 8, 9])]) {
  test(`ids are read from ${ids.constructor.name}`, () => {
    const batch = record({ id: arrow.makeVector(ids as Int32Array) });
    assert.deepEqual([...viewBatch(batch, [], 'x', 0, 1, 3).ids], [8, 9]);
  });
}

test('an id above 2^32 keeps its upper half', () => {
  const batch = record({ id: arrow.makeVector(new BigUint64Array([2n ** 40n + 5n])) });
  assert.equal(viewBatch(batch, [], 'x', 0, 0, 1).ids[0], 2 ** 40 + 5);
});

test('a column that is not there is named, with those that are', () => {
  const batch = record({ x: arrow.makeVector(new Float32Array(1)) });
  assert.throws(() => viewBatch(batch, columnsOf(batch.schema, 'x'), 'f.arrow', 0, 0, 1).bytes('y'), /^InferplayError: f.arrow has no column "y"; its columns are: x\.$/);
});

test('a column with fewer values than rows is damage', () => {
  const batch = record({ x: arrow.makeVector(new Float32Array(2)) });
  assert.throws(() => viewBatch(batch, columnsOf(batch.schema, 'x'), 'f.arrow', 0, 0, 3).bytes('x'), /column "x" holds 8 bytes where 3 rows need 12/);
});
