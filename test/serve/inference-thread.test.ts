import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceThread, type ThreadResult } from '../../serve/inference-thread.js';
import { Models } from '../../serve/models.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';
import { multiplyModel } from '../support/resp-client.js';

const pair = (): Tensor[] => [2, 3].map((value) => new Tensor(TYPES.FLOAT, [1, 2], Buffer.from(new Float32Array([value, value]).buffer)));

test('models run on another thread; inputs stay with the caller, errors come back as text', async (t) => {
  const model = new Models().create({ key: 'm', backend: 'ONNX', device: 'CPU', tag: '', batchSize: 0, minBatchSize: 0, minBatchTimeoutMs: 0, blob: multiplyModel() });
  const thread = new InferenceThread();
  t.after(() => thread.close());
  let started = 0;
  const run = (inputs: Tensor[]): Promise<ThreadResult> => new Promise((resolve) => thread.run(model, inputs, () => started++, resolve));
  const inputs = pair();
  const result = await run(inputs);
  assert.ok('us' in result && result.us > 0);
  assert.deepEqual([...(result.outputs[0]!.data as Float32Array)], [6, 6]);
  assert.equal(inputs[0].data.readFloatLE(0), 2);
  thread.forget(model);
  assert.ok('us' in (await run(inputs)), 'a forgotten model is loaded again');
  assert.equal(started, 2);
  const wrong = await run([inputs[0], new Tensor(TYPES.INT8, [1, 2], Buffer.alloc(2))]);
  assert.ok('error' in wrong && /data type/.test(wrong.error));
  const lost = run(inputs);
  await thread.close();
  assert.equal(thread.usable, false);
  void lost;
});
