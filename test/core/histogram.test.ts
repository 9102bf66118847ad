import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { build, type JsHistogram } from 'hdr-histogram-js';
import { Histogram, HIGHEST_NS, bucketIndex, countsLength, emptyHistogram, highestOf, lowestOf, percentile } from '../../core/histogram.js';

const value = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.double({ min: 0, max: HIGHEST_NS, noNaN: true }).map(Math.floor), fc.integer({ min: 0, max: 41 }).map((bit) => 2 ** bit), fc.integer({ min: 1, max: 41 }).map((bit) => 2 ** bit - 1));
const digits = fc.constantFrom(1, 2, 3);

test('a value lies in its bucket, and buckets follow one another without gaps', () => {
  fc.assert(
    fc.property(digits, value, (d, v) => {
      const index = bucketIndex(d, v);
      assert.ok(lowestOf(d, index) <= v && v <= highestOf(d, index), `${v} in ${index}`);
      assert.equal(bucketIndex(d, lowestOf(d, index)), index);
      assert.equal(bucketIndex(d, highestOf(d, index)), index);
      assert.equal(bucketIndex(d, highestOf(d, index) + 1), index + 1);
      assert.ok(highestOf(d, index) - lowestOf(d, index) <= v / 10 ** d, 'resolution');
      assert.ok(index < countsLength(d, HIGHEST_NS));
    }),
    { numRuns: 2000 },
  );
});

test('buckets agree with hdr-histogram-js, extremes and percentiles with the sorted values', () => {
  fc.assert(
    fc.property(digits, fc.array(value, { minLength: 1, maxLength: 200 }), (d, values) => {
      const ours = new Histogram(d);
      const theirs = build({ bitBucketSize: 64, autoResize: false, lowestDiscernibleValue: 1, highestTrackableValue: HIGHEST_NS, numberOfSignificantValueDigits: d as 1 | 2 | 3, useWebAssembly: false }) as JsHistogram;
      for (const v of values) {
        ours.record(v);
        theirs.recordValue(v);
      }
      const data = ours.data();
      assert.equal(data.count, values.length);
      assert.equal(data.minNs, Math.min(...values));
      assert.equal(data.maxNs, Math.max(...values));
      // Its own percentiles round the rank to the nearest; ours is the nearest rank that p percent do not exceed.
      const sorted = values.toSorted((a, b) => a - b);
      for (const p of [0, 1, 25, 50, 90, 99, 99.9]) {
        const exact = sorted[Math.max(1, Math.ceil((p / 100) * values.length - 1e-9)) - 1];
        assert.equal(percentile(data, p), Math.min(data.maxNs, theirs.highestEquivalentValue(exact)), `p${p}`);
      }
      assert.equal(theirs.totalCount, data.count);
      assert.equal(data.counts.length, theirs.countsArrayLength, 'the same number of buckets');
      assert.equal(percentile(data, 100), data.maxNs);
    }),
  );
});

test('what is above the range counts in the last bucket and as overflow, and the maximum stays exact', () => {
  const histogram = new Histogram(2, 1_000_000);
  histogram.record(7_000_000);
  histogram.record(-5);
  histogram.record(0.4);
  const data = histogram.data();
  assert.equal(data.overflow, 1);
  assert.equal(data.counts[data.counts.length - 1], 1);
  assert.equal(data.counts[0], 2, 'a negative difference of two clock readings is zero');
  assert.equal(percentile(data, 100), 7_000_000);
});

test('an empty histogram has no percentile', () => {
  assert.ok(Number.isNaN(percentile(emptyHistogram(), 50)));
});
