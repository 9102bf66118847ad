import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDataset } from '../../core/dataset.js';
import type { ReplayOptions } from '../../replay/plan.js';
import { planReplay, prepareReplay } from '../../replay/prepare.js';
import { replayData } from '../support/replay-data.js';

const target = 'redisai://127.0.0.1:1?model=m&inputs=transaction';

test('frames lie in memory where they fit, and in rings where they do not; rows out of reach are not counted', async (t) => {
  const file = replayData(t, 100);
  const dataset = await openDataset(file);
  const prepared = (options: Partial<ReplayOptions> = {}) => prepareReplay(file, { target, clients: 2, ...options }, dataset);
  const { rows, ringEntries, layout, plan } = prepared();
  assert.deepEqual([rows, ringEntries], [100, null]);
  assert.deepEqual(planReplay(file, { target, clients: 2 }, dataset), plan);
  assert.equal(prepared({ framesBytesMax: layout.entryBytes * 100 }).ringEntries, null);
  assert.equal(prepared({ framesBytesMax: layout.entryBytes * 100 - 1 }).ringEntries, 99);
  assert.equal(prepared({ framesBytesMax: layout.entryBytes * 50, threads: 2 }).ringEntries, 25);
  assert.equal(prepared({ requests: 10, warmupMs: 0 }).rows, 10);
  assert.equal(prepared({ requests: 10, warmupMs: 0, tensorBatch: 4 }).rows, 40);
  for (const far of [{ requests: 10 }, { requests: 10, warmupMs: 0, pick: 'random' }, { requests: 1000, warmupMs: 0 }] as const) assert.equal(prepared(far).rows, 100);
});

test('what could not begin is refused without a server', async (t) => {
  const file = replayData(t, 100);
  const dataset = await openDataset(file);
  const refused = (options: Partial<ReplayOptions>, code: string, message: RegExp) =>
    assert.throws(() => planReplay(file, { target, ...options }, dataset), (error: Error & { code: string }) => error.code === code && message.test(error.message), String(message));
  refused({ target: 'nowhere://' }, 'USAGE', /no target "nowhere"/);
  refused({ clients: 0 }, 'USAGE', /out of range/);
  refused({ tensorBatch: 101 }, 'USAGE', /101 rows cannot be made of .*, which has 100/);
  refused({ target: 'redisai://127.0.0.1:1?model=m&inputs=image' }, 'DATA', /no tensor column "image"/);
  refused({ framesBytesMax: 1000, clients: 50 }, 'USAGE', /too few for 50 connections: allow at least 1 MB/);
  assert.throws(() => planReplay('empty', { target }, { ...dataset, rows: 0 }), { code: 'DATA', message: /has no rows/ });
});
