import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Devices, TIMEDOUT, type Done } from '../../serve/devices.js';
import { Models, type Model } from '../../serve/models.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';
import { multiplyModel, slowModel } from '../support/resp-client.js';

type Result = Parameters<Done>[0];

function setUp(test: { after(fn: () => Promise<void>): void }, executionTimeoutMs?: number) {
  const models = new Models();
  const devices = new Devices(models, executionTimeoutMs);
  test.after(() => devices.close());
  const create = (blob: Buffer, batching = {}): Model =>
    models.create({ key: 'm', backend: 'ONNX', device: 'CPU', tag: '', batchSize: 0, minBatchSize: 0, minBatchTimeoutMs: 0, blob, ...batching });
  const run = (model: Model, inputs: Tensor[], timeoutMs = 0): Promise<Result> => new Promise((resolve) => devices.run(model, inputs, timeoutMs, resolve));
  return { devices, create, run };
}

const pair = (): Tensor[] => [1, 2].map((value) => new Tensor(TYPES.FLOAT, [1, 2], Buffer.from(new Float32Array([value, value]).buffer)));
const matrix = (): Tensor[] => [new Tensor(TYPES.FLOAT, [400, 400], Buffer.alloc(640_000))];

test('a model moves to the calling thread once it is known to be short', async (t) => {
  const { devices, create, run } = setUp(t);
  const model = create(multiplyModel());
  let results = 0;
  devices.run(model, pair(), 0, () => results++);
  assert.equal(results, 0, 'the first run is on another thread');
  for (let i = 0; i < 50; i++) assert.ok(Array.isArray(await run(model, pair())));
  model.learn(1, 1000);
  for (let i = 0; i < 40; i++) model.learn(1, 16);
  devices.run(model, pair(), 0, () => results++);
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
  assert.equal(model.info.calls, 3);
});

test('a run that takes too long is given up, and the device goes on', async (t) => {
  const { create, run } = setUp(t, 30);
  assert.match(String(await run(create(slowModel(400)), matrix())), /terminate flag/);
  const quick = create(multiplyModel());
  // Loading the runtime on a new thread takes longer than that, and is no run.
  assert.ok(Array.isArray(await run(quick, pair())));
});
