import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { idRuns } from '../../load/ids.js';

test('ids come back in their order, in chunks of the size asked for', () => {
  const ids = fc.array(fc.oneof(fc.nat(30), fc.nat()), { maxLength: 60 });
  fc.assert(fc.property(fc.array(ids, { maxLength: 5 }), fc.integer({ min: 1, max: 20 }), (batches, size) => {
    const runs = idRuns();
    for (const batch of batches) runs.add(Float64Array.from(batch));
    const back: number[] = [];
    for (const chunk of runs.chunks(size)) {
      assert.ok(chunk.length > 0 && chunk.length <= size);
      back.push(...chunk);
    }
    assert.deepEqual(back, batches.flat());
    assert.equal(runs.count, back.length);
    assert.equal(runs.overflow, false);
  }));
});

test('consecutive ids are one run, however many batches they come in', () => {
  const runs = idRuns(1);
  for (let first = 0; first < 100_000; first += 1000) runs.add(Float64Array.from({ length: 1000 }, (_, at) => first + at));
  assert.equal(runs.overflow, false);
  assert.equal([...runs.chunks(30_000)].length, 4);
});

test('scattered ids are given up at the limit, but still counted', () => {
  const runs = idRuns(3);
  runs.add(Float64Array.of(1, 3, 5));
  assert.equal(runs.overflow, false);
  runs.add(Float64Array.of(7, 9));
  runs.add(Float64Array.of(10));
  assert.equal(runs.overflow, true);
  assert.equal(runs.count, 6);
});
