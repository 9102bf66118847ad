import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { percentile } from '../../core/histogram.js';
import { decodeHistogram, encodeHistogram } from '../../core/hdr.js';
import { mergeHistograms } from '../../core/recording.js';
import { histogramOf, latencies } from '../support/recordings.js';

const values = fc.array(fc.integer({ min: 0, max: 3_600_000_000_000 }), { minLength: 1, maxLength: 50 });

test('encoding and decoding keep every count', async () => {
  await fc.assert(
    fc.asyncProperty(values, async (list) => {
      const data = histogramOf(list);
      const decoded = await decodeHistogram(await encodeHistogram(data));
      assert.deepEqual(decoded.counts, data.counts);
      assert.deepEqual([decoded.count, decoded.digits, decoded.highestNs], [data.count, data.digits, data.highestNs]);
      assert.ok(Math.abs(decoded.sumNs - data.sumNs) <= data.sumNs / 1000 + 1);
      assert.ok(decoded.maxNs >= data.maxNs && decoded.minNs <= data.minNs);
    }),
    { numRuns: 40 },
  );
});

test('merging here and merging in hdr-histogram-js agree', async () => {
  await fc.assert(
    fc.asyncProperty(values, values, async (one, other) => {
      const [a, b] = [histogramOf(one), histogramOf(other)];
      const theirs = decodeFromCompressedBase64(await encodeHistogram(a), 64, false);
      theirs.add(decodeFromCompressedBase64(await encodeHistogram(b), 64, false));
      const ours = await encodeHistogram(mergeHistograms(a, b));
      const both = decodeFromCompressedBase64(ours, 64, false);
      assert.equal(both.outputPercentileDistribution(), theirs.outputPercentileDistribution());
      assert.equal(both.totalCount, theirs.totalCount);
    }),
    { numRuns: 40 },
  );
});

test('percentiles agree with those of hdr-histogram-js', async () => {
  const data = histogramOf(latencies(20_000, 800_000));
  const theirs = decodeFromCompressedBase64(await encodeHistogram(data), 64, false);
  for (const p of [0.01, 50, 90, 95, 99, 99.9]) assert.equal(percentile(data, p), theirs.getValueAtPercentile(p), `p${p}`);
});

test('counts above 16 and 32 bits do not wrap', async () => {
  const data = histogramOf([1000]);
  for (const count of [70_000, 5_000_000_000, 2 ** 45]) {
    data.counts[1000] = count;
    assert.equal((await decodeHistogram(await encodeHistogram({ ...data, count }))).count, count);
  }
});

test('an empty histogram is encoded too', async () => {
  const decoded = await decodeHistogram(await encodeHistogram(histogramOf([])));
  assert.deepEqual([decoded.count, decoded.minNs, decoded.maxNs], [0, Infinity, 0]);
});

test('the ratio in the header is the double 1', async () => {
  const bytes = Buffer.from(await encodeHistogram(histogramOf([1, 2, 3])), 'base64');
  assert.equal(bytes.readInt32BE(0), 0x1c849314);
  assert.equal(bytes.readInt32BE(4), bytes.length - 8);
  assert.equal(inflateSync(bytes.subarray(8)).readDoubleBE(32), 1);
});

test('anything but a histogram is refused with a sentence', async () => {
  const whole = await encodeHistogram(histogramOf(latencies(100, 1000)));
  for (const text of ['', 'AAAA', 'HISTFAAAABs=', whole.slice(0, whole.length / 2), 'x'.repeat((4 << 20) + 1)]) {
    await assert.rejects(decodeHistogram(text), { name: 'InferplayError', code: 'DATA' }, text.slice(0, 30));
  }
});
