import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Devices, TIMEDOUT, type Done, type Owner } from '../../serve/devices.js';
import { Models, type Model } from '../../serve/models.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';
import { multiplyModel, slowModel } from '../support/resp-client.js';

function setUp(test: { after(fn: () => Promise<void>): void }, executionTimeoutMs: number) {
  const models = new Models();
  const devices = new Devices(models, { executionTimeoutMs });
  test.after(() => devices.close());
  const create = (device: string, blob: Buffer): Model => models.create({ key: 'm', backend: 'ONNX', device, tag: '', batchSize: 0, minBatchSize: 0, minBatchTimeoutMs: 0, blob });
  const run = (model: Model, inputs: Tensor[], owner: Owner = { gone: false }): Promise<Parameters<Done>[0]> => new Promise((resolve) => devices.run(model, inputs, 0, owner, resolve));
  return { create, run };
}

const pair = (): Tensor[] => [1, 2].map((value) => new Tensor(TYPES.FLOAT, [1, 2], Buffer.from(new Float32Array([value, value]).buffer)));
const matrix = (): Tensor[] => [new Tensor(TYPES.FLOAT, [400, 400], Buffer.alloc(640_000))];

test('nothing is run for somebody who is gone', async (t) => {
  const { create, run } = setUp(t, 1000);
  const model = create('CPU', multiplyModel());
  assert.equal(await run(model, pair(), { gone: true }), TIMEDOUT);
  assert.equal(model.info.calls, 0);
});

test('devices that share a thread share a queue: a run that is given up takes nobody with it', async (t) => {
  const { create, run } = setUp(t, 300);
  // One for each thread, so that the ninth shares that of the first.
  const models = Array.from({ length: 9 }, (_, i) => create(`CPU:${i}`, i === 0 ? slowModel(600) : multiplyModel()));
  for (const model of models.slice(1, 8)) assert.ok(Array.isArray(await run(model, pair())));
  const [slow, quick] = await Promise.all([run(models[0], matrix()), run(models[8], pair())]);
  assert.match(String(slow), /terminate flag/);
  assert.ok(Array.isArray(quick));
});
