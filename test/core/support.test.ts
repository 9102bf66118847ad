import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CONFIDENCE, isSupported, samplesNeeded, tailProbability } from '../../core/support.js';

/** Needed totals from MLPerf's bound, by number of samples over the percentile (exact binomial). */
const PUBLISHED: [number, number[]][] = [
  [0, [44, 90, 152, 459, 4603]],
  [1, [64, 130, 219, 662, 6636]],
  [2, [81, 165, 277, 838, 8403]],
  [5, [127, 259, 433, 1307, 13105]],
  [10, [197, 398, 667, 2010, 20140]],
  [100, [1246, 2504, 4182, 12571, 125826]],
];

test('samplesNeeded agrees with the published table', () => {
  for (const [over, needed] of PUBLISHED) {
    assert.deepEqual([90, 95, 97, 99, 99.9].map((percentile) => samplesNeeded(percentile, over)), needed, `over ${over}`);
  }
});

test('the median needs eleven samples and the maximum one', () => {
  assert.equal(samplesNeeded(50), 11);
  assert.equal(samplesNeeded(100), 1);
  assert.equal(isSupported(100, 0), false);
  assert.equal(isSupported(50, 0), false);
});

test('the bound is tight: one sample fewer is not enough', () => {
  fc.assert(
    fc.property(fc.integer({ min: 500, max: 9999 }), fc.integer({ min: 0, max: 20 }), (basisPoints, over) => {
      const percentile = basisPoints / 100;
      const needed = samplesNeeded(percentile, over);
      assert.ok(tailProbability(percentile, needed, over) <= 1 - CONFIDENCE);
      assert.ok(needed - 1 <= over || tailProbability(percentile, needed - 1, over) > 1 - CONFIDENCE);
    }),
    { numRuns: 100 },
  );
});

test('isSupported begins at the needed number', () => {
  assert.equal(isSupported(99, 661), false);
  assert.equal(isSupported(99, 662), true);
});
