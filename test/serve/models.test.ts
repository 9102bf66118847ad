import { readdirSync } from 'node:fs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backendText, Models, type ModelDefinition, type ModelThreads } from '../../serve/models.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';
import { multiplyModel } from '../support/resp-client.js';

const definition = (key: string): ModelDefinition =>
  ({ key, backend: 'ONNX', device: 'CPU', tag: '', batchSize: 0, minBatchSize: 0, minBatchTimeoutMs: 0, blob: multiplyModel() });
const floats = (...values: number[]): Tensor => new Tensor(TYPES.FLOAT, [values.length / 2, 2], Buffer.from(new Float32Array(values).buffer));

test('a run answers tensors and is counted', () => {
  const model = new Models().create(definition('m'));
  assert.deepEqual([model.inputs, model.outputs], [['a', 'b'], ['c']]);
  const [c] = model.run([floats(1, 2, 3, 4), floats(5, 6, 7, 8)]) as Tensor[];
  assert.deepEqual(new Float32Array(new Uint8Array(c.data).buffer), new Float32Array([5, 12, 21, 32]));
  assert.equal(typeof model.run([floats(1, 2), new Tensor(TYPES.INT32, [1, 2], Buffer.alloc(8))]), 'string');
  assert.deepEqual([model.info.calls, model.info.samples, model.info.errors], [2, 2, 1]);
});

test('a model counts as short only when it was seen to be, and for inputs of that size', () => {
  const model = new Models().create(definition('m'));
  assert.equal(model.isShort(10), false);
  model.learn(5000, 10);
  assert.equal(model.isShort(10), false);
  model.learn(20, 20);
  assert.equal(model.isShort(20), true);
  assert.equal(model.isShort(1000), false);
  model.learn(10_000, 20);
  assert.equal(model.isShort(20), false);
});

test('the registry keeps the name under which a model was stored, until it is gone and unused', () => {
  const models = new Models();
  const closed: string[] = [];
  models.onClosed((model) => closed.push(model.definition.key));
  const model = models.create(definition('m'));
  models.stored(model);
  model.use();
  model.dropped();
  assert.equal(models.find('m'), undefined);
  assert.deepEqual(closed, []);
  model.release();
  assert.deepEqual(closed, ['m']);
});

test('the backend\'s errors are passed on in one line', () => {
  assert.throws(() => new Models().create({ ...definition('m'), blob: Buffer.from('junk') }), (error) => backendText(error) === 'Failed to load model because protobuf parsing failed.');
  assert.equal(backendText(new Error('a\nb')), 'a b');
});

test('the settings for threads inside an operator and of operators side by side reach the runtime', { skip: process.platform === 'linux' ? false : 'threads are counted in /proc' }, () => {
  const threads = (): number => readdirSync('/proc/self/task').length;
  const opened = (settings: ModelThreads): number => {
    const models = new Models(settings);
    const before = threads();
    const model = models.create({ key: 'm', backend: 'ONNX', device: 'CPU', tag: '', batchSize: 0, minBatchSize: 0, minBatchTimeoutMs: 0, blob: multiplyModel() });
    const more = threads() - before;
    model.release();
    return more;
  };
  opened({});
  assert.equal(opened({}), 0);
  assert.equal(opened({ intraOpThreads: 4 }), 3);
  assert.ok(opened({ interOpThreads: 3 }) > 0);
  assert.deepEqual(new Models({}).settings, { intraOpThreads: 0, interOpThreads: 0 });
});
