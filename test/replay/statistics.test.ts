import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset } from '../../core/dataset.js';
import { watchServer } from '../../replay/statistics.js';
import type { Target } from '../../replay/target.js';

const dataset: Dataset = { path: '', manifest: null, rows: 0, columns: [], batches: () => assert.fail() };
const without: Target = { encoder: () => assert.fail(), inspect: () => assert.fail(), connect: () => assert.fail() };

/** A target whose readings are these, one after the other; an error is a reading that fails. */
function target(...readings: (number | null | Error)[]): Target {
  return {
    ...without,
    async stats() {
      const next = readings.shift();
      if (next instanceof Error) throw next;
      return next === undefined || next === null ? null : { calls: next, samples: next, errors: 0, durationUs: next, runs: null };
    },
  };
}

test('without a warm-up all since the first request is counted; with one, what came since the window opened', async () => {
  const plain = await watchServer(target(10, 25), dataset, false);
  plain.windowOpens();
  const all = await plain.end();
  assert.deepEqual([all?.calls, all?.since], [15, 'start']);
  const warm = await watchServer(target(14, 25), dataset, true);
  warm.windowOpens();
  const window = await warm.end();
  assert.deepEqual([window?.calls, window?.since], [11, 'window']);
});

test('a run that was stopped in its warm-up has nothing to tell', async () => {
  assert.equal(await (await watchServer(target(10, 25), dataset, true)).end(), null);
});

test('a server that counts nothing, or cannot be asked, costs the statistics and no more', async () => {
  assert.equal(await (await watchServer(without, dataset, false)).end(), null);
  for (const warmup of [false, true]) {
    for (const readings of [[null, 5], [new Error('gone'), 5], [5, null], [5, new Error('gone')]] as const) {
      const watch = await watchServer(target(...readings), dataset, warmup);
      watch.windowOpens();
      assert.equal(await watch.end(), null);
    }
  }
});
