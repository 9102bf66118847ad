import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Batch } from '../../core/dataset.js';
import { complaint, sampler, sampleRows, type Verified } from '../../load/verify.js';

test('a sample has the first and the last row, is spread, and is the same for the same seed', () => {
  fc.assert(fc.property(fc.nat(1000), fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 300 }), fc.nat(), (fromRow, rows, count, seed) => {
    const range = { fromRow, toRow: fromRow + rows };
    const chosen = sampleRows(range, count, seed);
    assert.deepEqual(chosen, sampleRows(range, count, seed));
    assert.equal(new Set(chosen).size, chosen.length);
    assert.deepEqual(chosen, [...chosen].sort((a, b) => a - b));
    assert.ok(chosen.every((row) => row >= fromRow && row < range.toRow));
    assert.equal(chosen[0], fromRow);
    if (count > 1) assert.equal(chosen.at(-1), range.toRow - 1);
    assert.equal(chosen.length, Math.min(count, rows));
  }));
  assert.deepEqual(sampleRows({ fromRow: 0, toRow: 100 }, 0, 1), []);
  assert.deepEqual(sampleRows({ fromRow: 5, toRow: 5 }, 10, 1), []);
  assert.notDeepEqual(sampleRows({ fromRow: 0, toRow: 1000 }, 50, 1), sampleRows({ fromRow: 0, toRow: 1000 }, 50, 2));
});

test('a sampler copies its rows out of batches that are used again', () => {
  const sample = sampler({ fromRow: 2, toRow: 12 }, 10, 1);
  const data = new Uint8Array(6);
  for (let firstRow = 2; firstRow < 12; firstRow += 3) {
    const rows = Math.min(3, 12 - firstRow);
    for (let at = 0; at < rows * 2; at++) data[at] = firstRow * 2 + at;
    sample.add({ firstRow, rows, ids: Float64Array.from({ length: rows }, (_, at) => 100 + firstRow + at), bytes: () => data.subarray(0, rows * 2), text: () => null, isNull: () => false } satisfies Batch);
  }
  assert.deepEqual(sample.kept.map(({ id }) => id), Array.from({ length: 10 }, (_, at) => 102 + at));
  for (const { id, bytes } of sample.kept) assert.deepEqual([...bytes], [(id - 100) * 2, (id - 100) * 2 + 1]);
});

test('a complaint has the numbers', () => {
  const fine: Verified = { sampled: 100, missing: 0, different: 0, counted: 400, expected: 400, firstMissing: null, firstMissingAt: null, differentIds: [] };
  assert.equal(complaint(fine, 'h:1'), null);
  assert.equal(complaint({ ...fine, missing: 3, firstMissing: 'k' }, 'h:1'), 'h:1: 3 of 400 keys are missing (the first one found is k)');
  assert.match(complaint({ ...fine, missing: 1, different: 2, differentIds: [5, 6] }, 'h:1')!, /1 of 400 keys are missing, and of 100 rows read back 2 keys hold something else than the data set \(ids 5, 6\)/);
});
