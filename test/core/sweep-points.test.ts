import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FIGURES, statisticOf } from '../../core/sweep-points.js';
import { summaryOf } from '../support/sweeps.js';

test('a median is the value in the middle, or the mean of the two there, and the spread is lowest and highest', () => {
  assert.deepEqual(statisticOf([5, 1, 3]), { median: 3, min: 1, max: 5, count: 3 });
  assert.deepEqual(statisticOf([4, 1, 2, 10]), { median: 3, min: 1, max: 10, count: 4 });
  assert.deepEqual(statisticOf([7]), { median: 7, min: 7, max: 7, count: 1 });
  assert.deepEqual(statisticOf([null, 2, null]), { median: 2, min: 2, max: 2, count: 1 });
  assert.deepEqual(statisticOf([null]), { median: null, min: null, max: null, count: 0 });
  assert.deepEqual(statisticOf([10, 9]), { median: 9.5, min: 9, max: 10, count: 2 });
});

test('as many values lie below a median as above it', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e9 }), { minLength: 1 }), (values) => {
      const { median, min, max, count } = statisticOf(values);
      assert.ok(min! <= median! && median! <= max! && count === values.length);
      assert.ok(values.filter((value) => value < median!).length <= values.length / 2);
      assert.ok(values.filter((value) => value > median!).length <= values.length / 2);
    }),
  );
});

test('each figure of a point has its own median over the repetitions, never the best', () => {
  const summary = summaryOf({ axes: [{ name: 'clients', values: [1, 10] }], repeat: 3 }, ({ point, repetition }) => ({
    // The run with the highest rate is not the one with the lowest latency.
    ratePerSecond: point.clients! * [1000, 1200, 900][repetition - 1],
    middleNs: [2e6, 3e6, 1e6][repetition - 1],
  }));
  const [one, ten] = summary.points;
  assert.deepEqual(one.point, { clients: 1 });
  assert.deepEqual(one.runs.map(({ repetition }) => repetition), [1, 2, 3]);
  const { requestsPerSecond, responseP50Ms } = one.figures;
  assert.ok(Math.abs(requestsPerSecond.median! - 1000) < 1 && Math.abs(requestsPerSecond.min! - 900) < 1 && Math.abs(requestsPerSecond.max! - 1200) < 1);
  assert.ok(Math.abs(responseP50Ms.median! - 2) < 0.1 && Math.abs(responseP50Ms.min! - 1) < 0.1 && Math.abs(responseP50Ms.max! - 3) < 0.1);
  assert.ok(Math.abs(ten.figures.requestsPerSecond.median! - 10_000) < 10);
  assert.deepEqual(summary.runs, { planned: 6, done: 6, valid: 6, suspect: 0, invalid: 0 });
});

test('a request of a tensor batch is as many rows', () => {
  const { points } = summaryOf({ axes: [{ name: 'tensorBatch', values: [1, 8] }], repeat: 1 }, () => ({ ratePerSecond: 100 }));
  assert.deepEqual(points.map(({ figures }) => Math.round(figures.requestsPerSecond.median!)), [100, 100]);
  assert.deepEqual(points.map(({ figures }) => Math.round(figures.rowsPerSecond.median!)), [100, 800]);
});

test('runs that are not done yet, and figures that a run has not, are not counted', () => {
  const summary = summaryOf({ axes: [{ name: 'clients', values: [1, 2] }], repeat: 3 }, ({ point, repetition }) => (point.clients === 1 && repetition === 3 ? null : { lost: point.clients === 2 && repetition === 1 }));
  const [one, two] = summary.points;
  assert.deepEqual([one.runs.length, one.figures.requestsPerSecond.count], [2, 2]);
  assert.deepEqual([two.runs.length, two.figures.requestsPerSecond.count, two.figures.responseP50Ms.count], [3, 3, 2], 'without a success there is a rate of 0, and no latency');
  assert.equal(two.figures.requestsPerSecond.min, 0);
  assert.deepEqual([summary.runs.planned, summary.runs.done, summary.runs.invalid], [6, 5, 1]);
  assert.equal(two.supported.responseP99Ms, false);
  assert.equal(two.figures.serverRowsPerRun.count, 0, 'a server that does not count');
  const none = summaryOf({ axes: [{ name: 'clients', values: [1] }], repeat: 1 }, () => null).points[0];
  for (const name of FIGURES) assert.equal(none.figures[name].count, 0);
});
