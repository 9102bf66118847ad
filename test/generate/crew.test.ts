import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openDataset } from '../../core/dataset.js';
import type { ShardEntry } from '../../core/manifest.js';
import { startCrew } from '../../generate/crew.js';
import { beginJournal, readJournal } from '../../generate/journal.js';
import { temporaryFolder } from '../support/paths.js';

const maker = new URL('../support/counting-maker.js', import.meta.url).href;
const columns = [{ name: 'x', dtype: 'float64', shape: null, nullable: false }] as const;
const wanted = Array.from({ length: 12 }, (_, at) => ({ file: `s-${String(at).padStart(2, '0')}.arrow`, firstRow: at * 10, rows: 10 }));

async function make(folder: string, threads: number, init: object, signal = new AbortController().signal): Promise<Map<string, ShardEntry>> {
  await beginJournal(folder, '{}');
  const crew = startCrew(maker, threads);
  const whole = new Map<string, ShardEntry>();
  try {
    await crew.make({ folder, init, columns, metadata: {}, rowsPerBatch: 4 }, wanted, whole, 120, signal);
  } finally {
    await crew.end();
  }
  return whole;
}

for (const threads of [1, 3, 20]) {
  test(`${threads} threads make every shard once`, async (t) => {
    const folder = temporaryFolder(t);
    const whole = await make(folder, threads, { failAt: [] });
    assert.equal(whole.size, 12);
    for (const { file, sha256 } of whole.values()) assert.equal(createHash('sha256').update(readFileSync(join(folder, file))).digest('hex'), sha256);
    assert.deepEqual(new Set((await readJournal(folder))!.shards.map((shard) => shard.file)), new Set(whole.keys()));
    const dataset = await openDataset(folder).catch(() => null);
    assert.equal(dataset, null, 'a journal without a manifest is no data set');
  });

  test(`${threads} threads report the earliest failure`, async (t) => {
    // Row 29 ends its shard and row 30 begins the next: with more than one thread the later one is met first.
    await assert.rejects(make(temporaryFolder(t), threads, { failAt: [101, 29, 47, 30], pauseMs: 15 }), { code: 'DATA', message: 'row 29 is bad' });
  });
}

test('failures of the system are told apart from bad rows', async (t) => {
  await assert.rejects(make(temporaryFolder(t), 2, { failAt: [5], system: 'ENOSPC' }), (error: Error) => /the disk is full.*goes on where it was/.test(error.message) && error.cause !== undefined);
  await assert.rejects(make(temporaryFolder(t), 2, { failAt: [5], system: 'EIO' }), /a shard could not be written to .*no luck with row 5/);
});

test('a stop ends the work', async (t) => {
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  await assert.rejects(make(temporaryFolder(t), 2, { failAt: [] }, stop.signal), /enough/);
});

test('a maker that cannot be loaded is an error, not a wait', async (t) => {
  const crew = startCrew('data:text/javascript,throw new Error("no maker")', 2);
  await assert.rejects(crew.make({ folder: temporaryFolder(t), init: {}, columns, metadata: {}, rowsPerBatch: 4 }, wanted, new Map(), 120, new AbortController().signal), /no maker/);
  await crew.end();
});

test('a worker hashes a file while there is nothing else to do', async (t) => {
  const file = join(temporaryFolder(t), 'x');
  writeFileSync(file, 'text');
  const crew = startCrew(maker, 1);
  t.after(() => crew.end());
  assert.equal(await crew.sha256(file, new AbortController().signal), createHash('sha256').update('text').digest('hex'));
  await assert.rejects(crew.sha256(file + '.none', new AbortController().signal), { code: 'DATA' });
});

test('hashing ends with the signal, and the thread with it', async (t) => {
  const file = join(temporaryFolder(t), 'x');
  writeFileSync(file, '');
  // It takes hours to read all these zeros.
  truncateSync(file, 2 ** 42);
  const crew = startCrew(maker, 1);
  const stop = new AbortController();
  const hashing = crew.sha256(file, stop.signal);
  setTimeout(() => stop.abort(new Error('enough')), 200);
  await assert.rejects(hashing, /enough/);
  await crew.end();
  await assert.rejects(crew.sha256(file, stop.signal), /enough/);
});

for (const threads of [1, 3]) {
  test(`${threads} threads that were prepared have their first batches, and make none twice`, async (t) => {
    const folder = temporaryFolder(t);
    const plain = await make(folder, threads, { failAt: [] });
    const fills = new SharedArrayBuffer(4);
    const parts = { init: { failAt: [], fills }, columns, rowsPerBatch: 4 };
    const crew = startCrew(maker, threads);
    t.after(() => crew.end());
    crew.prepare(parts, wanted);
    while (Atomics.load(new Int32Array(fills), 0) < threads) await pause(1);
    const whole = new Map<string, ShardEntry>();
    await crew.make({ folder, ...parts, metadata: {} }, wanted, whole, 120, new AbortController().signal);
    assert.equal(new Int32Array(fills)[0], 12 * 3);
    assert.deepEqual([...whole].sort(), [...plain].sort());
  });

  test(`${threads} threads that were prepared report the earliest failure all the same`, async (t) => {
    const folder = temporaryFolder(t);
    for (const [url, failAt, message] of [[maker, [0, 11, 25], /row 0 is bad/], [maker, [11, 25], /row 11 is bad/], ['data:text/javascript,throw new Error("no maker")', [], /no maker/], ['data:text/javascript,export async function createMaker() { throw new Error("no luck") }', [], /no luck/]] as const) {
      await beginJournal(folder, '{}');
      const parts = { init: { failAt }, columns, rowsPerBatch: 4 };
      const crew = startCrew(url, threads);
      crew.prepare(parts, wanted);
      await assert.rejects(crew.make({ folder, ...parts, metadata: {} }, wanted, new Map(), 120, new AbortController().signal), message);
      await crew.end();
    }
  });
}
