import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock, newEpoch } from '../../replay/clock.js';
import { pace, pendingWord, STOP, takenWord, wordsOf } from '../../replay/pacer.js';
import { makePlan } from '../../replay/plan.js';
import { createSchedule } from '../../replay/schedule.js';

function setUp(options: { requests?: number; durationMs?: number; warmupMs?: number }) {
  const plan = makePlan('d', { target: 'null:', ratePerSecond: 500, arrivals: 'poisson', warmupMs: 0, threads: 2, ...options }, null);
  const clock = createClock(newEpoch());
  const control = new Int32Array(new SharedArrayBuffer(4 * wordsOf(2)));
  const warmupNs = clock.now() + 1e6;
  const startNs = warmupNs + plan.warmupMs * 1e6;
  return { plan, clock, control, start: { warmupNs, startNs, startedAtMs: 0 } };
}

test('every request\'s worker is woken, when it is due and not before', () => {
  const parts = setUp({ requests: 40 });
  const schedule = createSchedule({ ...parts.plan, arrivals: parts.plan.arrivals, worker: 0, workers: 1, phase: 'measured' })!;
  const due = Array.from({ length: 40 }, () => parts.start.startNs + schedule.next());
  const woken: { worker: number; at: number }[] = [];
  pace({ ...parts, wake: (worker) => {
    woken.push({ worker, at: parts.clock.now() });
    Atomics.store(parts.control, pendingWord(worker), 0);
  } });
  assert.deepEqual(woken.map(({ worker }) => worker), Array.from({ length: 40 }, (_, request) => request % 2));
  woken.forEach(({ at }, request) => assert.ok(at > due[request] - 10_000, `request ${request} was woken ${due[request] - at} ns early`));
});

test('one wake-up is on its way at most, and a worker that has drawn the request already is left alone', () => {
  const parts = setUp({ requests: 40 });
  Atomics.store(parts.control, takenWord(1), 100);
  const woken: number[] = [];
  pace({ ...parts, wake: (worker) => woken.push(worker) });
  assert.deepEqual(woken, [0]);
});

test('the warm-up is paced too, and duration ends the pacing', () => {
  const parts = setUp({ durationMs: 40, warmupMs: 40 });
  let wakes = 0;
  pace({ ...parts, wake: (worker) => {
    wakes++;
    Atomics.store(parts.control, pendingWord(worker), 0);
  } });
  assert.ok(wakes > 15 && wakes < 80, `${wakes} of about 40`);
});

test('it stops when it is told to', () => {
  const parts = setUp({ requests: 1e9 });
  let wakes = 0;
  pace({ ...parts, wake: (worker) => {
    Atomics.store(parts.control, pendingWord(worker), 0);
    if (++wakes === 5) Atomics.store(parts.control, STOP, 1);
  } });
  assert.equal(wakes, 5);
});
