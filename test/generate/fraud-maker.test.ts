import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchBuffers } from '../../core/writer.js';
import { createMaker } from '../../generate/fraud-maker.js';
import { writeFraudModels } from '../../generate/fraud-model.js';
import { fraud } from '../../generate/use-cases/fraud.js';
import { parseOptions } from '../../core/options.js';
import { temporaryFolder } from '../support/paths.js';

test('any batch can be made alone, in any order', async (t) => {
  const folder = temporaryFolder(t);
  const context = { folder, seed: 9, threads: 1, signal: new AbortController().signal, sha256: async () => '' };
  const recipe = await fraud.plan(parseOptions(fraud.options, { rows: 90, referenceValues: 6 }, 'test'), context);
  assert.deepEqual(recipe.models, await writeFraudModels(folder, { seed: 9, referenceValues: 6 }));
  const straight = await createMaker(recipe.init);
  const alone = await createMaker(recipe.init);
  t.after(() => Promise.all([straight.close(), alone.close()]));
  const made = new Map<number, string>();
  const buffers = batchBuffers(recipe.columns, 30);
  const text = (): string => [...buffers.values()].map(({ data }) => Buffer.from(data).toString('hex')).join();
  for (const row of [0, 30, 60]) {
    await straight.fill(row, 30, buffers);
    made.set(row, text());
  }
  assert.equal(new Set(made.values()).size, 3);
  for (const row of [60, 0, 30]) {
    await alone.fill(row, 30, buffers);
    assert.equal(text(), made.get(row));
  }
});
