import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock, newEpoch } from '../../replay/clock.js';
import { newEntries } from '../../replay/frames.js';
import { makePlan, type ReplayOptions } from '../../replay/plan.js';
import { connectionsOf, createRun } from '../../replay/run.js';
import { createTarget } from '../../replay/target-url.js';

function setUp(options: Partial<ReplayOptions>, url = 'null:') {
  const plan = makePlan('d', { target: url, warmupMs: 0, clients: 4, ...options }, null);
  const clock = createClock(newEpoch());
  const entries = newEntries({ frameBytes: 8, expected: null, replies: 1, entryBytes: 8, tensorBatch: 1 }, 1);
  const run = createRun({ plan, worker: 0, target: createTarget(url), clock, frames: { entries, take: () => 0, release: () => {} }, surrounds: null, progress: { words: new Int32Array(new SharedArrayBuffer(8)), taken: 0, done: 1 } });
  const begin = () => ({ warmupNs: clock.now() + 5e6, startNs: clock.now() + 5e6 + plan.warmupMs * 1e6, startedAtMs: 77 });
  return { run, begin };
}

test('a share of requests, and then the recording', async () => {
  const { run, begin } = setUp({ requests: 1000 });
  await run.open();
  const recording = await run.start(begin());
  assert.deepEqual([recording.done, recording.ending, recording.startedAtMs, recording.connections.opened], [1000, 'complete', 77, 4]);
});

test('time ends it, and it lasted as long as it was to', async () => {
  const { run, begin } = setUp({ durationMs: 60, warmupMs: 30 });
  await run.open();
  const recording = await run.start(begin());
  assert.equal(recording.ending, 'complete');
  assert.ok(recording.elapsedNs >= 60e6 && recording.warmup.done > 0);
});

test('an interruption ends it, even before it began', async () => {
  const { run, begin } = setUp({ durationMs: 60_000 });
  await run.open();
  run.interrupt();
  const recording = await run.start(begin());
  assert.deepEqual([recording.ending, recording.done], ['interrupted', 0]);
});

test('spinning needs no wake-ups from elsewhere', async () => {
  const { run, begin } = setUp({ requests: 50, ratePerSecond: 2000, spin: true });
  await run.open();
  assert.equal((await run.start(begin())).done, 50);
});

test('connections are dealt out to the workers', () => {
  const plan = makePlan('d', { target: 'null:', clients: 7, threads: 3 }, null);
  assert.deepEqual([0, 1, 2].map((worker) => connectionsOf(plan, worker)), [[0, 3, 6], [1, 4], [2, 5]]);
});
