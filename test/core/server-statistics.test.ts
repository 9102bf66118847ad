import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statisticsBetween, type ServerCounters } from '../../core/server-statistics.js';

const before: ServerCounters = { calls: 10, samples: 80, errors: 1, durationUs: 5000, runs: 4 };

test('what a run did is the difference, and batches are samples by run', () => {
  assert.deepEqual(statisticsBetween(before, { calls: 31, samples: 240, errors: 2, durationUs: 65_000, runs: 14 }, 'window'), {
    since: 'window', calls: 21, samples: 160, errors: 1, durationUs: 60_000, runs: 10, samplesPerCall: 8, microsecondsPerCall: 3000, samplesPerRun: 16,
  });
});

test('what is not known is null: runs that the server does not tell, and shares of nothing', () => {
  const untold = statisticsBetween({ ...before, runs: null }, { ...before, calls: 12, samples: 82 }, 'start');
  assert.deepEqual([untold?.runs, untold?.samplesPerRun, untold?.samplesPerCall], [null, null, 1]);
  const idle = statisticsBetween(before, before, 'start');
  assert.deepEqual([idle?.calls, idle?.samplesPerCall, idle?.microsecondsPerCall, idle?.samplesPerRun], [0, null, null, null]);
});

test('counters that were reset meanwhile say nothing', () => {
  assert.equal(statisticsBetween(before, { calls: 3, samples: 24, errors: 0, durationUs: 9, runs: 1 }, 'start'), null);
  assert.equal(statisticsBetween(before, { ...before, calls: 20, runs: 3 }, 'start'), null);
});
