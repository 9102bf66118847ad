import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { openDataset } from '../../core/dataset.js';
import { temporaryName } from '../../generate/worker.js';
import type { FromWorker, ToWorker } from '../../generate/worker.js';
import { temporaryFolder } from '../support/paths.js';

const maker = new URL('../support/counting-maker.js', import.meta.url).href;

/** Starts a worker, gives it one shard, and answers what it said. */
async function work(folder: string, failAt: number[], limit: number): Promise<FromWorker[]> {
  const shared = new SharedArrayBuffer(4);
  new Int32Array(shared)[0] = limit;
  const worker = new Worker(new URL('../../generate/worker.js', import.meta.url), { workerData: { maker, limit: shared } });
  const heard: FromWorker[] = [];
  worker.on('message', (message: FromWorker) => {
    heard.push(message);
    if (['done', 'stopped', 'failed'].includes(message.kind)) worker.postMessage({ kind: 'end' } satisfies ToWorker);
  });
  const columns = [{ name: 'x', dtype: 'float64', shape: null, nullable: false }] as const;
  worker.postMessage({ kind: 'recipe', init: { failAt }, columns, rowsPerBatch: 4, first: null } satisfies ToWorker);
  worker.postMessage({ kind: 'shard', metadata: {}, job: { number: 3, path: join(folder, 'x.arrow'), firstRow: 100, rows: 10 } } satisfies ToWorker);
  await once(worker, 'exit');
  return heard;
}

test('a shard is made batch by batch and appears whole', async (t) => {
  const folder = temporaryFolder(t);
  const heard = await work(folder, [], 99);
  assert.deepEqual(heard.map((message) => (message.kind === 'rows' ? message.rows : message.kind)), [4, 4, 2, 'done']);
  assert.deepEqual(readdirSync(folder), ['x.arrow']);
  const values: number[] = [];
  for await (const batch of (await openDataset(folder)).batches()) values.push(...new Float64Array(batch.bytes('x').slice().buffer));
  assert.deepEqual(values, Array.from({ length: 10 }, (_, at) => 100 + at));
});

test('a failure or a stop leaves no file', async (t) => {
  const folder = temporaryFolder(t);
  assert.deepEqual((await work(folder, [107], 99)).at(-1), { kind: 'failed', number: 3, code: 'DATA', system: '', message: 'row 107 is bad' });
  assert.deepEqual((await work(folder, [], 3)).at(-1), { kind: 'stopped', number: 3 });
  assert.deepEqual(readdirSync(folder), []);
  assert.equal(temporaryName('a/b.arrow'), join('a', '.b.arrow.part'));
});
