import assert from 'node:assert/strict';
import { test } from 'node:test';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { newEpoch } from '../../replay/clock.js';
import { newEntries } from '../../replay/frames.js';
import { wordsOf } from '../../replay/pacer.js';
import { makePlan } from '../../replay/plan.js';
import type { WorkerData } from '../../replay/worker.js';

function hire(targetUrl: string): Worker {
  const workerData: WorkerData = {
    plan: makePlan('d', { target: targetUrl, requests: 10, warmupMs: 0, clients: 1 }, null), targetUrl, worker: 0, epoch: newEpoch(), groups: 3, surrounds: null,
    control: new Int32Array(new SharedArrayBuffer(4 * wordsOf(1))), ports: [],
    frames: { arena: newEntries({ frameBytes: 8, expected: null, replies: 1, entryBytes: 8, tensorBatch: 1 }, 3) },
  };
  return new Worker(new URL('../../replay/worker.js', import.meta.url), { workerData });
}

test('it says that it is ready, runs, says its recording, and ends by itself', async () => {
  const thread = hire('null:');
  assert.deepEqual((await once(thread, 'message'))[0], { kind: 'ready' });
  thread.postMessage({ kind: 'start', start: { warmupNs: 0, startNs: 0, startedAtMs: 5 } });
  const [{ kind, recording }] = await once(thread, 'message');
  assert.deepEqual([kind, recording.done, recording.startedAtMs], ['recording', 10, 5]);
  assert.deepEqual(await once(thread, 'exit'), [0]);
});

test('it says why it cannot begin', async () => {
  const thread = hire('redisai://127.0.0.1:1?model=m');
  const [message] = await once(thread, 'message');
  assert.deepEqual([message.kind, message.code], ['failed', 'CONNECT']);
  assert.deepEqual(await once(thread, 'exit'), [0]);
});
