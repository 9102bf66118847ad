import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDataset } from '../../core/dataset.js';
import { Arena, EntryWriter, fillArena, layoutOf, newEntries } from '../../replay/frames.js';
import { createTarget } from '../../replay/target-url.js';
import { replayData } from '../support/replay-data.js';

test('every row has its frame, and behind it the expected answer', async (t) => {
  const dataset = await openDataset(replayData(t, 100, 33));
  const encoder = createTarget('redisai://h?model=m').encoder(dataset);
  const layout = layoutOf(encoder, dataset, true);
  assert.deepEqual(layout.expected, { dtype: 'float32', sizeBytes: 8 });
  const entries = await fillArena(dataset, encoder, layout, 90);
  assert.equal(entries.count, 90);
  const arena = new Arena(entries, (request) => request % 90);
  const entry = arena.take(90 + 77);
  assert.equal(entry, 77);
  const start = entry * layout.entryBytes;
  const bytes = Buffer.from(entries.memory);
  assert.match(bytes.toString('latin1', start, start + entries.lengths[entry]), /^\*20\r\n\$9\r\nAI\.DAGRUN\r\n.*transactionTensor:\{77\}/s);
  assert.deepEqual([bytes.readFloatLE(start + layout.frameBytes), bytes.readFloatLE(start + layout.frameBytes + 4)], [0.25, 0.75]);
});

test('without a check there is no room for answers; a null answer is not compared', async (t) => {
  const dataset = await openDataset(replayData(t, 2));
  const encoder = createTarget('redisai://h?model=m').encoder(dataset);
  assert.equal(layoutOf(encoder, dataset, false).expected, null);
  assert.equal(layoutOf({ ...encoder, expects: false }, dataset, true).expected, null);
  const entries = newEntries(layoutOf(encoder, dataset, true), 2);
  for await (const batch of dataset.batches()) {
    const writer = new EntryWriter(entries, encoder);
    writer.write(0, { firstRow: 0, rows: 2, ids: batch.ids, bytes: (name) => batch.bytes(name), text: () => null, isNull: () => true }, 0);
    writer.write(1, batch, 1);
  }
  assert.ok(entries.lengths[0] < 0 && ~entries.lengths[0] === entries.lengths[1]);
});

test('an entry is never empty, even of a target without frames', () => {
  assert.equal(layoutOf({ frameBytesMax: 0, expects: false, replies: 1, encode: (_b, _r, _i, at) => at }, { columns: [] }, true).entryBytes, 8);
});
