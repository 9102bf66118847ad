import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Devices, TIMEDOUT, type DeviceSettings, type Done, type Owner } from '../../serve/devices.js';
import { GIVEN_UP_RUNS_MAX } from '../../serve/limits.js';
import { Models, type Model } from '../../serve/models.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';
import { multiplyModel, slowModel } from '../support/resp-client.js';

type Result = Parameters<Done>[0];

function setUp(test: { after(fn: () => Promise<void>): void }, settings: Partial<DeviceSettings> = {}) {
  const models = new Models();
  const devices = new Devices(models, settings);
  test.after(() => devices.close());
  const create = (blob: Buffer, batching = {}): Model =>
    models.create({ key: 'm', backend: 'ONNX', device: 'CPU', tag: '', batchSize: 0, minBatchSize: 0, minBatchTimeoutMs: 0, blob, ...batching });
  const run = (model: Model, inputs: Tensor[], timeoutMs = 0, owner: Owner = { gone: false }): Promise<Result> => new Promise((resolve) => devices.run(model, inputs, timeoutMs, owner, resolve));
  return { devices, create, run };
}

const pair = (): Tensor[] => [1, 2].map((value) => new Tensor(TYPES.FLOAT, [1, 2], Buffer.from(new Float32Array([value, value]).buffer)));
const matrix = (): Tensor[] => [new Tensor(TYPES.FLOAT, [400, 400], Buffer.alloc(640_000))];

test('a model moves to the calling thread once it is known to be short', async (t) => {
  const { devices, create, run } = setUp(t);
  const model = create(multiplyModel());
  let results = 0;
  devices.run(model, pair(), 0, { gone: false }, () => results++);
  assert.equal(results, 0, 'the first run is on another thread');
  for (let i = 0; i < 50; i++) assert.ok(Array.isArray(await run(model, pair())));
  model.learn(1, 1000);
  for (let i = 0; i < 40; i++) model.learn(1, 16);
  devices.run(model, pair(), 0, { gone: false }, () => results++);
  assert.equal(results, 2, 'now it happens at once');
});

test('a request that waits behind a slow one too long is told so, and nothing else', async (t) => {
  const { create, run } = setUp(t);
  const slow = create(slowModel());
  await run(slow, matrix());
  const [first, second] = await Promise.all([run(slow, matrix()), run(slow, matrix(), 1)]);
  assert.ok(Array.isArray(first));
  assert.equal(second, TIMEDOUT);
});

test('requests are batched into one run', async (t) => {
  const { create, run } = setUp(t);
  const model = create(multiplyModel(), { batchSize: 4, minBatchSize: 3 });
  const results = await Promise.all([run(model, pair()), run(model, pair()), run(model, pair())]);
  for (const result of results) assert.deepEqual((result as Tensor[])[0].shape, [1, 2]);
  assert.deepEqual([model.info.runs, model.info.calls, model.info.samples], [1, 3, 3]);
});

test('a run that takes too long is given up, and the device goes on', async (t) => {
  const { create, run } = setUp(t, { executionTimeoutMs: 30 });
  assert.match(String(await run(create(slowModel(400)), matrix())), /terminate flag/);
  const quick = create(multiplyModel());
  // Loading the runtime on a new thread takes longer than that, and is no run.
  assert.ok(Array.isArray(await run(quick, pair())));
});

test('only so many runs that were given up may go on; meanwhile only short models run', async (t) => {
  const { devices, create, run } = setUp(t, { executionTimeoutMs: 30, threadsPerQueue: GIVEN_UP_RUNS_MAX });
  const [slow, quick, short] = [create(slowModel(1000)), create(multiplyModel()), create(multiplyModel())];
  for (let i = 0; i < 40; i++) short.learn(1, 16);
  const given = await Promise.all(Array.from({ length: GIVEN_UP_RUNS_MAX }, () => run(slow, matrix())));
  for (const result of given) assert.match(String(result), /terminate flag/);
  assert.match(String(await run(quick, pair())), /^ERR too many runs of this device were given up/);
  assert.ok(Array.isArray(await run(short, pair())));
  assert.equal(devices.sum('givenUp'), GIVEN_UP_RUNS_MAX);
  // They end, and the process of the tests would wait for them.
  while (devices.sum('givenUp') > 0) await sleep(20);
  assert.ok(Array.isArray(await run(quick, pair())));
  assert.deepEqual([slow.info.errors, quick.info.calls, quick.info.errors], [GIVEN_UP_RUNS_MAX, 2, 1]);
});

