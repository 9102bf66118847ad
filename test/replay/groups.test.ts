import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Batch } from '../../core/dataset.js';
import { groupsIn, wholeGroups } from '../../replay/groups.js';
import type { Rows } from '../../replay/target.js';

const columns = [{ name: 'x', dtype: 'uint8', shape: [3], nullable: true }] as const;

/** Batches of these sizes; row r has the id r + 1000 and the values r, r + 1, r + 2, and every fifth is null. */
async function* batchesOf(sizes: readonly number[], made: Batch[] = []): AsyncGenerator<Batch> {
  let first = 0;
  for (const rows of sizes) {
    const from = first;
    const bytes = Uint8Array.from({ length: rows * 3 }, (_, at) => from + Math.floor(at / 3) + (at % 3));
    const batch: Batch = { firstRow: from, rows, ids: Float64Array.from({ length: rows }, (_, row) => from + row + 1000), bytes: () => bytes, text: () => null, isNull: (_, row) => (from + row) % 5 === 0 };
    made.push(batch);
    yield batch;
    // A batch's memory may be used again when the next one is asked for.
    bytes.fill(255);
    first += rows;
  }
}

/** Every row of what came, as text. */
function rowsOf(rows: Rows): string[] {
  return Array.from({ length: rows.rows }, (_, row) => [rows.firstRow + row, rows.ids[row], ...rows.bytes('x').subarray(row * 3, row * 3 + 3), rows.isNull('x', row)].join());
}

test('whatever the record batches, rows come in whole groups, in order, and only the last is short', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 8 }), fc.integer({ min: 1, max: 30 }), async (sizes, size) => {
    const seen: string[] = [];
    const total = sizes.reduce((sum, rows) => sum + rows, 0);
    for await (const rows of wholeGroups(batchesOf(sizes), size, columns)) {
      assert.equal(rows.firstRow, seen.length);
      assert.equal(rows.firstRow % size, 0);
      seen.push(...rowsOf(rows));
      assert.ok(rows.rows % size === 0 || seen.length === total, 'a short group is the last');
      assert.equal(rows.bytes('x').length, rows.rows * 3);
    }
    assert.deepEqual(seen, Array.from({ length: total }, (_, row) => [row, row + 1000, row, row + 1, row + 2, row % 5 === 0].join()));
  }));
});

test('what lies in one record batch is not copied', async () => {
  const made: Batch[] = [];
  const came: Rows[] = [];
  for await (const rows of wholeGroups(batchesOf([6, 6, 7, 5], made), 3, columns)) came.push(rows);
  assert.deepEqual(came.map(({ firstRow, rows }) => [firstRow, rows]), [[0, 6], [6, 6], [12, 6], [18, 3], [21, 3]]);
  assert.equal(came[0], made[0], 'a batch of whole groups is handed on');
  assert.equal(came[2].bytes('x').buffer, made[2].bytes('x').buffer);
  assert.notEqual(came[3].bytes('x').buffer, made[2].bytes('x').buffer, 'put together out of two');
  assert.equal(came[4].bytes('x').buffer, made[3].bytes('x').buffer);
});

test('a data set has so many groups', () => {
  assert.deepEqual([groupsIn(24, 8), groupsIn(25, 8), groupsIn(3, 8), groupsIn(7, 1)], [3, 4, 1, 7]);
});
