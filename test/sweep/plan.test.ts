import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pointText } from '../../core/sweep.js';
import { makePlan, type ReplayOptions } from '../../replay/plan.js';
import { planSweep, runOptions } from '../../sweep/plan.js';
import type { SweepOptions } from '../../sweep/stages.js';
import type { Dataset } from '../../core/dataset.js';
import type { Manifest } from '../../core/manifest.js';
import { writeImages } from '../support/images.js';
import { temporaryFolder } from '../support/paths.js';

const target = 'redisai://me:secret@127.0.0.1:6379';
const manifest = { sha256: 'abc', models: [{ name: 'financialNet' }] } as unknown as Manifest;

function planned({ replay, ...options }: Omit<SweepOptions<ReplayOptions>, 'replay'> & { replay?: Partial<ReplayOptions> } = {}, stored = manifest) {
  return planSweep<ReplayOptions>('data', { ...options, replay: { target, ...replay } }, (path, given, { manifest: held }) => makePlan(path, given, held!.sha256), { manifest: stored } as Dataset);
}

test('the definition has what is shared, the axes in one order, and no secret', () => {
  const { definition, runs, warnings } = planned({ axes: { serverBatch: [16, 0], clients: [10, 1] }, replay: { durationMs: 200, seed: 5 }, cooldownMs: 100 });
  assert.deepEqual(definition.axes, [{ name: 'clients', values: [1, 10] }, { name: 'serverBatch', values: [0, 16] }]);
  assert.deepEqual([definition.repeat, definition.cooldownMs, definition.store], [3, 100, { device: 'CPU', modelForm: 'MODELSTORE' }]);
  assert.deepEqual([definition.plan.target, definition.plan.seed, definition.plan.durationMs, definition.plan.datasetSha256], ['redisai://127.0.0.1:6379', 5, 200, 'abc']);
  assert.ok(!JSON.stringify(definition).includes('secret'));
  assert.equal(runs.length, 12);
  assert.deepEqual(warnings, []);
  assert.equal(planned({ axes: { clients: [1, 2] } }).definition.store, null);
});

test('options that are given as they are by default make the same sweep', () => {
  assert.deepEqual(planned({ axes: { clients: [1, 2] }, replay: { durationMs: 10_000, warmupMs: 1000, threads: 1 } }).definition, planned({ axes: { clients: [2, 1] } }).definition);
});

test('without axes the one point is measured again and again', () => {
  const { definition, runs } = planned({ replay: { clients: 7 }, repeat: 5 });
  assert.deepEqual(definition.axes, [{ name: 'clients', values: [7] }]);
  assert.equal(runs.length, 5);
});

test("a run has its point's options and its repetition's seed, and nothing of the server's", () => {
  const replay: ReplayOptions = { target, seed: 5, out: 'x', durationMs: 100 };
  assert.deepEqual(runOptions(replay, { clients: 4, serverBatch: 16, ratePerSecond: 9 }, 3), { target, seed: 7, out: null, durationMs: 100, clients: 4, ratePerSecond: 9 });
  assert.equal(runOptions<ReplayOptions>({ target }, {}, 1).seed, 1);
});

test('what cannot be run is refused before anything runs, wherever in the grid it is', () => {
  const refused = (options: Parameters<typeof planned>[0], message: RegExp) => assert.throws(() => planned(options), (error: Error & { code: string }) => error.code === 'USAGE' && message.test(error.message), String(message));
  refused({ axes: { colour: [1] } as object }, /"colour" cannot be swept; these can: clients/);
  refused({ axes: { clients: [] } }, /clients has no values/);
  refused({ axes: { clients: [1, 1] } }, /clients has the value 1 twice/);
  refused({ axes: { clients: [1.5] } }, /1\.5 is no value for clients: it must be a whole number/);
  refused({ axes: { serverBatch: [-1] } }, /-1 is no value for server batch/);
  refused({ axes: { serverBatch: [100_001] } }, /at most 100,000/);
  refused({ axes: { minBatchTimeoutMs: [0.5] } }, /0\.5 is no value for min batch timeout: it must be a whole number/);
  refused({ axes: { durationMs: [NaN] } }, /NaN is no value for duration/);
  refused({ axes: { clients: [1, 0] } }, /clients: 0 is out of range/);
  refused({ axes: { clients: [1, 4], threads: [1, 2] } }, /2 threads cannot share 1 connection/);
  refused({ axes: { clients: [1, 4] }, replay: { clients: 3 } }, /clients is given twice/);
  refused({ axes: { clients: [1] }, repeat: 0 }, /at least once/);
  refused({ axes: { clients: [1] }, repeat: 1.5 }, /at least once/);
  refused({ axes: { clients: [1] }, cooldownMs: -1 }, /cooldown/);
  refused({ axes: { clients: Array.from({ length: 101 }, (_, index) => index + 1), threads: [1], serverBatch: Array.from({ length: 100 }, (_, index) => index) }, repeat: 1 }, /10,100 runs are too many; at most 10,000/);
  refused({ axes: { clients: [1] }, replay: { seed: Number.MAX_SAFE_INTEGER } }, /not a whole number/);
});