test('a batch is filled up to its size, and the rest is the next one', async (t) => {
  const { create, run } = setUp(t);
  const model = create(multiplyModel(), { batchSize: 4, minBatchSize: 2 });
  const results = await Promise.all(Array.from({ length: 10 }, () => run(model, pair())));
  for (const result of results) assert.deepEqual((result as Tensor[])[0].data, Buffer.from(new Float32Array([2, 2]).buffer));
  assert.deepEqual([model.info.calls, model.info.samples], [10, 10]);
  // The first runs alone with whoever came before it started; nobody is alone.
  assert.ok(model.info.runs >= 3 && model.info.runs <= 5, String(model.info.runs));
});

test('a batch that stays too small is run after its time', async (t) => {
  const { create, run } = setUp(t);
  const model = create(multiplyModel(), { batchSize: 4, minBatchSize: 4, minBatchTimeoutMs: 30 });
  await run(model, pair());
  const started = performance.now();
  await Promise.all([run(model, pair()), run(model, pair())]);
  assert.ok(performance.now() - started >= 25);
  assert.deepEqual([model.info.runs, model.info.calls], [2, 3]);
});

test('one that waits for company is in nobody else\'s way, and can time out', async (t) => {
  const { create, run } = setUp(t);
  const lonely = create(multiplyModel(), { batchSize: 4, minBatchSize: 4 });
  const other = create(multiplyModel());
  const waiting = run(lonely, pair(), 60);
  assert.ok(Array.isArray(await run(other, pair())));
  assert.equal(await waiting, TIMEDOUT);
  assert.equal(lonely.info.calls, 0);
});

test('a request that nobody waits for any more leaves the queue, and fills no batch', async (t) => {
  const { devices, create, run } = setUp(t);
  const model = create(multiplyModel(), { batchSize: 4, minBatchSize: 4 });
  const rows = (count: number): Tensor[] => [0, 1].map(() => new Tensor(TYPES.FLOAT, [count, 2], Buffer.alloc(count * 8)));
  const leaving = { gone: false };
  const left = run(model, rows(2), 0, leaving);
  const behind = run(model, rows(1));
  devices.withdraw(leaving);
  assert.equal(await left, TIMEDOUT);
  assert.equal(model.info.runs, 0);
  for (const result of await Promise.all([behind, run(model, rows(3))])) assert.ok(Array.isArray(result));
  assert.deepEqual([model.info.runs, model.info.calls, model.info.samples], [1, 2, 4]);
  devices.withdraw(leaving);
});

test('inputs that cannot be put together are an error of their batch, and of nothing else', async (t) => {
  const { devices, create, run } = setUp(t);
  const model = create(multiplyModel(), { batchSize: 4, minBatchSize: 2 });
  // Such are too many bytes for the memory that there is.
  const unreadable = (): Tensor[] => [0, 1].map(() => new Tensor(TYPES.FLOAT, [1, 2], { length: 8 } as Buffer));
  for (const result of await Promise.all([run(model, unreadable()), run(model, pair())])) assert.equal(typeof result, 'string');
  for (const result of await Promise.all([run(model, pair()), run(model, pair())])) assert.ok(Array.isArray(result));
  assert.deepEqual([model.info.calls, model.info.errors, devices.sum('running')], [4, 2, 0]);
});

test('a request that fills the batch does not wait for a larger one', async (t) => {
  const { create, run } = setUp(t);
  const model = create(multiplyModel(), { batchSize: 2, minBatchSize: 8 });
  const rows = [0, 1].map(() => new Tensor(TYPES.FLOAT, [2, 2], Buffer.alloc(16)));
  assert.ok(Array.isArray(await run(model, rows)));
});

test('requests of other shapes do not hide a batch behind them', async (t) => {
  const { create, run } = setUp(t);
  const model = create(multiplyModel(), { batchSize: 4, minBatchSize: 2 });
  const rows = (count: number): Tensor[] => [0, 1].map(() => new Tensor(TYPES.FLOAT, [count, 2], Buffer.alloc(count * 8)));
  const odd = run(model, [...pair().slice(0, 1), new Tensor(TYPES.FLOAT, [1, 1], Buffer.alloc(4))], 300);
  const [a, b] = await Promise.all([run(model, rows(1)), run(model, rows(1))]);
  assert.ok(Array.isArray(a) && Array.isArray(b));
  assert.equal(await odd, TIMEDOUT);
});

test('a device runs as many models at a time as it has threads', async (t) => {
  const waits = async (threadsPerQueue: number): Promise<boolean> => {
    const { create, run } = setUp(t, { threadsPerQueue });
    const slow = create(slowModel(600));
    const quick = create(multiplyModel());
    await Promise.all(Array.from({ length: 2 * threadsPerQueue }, () => run(quick, pair())));
    for (let i = 0; i < 40; i++) quick.learn(1000, 1e6);
    let slowIsOver = false;
    const long = run(slow, matrix()).then(() => (slowIsOver = true));
    await run(quick, pair());
    const waited = slowIsOver;
    await long;
    return waited;
  };
  assert.equal(await waits(1), true);
  assert.equal(await waits(2), false);
});
