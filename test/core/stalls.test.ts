import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Second } from '../../core/recording.js';
import { stalledSeconds, stalls } from '../../core/stalls.js';
import { histogramOf } from '../support/recordings.js';

/** Seconds from pairs of due and ended. */
function measured(...pairs: readonly (readonly [number, number])[]) {
  const seconds = pairs.map(([due, ok], second): Second => ({ second, due, sent: due, ok, failed: 0, inFlight: 0, response: {}, service: {} }));
  return { seconds, dueNs: pairs.length * 1e9, elapsedNs: pairs.length * 1e9, service: histogramOf([1e6]) };
}

test('a whole second without an answer is stalled where somebody was waiting since before it', () => {
  assert.deepEqual(stalledSeconds(measured([9, 9], [9, 7], [0, 0], [0, 0], [7, 9], [9, 9])), { stalled: 2, whole: 6 });
  assert.deepEqual(stalledSeconds(measured([9, 9], [0, 0], [0, 0], [9, 9])), { stalled: 0, whole: 4 }, 'nothing was due');
  assert.deepEqual(stalledSeconds(measured([9, 9], [1, 0], [0, 1])), { stalled: 0, whole: 3 }, 'it came due in the last moment of its second');
  assert.deepEqual(stalledSeconds(measured()), { stalled: 0, whole: 0 });
});

test('only whole seconds of the time in which requests come due count: the last ones may take theirs', () => {
  const one = measured([9, 5], [0, 0], [0, 0], [0, 4]);
  assert.deepEqual(stalledSeconds({ ...one, dueNs: 1.9e9 }), { stalled: 0, whole: 1 });
  assert.deepEqual(stalledSeconds({ ...one, elapsedNs: 2.9e9 }), { stalled: 1, whole: 2 });
});

test('the sentence has the numbers; a slow server does not stall', () => {
  const one = measured([9, 5], [0, 0], [0, 0], [9, 13]);
  assert.match(stalls(one).join(), /^For 2 of 4 whole seconds nothing was answered/);
  assert.deepEqual(stalls({ ...one, service: histogramOf([2e9]) }), []);
  assert.deepEqual(stalls({ ...one, service: histogramOf([]) }), []);
});
