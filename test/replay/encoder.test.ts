import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDataset } from '../../core/dataset.js';
import { encodeAhead } from '../../replay/encoder.js';
import { layoutOf } from '../../replay/frames.js';
import { createPick } from '../../replay/pick.js';
import { newRing, RingReader, RingWriter, stopRing } from '../../replay/ring.js';
import { createTarget } from '../../replay/target-url.js';
import { replayData } from '../support/replay-data.js';

test('a worker\'s requests come in its order, again and again, from the rows that the pick names', async (t) => {
  const dataset = await openDataset(replayData(t, 60, 16));
  const encoder = createTarget('redisai://h?model=m').encoder(dataset, 1);
  for (const order of ['sequential', 'random'] as const) {
    const ring = newRing(layoutOf(encoder, dataset, { check: 'all', tensorBatch: 1 }), 8);
    const pick = createPick({ pick: order, seed: 4 }, dataset.rows);
    const reader = new RingReader(ring);
    const rows: string[] = [];
    // The writer would sleep in its thread for a free entry: here the reader uses up each one as it comes.
    const writer = new RingWriter(ring, () => {});
    const publish = writer.publish.bind(writer);
    writer.publish = (entry) => {
      publish(entry);
      const taken = reader.take();
      const text = Buffer.from(ring.entries.memory).toString('latin1', taken * ring.entries.layout.entryBytes, (taken + 1) * ring.entries.layout.entryBytes);
      rows.push(/transactionTensor:\{(\d+)\}/.exec(text)![1]);
      reader.release(taken);
      if (rows.length === 100) stopRing(ring);
    };
    await encodeAhead({ dataset, encoder, ring, writer, worker: 1, workers: 3, order, pick });
    assert.deepEqual(rows.slice(0, 100), Array.from({ length: 100 }, (_, at) => String(pick(1 + 3 * at))), order);
  }
});
