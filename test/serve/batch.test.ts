import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatenate, signatureOf, takeApart } from '../../serve/batch.js';
import { Models } from '../../serve/models.js';
import { Job } from '../../serve/queue.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';
import { multiplyModel } from '../support/resp-client.js';

const model = new Models().create({ key: 'm', backend: 'ONNX', device: 'CPU', tag: '', batchSize: 4, minBatchSize: 2, minBatchTimeoutMs: 0, blob: multiplyModel() });
const tensor = (...shape: number[]): Tensor => new Tensor(TYPES.FLOAT, shape, Buffer.alloc(shape.reduce((a, b) => a * b, 4), shape[0]));
const job = (rows: number): Job => new Job(model, [tensor(rows, 2), tensor(rows, 2)], { gone: false }, () => {});

test('requests share runs when types and shapes are the same but for the rows', () => {
  const signature = signatureOf([tensor(1, 2), tensor(1, 3, 4)], 9);
  assert.equal(signatureOf([tensor(5, 2), tensor(5, 3, 4)], 9), signature);
  for (const other of [[tensor(1, 3), tensor(1, 3, 4)], [tensor(1, 2), tensor(1, 34)], [tensor(1, 2, 3), tensor(1, 4)], [tensor(1, 2)], [tensor(1, 2), new Tensor(TYPES.INT32, [1, 3, 4], Buffer.alloc(48))]]) {
    assert.notEqual(signatureOf(other, 9), signature);
    assert.notEqual(signatureOf(other, 9), null);
  }
});

test('a request that fills a batch, or whose inputs have no batch in common, runs alone', () => {
  assert.deepEqual([1, 3, 4, 5].map((rows) => signatureOf([tensor(rows, 2)], 4) !== null), [true, true, false, false]);
  for (const alone of [[], [tensor()], [tensor(1, 2), tensor(2, 2)], [tensor(1, 2), tensor()]]) assert.equal(signatureOf(alone, 4), null);
  assert.equal(signatureOf([tensor(1, 2)], 0), null);
});

test('inputs are joined and outputs taken apart by rows', () => {
  const jobs = [job(2), job(1)];
  const [a] = concatenate(jobs);
  assert.deepEqual(a.shape, [3, 2]);
  assert.deepEqual(a.data, Buffer.concat([Buffer.alloc(16, 2), Buffer.alloc(8, 1)]));
  const parts = takeApart(jobs, [{ type: 'float32', dims: [3, 1], data: new Float32Array([1, 2, 3]), location: 'cpu' }, undefined]);
  assert.deepEqual(parts.map((part) => typeof part !== 'string' && part[0] && { dims: part[0].dims, data: [...(part[0].data as Float32Array)] }), [
    { dims: [2, 1], data: [1, 2] }, { dims: [1, 1], data: [3] },
  ]);
  assert.match(takeApart(jobs, [{ type: 'float32', dims: [1], data: new Float32Array(1), location: 'cpu' }])[0] as string, /expected batch size/);
});
