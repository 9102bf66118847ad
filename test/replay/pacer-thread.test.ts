import assert from 'node:assert/strict';
import { test } from 'node:test';
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { createClock, newEpoch } from '../../replay/clock.js';
import { pendingWord, wordsOf } from '../../replay/pacer.js';
import type { PacerData } from '../../replay/pacer-thread.js';
import { makePlan } from '../../replay/plan.js';

test('it wakes the workers through their ports, and ends with the schedule', async () => {
  const plan = makePlan('d', { target: 'null:', ratePerSecond: 200, requests: 20, warmupMs: 0, threads: 2 }, null);
  const epoch = newEpoch();
  const startNs = createClock(epoch).now() + 100e6;
  const control = new Int32Array(new SharedArrayBuffer(4 * wordsOf(2)));
  const channels = [new MessageChannel(), new MessageChannel()];
  const woken = [0, 0];
  channels.forEach(({ port1 }, worker) => port1.on('message', () => {
    woken[worker]++;
    Atomics.store(control, pendingWord(worker), 0);
  }));
  const ports = channels.map(({ port2 }) => port2);
  const workerData: PacerData = { plan, epoch, control, start: { warmupNs: startNs, startNs, startedAtMs: 0 }, ports };
  const thread = new Worker(new URL('../../replay/pacer-thread.js', import.meta.url), { workerData, transferList: ports });
  assert.deepEqual(await once(thread, 'exit'), [0]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(woken.every((count) => count >= 1 && count <= 10), woken.join());
});
