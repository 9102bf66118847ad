import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { SPIN_MS, type TimerShared } from '../../serve/timer-thread.js';

test('the thread calls once for each time that it is given, a little before it', async (t) => {
  const shared: TimerShared = { control: new Int32Array(new SharedArrayBuffer(4)), dueMs: new Float64Array(new SharedArrayBuffer(8)) };
  shared.dueMs[0] = Infinity;
  const worker = new Worker(new URL('../../serve/timer-thread.js', import.meta.url), { workerData: { ...shared, timeOriginMs: performance.timeOrigin } });
  t.after(() => worker.terminate());
  let calls = 0;
  let called = (): void => {};
  worker.on('message', () => {
    calls++;
    called();
  });
  for (const delayMs of [5, 1, 12]) {
    const dueMs = performance.now() + delayMs;
    const call = new Promise<void>((resolve) => (called = resolve));
    shared.dueMs[0] = dueMs;
    Atomics.add(shared.control, 0, 1);
    Atomics.notify(shared.control, 0);
    await call;
    assert.ok(performance.now() >= dueMs - SPIN_MS - 0.05, 'it called too early');
  }
  assert.equal(calls, 3);
});
