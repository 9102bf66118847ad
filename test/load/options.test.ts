import { test } from 'node:test';
import assert from 'node:assert/strict';
import { InferplayError } from '../../core/errors.js';
import type { Column, ModelEntry } from '../../core/manifest.js';
import { load } from '../../load/load.js';
import { batchingOf, rangeOf, refuseFixed, refuseKeyless, saysBatching, settingsOf, type LoadOptions } from '../../load/options.js';
import { writeImages } from '../support/images.js';
import { temporaryFolder } from '../support/paths.js';

const to = 'redis://h';

test('what is left out has its default', () => {
  assert.deepEqual(settingsOf({ to }), {
    put: 'auto', models: true, fromRow: undefined, toRow: undefined, batchKeys: 500, inFlight: 4, verifySample: 100, verifyOnly: false, seed: 1, modelForm: 'MODELSTORE', device: 'CPU',
    batchSize: undefined, minBatchSize: undefined, minBatchTimeout: undefined,
  });
});

test('an unknown or impossible option is refused', () => {
  const wrong: object[] = [{ nope: 1 }, { put: 'all' }, { batchKeys: 0 }, { inFlight: 1.5 }, { verifySample: -1 }, { device: 'TPU' }, { device: 'CPU BLOB' }, { modelForm: 'X' }, { fromRow: -1 }];
  for (const options of wrong) assert.throws(() => settingsOf({ to, ...options } as LoadOptions), (error: unknown) => error instanceof InferplayError && error.code === 'USAGE', JSON.stringify(options));
  assert.equal(settingsOf({ to, device: 'gpu:12' }).device, 'gpu:12');
});

test('batching that can never come to a run is refused, with what to do', () => {
  const refused = (options: object, message: RegExp) => assert.throws(() => settingsOf({ to, ...options } as LoadOptions), (error: unknown) => error instanceof InferplayError && error.code === 'USAGE' && message.test(error.message), JSON.stringify(options));
  refused({ minBatchSize: 4 }, /needs a largest one too: give --batch-size/);
  refused({ batchSize: 0, minBatchSize: 4 }, /--batch-size/);
  refused({ minBatchTimeout: 10 }, /without --min-batch-size/);
  refused({ batchSize: 16, minBatchTimeout: 10 }, /without --min-batch-size/);
  refused({ batchSize: 16, minBatchSize: 17 }, /17 is above --batch-size 16/);
  refused({ batchSize: -1 }, /out of range/);
  const settings = settingsOf({ to, batchSize: 16, minBatchSize: 16, minBatchTimeout: 10 });
  assert.deepEqual(batchingOf(settings), { batchSize: 16, minBatchSize: 16, minBatchTimeoutMs: 10 });
  assert.deepEqual([saysBatching(settings), saysBatching(settingsOf({ to })), saysBatching(settingsOf({ to, batchSize: 0 }))], [true, false, true]);
  assert.deepEqual(batchingOf(settingsOf({ to })), { batchSize: 0, minBatchSize: 0, minBatchTimeoutMs: 0 });
});

test('requests are not put together for a graph that takes a fixed number of rows', async (t) => {
  const image: Column = { name: 'image', dtype: 'uint8', shape: [4, 4, 3], nullable: false };
  const manifest = (rows: number | null) => ({ columns: [image], models: [{ name: 'm', inputs: ['image'], ports: [{ name: 'in', dtype: 'uint8', shape: [rows, 4, 4, 3] }] } as unknown as ModelEntry] });
  assert.throws(() => refuseFixed(settingsOf({ to, batchSize: 8 }), manifest(1)), { code: 'USAGE', message: /The model m takes exactly 1 row a run, .* up to 8: leave --batch-size out/ });
  for (const [options, rows] of [[{ batchSize: 8 }, null], [{ batchSize: 8 }, 8], [{ batchSize: 0 }, 1], [{}, 1], [{ batchSize: 8, models: false }, 1]] as const) refuseFixed(settingsOf({ to, ...options }), manifest(rows));
  refuseFixed(settingsOf({ to, batchSize: 8 }), null);
  const folder = temporaryFolder(t);
  await writeImages(folder, { fixedRows: 1 });
  await assert.rejects(load(folder, { to: 'redisai://127.0.0.1:1', batchSize: 8 }), { code: 'USAGE', message: /The model tiny takes exactly 1 row/ }, 'before anything is sent');
});

test('keys that are asked for by name must be there', async (t) => {
  const folder = temporaryFolder(t);
  await writeImages(folder);
  for (const put of ['tensor', 'blob', 'both']) {
    const message = `The data set has no column "reference", so that --put ${put} has no rows to put: leave it out, and its models alone are loaded.`;
    await assert.rejects(load(folder, { to: 'redisai://127.0.0.1:1', put }), { code: 'USAGE', message }, 'before anything is sent');
  }
  const reference: Column = { name: 'reference', dtype: 'float32', shape: [2], nullable: false };
  for (const [put, columns] of [['auto', []], ['none', []], ['tensor', [reference]]] as const) refuseKeyless(settingsOf({ to, put }), columns);
});

test('a range of rows lies within the data set and is not empty', () => {
  assert.deepEqual(rangeOf({}, 10), { fromRow: 0, toRow: 10 });
  assert.deepEqual(rangeOf({ fromRow: 9 }, 10), { fromRow: 9, toRow: 10 });
  assert.deepEqual(rangeOf({}, 0), { fromRow: 0, toRow: 0 });
  for (const range of [{ fromRow: 10 }, { toRow: 11 }, { fromRow: 5, toRow: 5 }, { fromRow: 6, toRow: 5 }, { toRow: 0 }]) assert.throws(() => rangeOf(range, 10), InferplayError, JSON.stringify(range));
});
