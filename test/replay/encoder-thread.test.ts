import assert from 'node:assert/strict';
import { test } from 'node:test';
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { EncoderData } from '../../replay/encoder-thread.js';
import { makePlan } from '../../replay/plan.js';
import { newRing, RingReader, stopRing } from '../../replay/ring.js';
import { replayData } from '../support/replay-data.js';

const layout = { frameBytes: 512, expected: null, replies: 1, entryBytes: 512, tensorBatch: 1 };
const url = 'redisai://h?model=m';

function hire(dataset: string) {
  const ring = newRing(layout, 8);
  const { port1, port2 } = new MessageChannel();
  const workerData: EncoderData = { plan: makePlan(dataset, { target: url }, null), targetUrl: url, worker: 0, ring, port: port1 };
  return { ring, port: port2, thread: new Worker(new URL('../../replay/encoder-thread.js', import.meta.url), { workerData, transferList: [port1] }) };
}

test('it fills the ring, says so, wakes a reader that waits, and ends when the ring is stopped', async (t) => {
  const { ring, port, thread } = hire(replayData(t, 50));
  const reader = new RingReader(ring);
  assert.deepEqual((await once(thread, 'message'))[0], { kind: 'ready' }, 'the ring is full');
  for (let taken = 0; taken < 120; ) {
    const entry = reader.take();
    if (entry < 0) {
      await once(port, 'message');
      continue;
    }
    const text = Buffer.from(ring.entries.memory).toString('latin1', entry * 512, (entry + 1) * 512);
    assert.ok(text.includes(`transactionTensor:{${taken % 50}}`));
    reader.release(entry);
    taken++;
  }
  stopRing(ring);
  assert.deepEqual(await once(thread, 'exit'), [0]);
});

test('it says why it cannot', async () => {
  const { thread } = hire('no-such-data');
  const [message] = await once(thread, 'message');
  assert.equal(message.kind, 'failed');
  assert.match(message.message, /no-such-data/);
});