test('a point at which the server would wait for ever is refused; a timeout makes it possible', () => {
  const waits = (axes: SweepOptions<ReplayOptions>['axes'], message: RegExp) => assert.throws(() => planned({ axes }), message);
  waits({ clients: [1, 8], serverBatch: [16], minBatchSize: [4] }, /at clients 1, server batch 16, min batch size 4 the server would wait for ever: 1 row is in flight at most, and it waits for 4\. Sweep min-batch-timeout too/);
  waits({ clients: [64], serverBatch: [4, 16], minBatchSize: [8], minBatchTimeoutMs: [10] }, /at clients 64, server batch 4, .* no batch could ever be large enough/);
  waits({ clients: [8], minBatchSize: [4] }, /min batch size without a server batch/);
  waits({ clients: [8], serverBatch: [0], minBatchSize: [4] }, /min batch size means nothing at any point/);
  waits({ clients: [8], serverBatch: [0, 16], minBatchSize: [0], minBatchTimeoutMs: [10] }, /min batch timeout means nothing at any point/);
  waits({ clients: [8], serverBatch: [16], minBatchTimeoutMs: [10] }, /min batch timeout without a min batch size/);
  assert.deepEqual(planned({ axes: { clients: [1, 8], serverBatch: [16], minBatchSize: [4], minBatchTimeoutMs: [10] } }).warnings, []);
  planned({ axes: { clients: [1], tensorBatch: [4], serverBatch: [16], minBatchSize: [4] } });
  const { warnings } = planned({ axes: { clients: [8], serverBatch: [16], minBatchSize: [0, 4] } });
  assert.match(warnings.join(), /last requests of a run may find no company/);
});

test('requests are not put together for a graph that takes a fixed number of rows', async (t) => {
  const held = await writeImages(join(temporaryFolder(t), 'set'), { fixedRows: 1 });
  assert.throws(() => planned({ axes: { clients: [1, 8], serverBatch: [0, 16] } }, held), { code: 'USAGE', message: /at clients 1, server batch 16 .* the model tiny takes exactly 1 row a run, .* leave server-batch above 1 out/ });
  planned({ axes: { serverBatch: [0, 1] } }, held);
});

test('no batching, batching, and batching with a minimum are compared in one sweep', () => {
  const texts = (axes: SweepOptions<ReplayOptions>['axes']) => planned({ axes: { clients: [8], ...axes }, repeat: 1 }).runs.map(({ point }) => pointText(point).replace('clients 8, ', '')).sort();
  const waiting = 'server batch 16, min batch size 4, min batch timeout 10 ms';
  assert.deepEqual(texts({ serverBatch: [0, 16], minBatchSize: [4], minBatchTimeoutMs: [10] }), ['server batch 0', waiting]);
  assert.deepEqual(texts({ serverBatch: [0, 16], minBatchSize: [0, 4], minBatchTimeoutMs: [10] }), ['server batch 0', 'server batch 16, min batch size 0', waiting]);
  assert.deepEqual(texts({ serverBatch: [16], minBatchSize: [0, 4], minBatchTimeoutMs: [10, 20] }), ['server batch 16, min batch size 0', waiting, waiting.replace('10 ms', '20 ms')]);
});

test('the server cannot be changed where the models cannot be stored again', () => {
  const axes = { serverBatch: [0, 16] };
  assert.throws(() => planned({ axes, replay: { target: 'null:' } }), { code: 'USAGE', message: /on redisai:\/\/ targets only/ });
  assert.throws(() => planned({ axes, replay: { target: `${target}?model=mine` } }), { code: 'USAGE', message: /for the model mine: .* financialNet/ });
  planned({ axes, replay: { target: `${target}?model=financialNet` } });
});
