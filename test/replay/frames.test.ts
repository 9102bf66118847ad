import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDataset } from '../../core/dataset.js';
import { Arena, COMPARED, ENTRY_WORDS, EntryWriter, fillArena, groupsOf, layoutOf, LENGTH, newEntries, ROWS, START, type Entries } from '../../replay/frames.js';
import { createTarget } from '../../replay/target-url.js';
import { CLASSES, expectedOf, floatsOf, writeImages } from '../support/images.js';
import { temporaryFolder } from '../support/paths.js';
import { replayData } from '../support/replay-data.js';

const ALL = { check: 'all', tensorBatch: 1 } as const;

const word = (entries: Entries, entry: number, which: number): number => entries.words[entry * ENTRY_WORDS + which];

test('every row has its frame, and behind it the expected answer', async (t) => {
  const dataset = await openDataset(replayData(t, 100, 33));
  const encoder = createTarget('redisai://h?model=m').encoder(dataset, 1);
  const layout = layoutOf(encoder, dataset, ALL);
  assert.deepEqual(layout.expected, { dtype: 'float32', rowBytes: 8 });
  const entries = await fillArena(dataset, encoder, layout, 90);
  assert.equal(entries.count, 90);
  const arena = new Arena(entries, (request) => request % 90);
  const entry = arena.take(90 + 77);
  assert.equal(entry, 77);
  const start = entry * layout.entryBytes;
  const bytes = Buffer.from(entries.memory);
  assert.match(bytes.toString('latin1', start, start + word(entries, entry, LENGTH)), /^\*20\r\n\$9\r\nAI\.DAGRUN\r\n.*transactionTensor:\{77\}.*BLOB\r\n$/s);
  assert.deepEqual([word(entries, entry, START), word(entries, entry, ROWS), word(entries, entry, COMPARED)], [0, 1, 1], 'what is sent as it is stored lies anywhere');
  assert.deepEqual([bytes.readFloatLE(start + layout.frameBytes), bytes.readFloatLE(start + layout.frameBytes + 4)], [0.25, 0.75]);
});

test('a batch of rows is one frame with all their expected answers; the last one may be short; one missing answer leaves it uncompared', async (t) => {
  const folder = temporaryFolder(t);
  await writeImages(folder, { rows: 26, rowsPerBatch: 7, missing: [9] });
  const dataset = await openDataset(folder);
  for (const tensorBatch of [1, 4, 7, 10, 26]) {
    const encoder = createTarget('redisai://h').encoder(dataset, tensorBatch);
    const layout = layoutOf(encoder, dataset, { check: 'sample', tensorBatch });
    const entries = await fillArena(dataset, encoder, layout, 26);
    assert.equal(entries.count, Math.ceil(26 / tensorBatch));
    const bytes = Buffer.from(entries.memory);
    for (let entry = 0; entry < entries.count; entry++) {
      const rows = Array.from({ length: Math.min(tensorBatch, 26 - entry * tensorBatch) }, (_, row) => entry * tensorBatch + row);
      const place = entry * layout.entryBytes;
      const start = place + word(entries, entry, START);
      const frame = bytes.subarray(start, start + word(entries, entry, LENGTH));
      const blob = start + frame.indexOf(`BLOB\r\n$${rows.length * 192}\r\n`) + 9 + String(rows.length * 192).length;
      assert.equal(blob % 8, 0);
      assert.deepEqual([...new Float32Array(entries.memory, blob, rows.length * 48)], rows.flatMap((row) => [...floatsOf(row)]));
      assert.deepEqual([word(entries, entry, ROWS), word(entries, entry, COMPARED)], [rows.length, rows.includes(9) ? 0 : 1]);
      if (!rows.includes(9)) assert.deepEqual([...new Float32Array(entries.memory, place + layout.frameBytes, rows.length * CLASSES)], rows.flatMap((row) => [...expectedOf(row)]));
    }
  }
});

test('without a check there is no room for answers; a null answer is not compared', async (t) => {
  const dataset = await openDataset(replayData(t, 2));
  const encoder = createTarget('redisai://h?model=m').encoder(dataset, 1);
  assert.equal(layoutOf(encoder, dataset, { check: 'none', tensorBatch: 1 }).expected, null);
  assert.equal(layoutOf({ ...encoder, expects: false }, dataset, ALL).expected, null);
  const layout = layoutOf(encoder, dataset, ALL);
  const entries = newEntries(layout, 2);
  for await (const rows of groupsOf(dataset, encoder, layout)) {
    const writer = new EntryWriter(entries, encoder);
    writer.write(0, { firstRow: 0, rows: 2, ids: rows.ids, bytes: (name) => rows.bytes(name), isNull: () => true }, 0);
    writer.write(1, rows, 1);
  }
  assert.deepEqual([0, 1].map((entry) => word(entries, entry, COMPARED)), [0, 1]);
  assert.equal(word(entries, 0, LENGTH), word(entries, 1, LENGTH));
});

test('an entry is never empty, even of a target without frames', () => {
  const nothing = { frameBytesMax: 0, expects: false, replies: 1, columns: [], surround: null, lead: () => 0, encode: (_rows: unknown, _row: number, _count: number, _into: Buffer, at: number) => at };
  assert.equal(layoutOf(nothing, { columns: [] }, ALL).entryBytes, 8);
});
