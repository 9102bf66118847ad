import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatenate, gather, takeApart, waits } from '../../serve/batch.js';
import type { Job } from '../../serve/devices.js';
import { Models } from '../../serve/models.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';
import { multiplyModel } from '../support/resp-client.js';

const model = new Models().create({ key: 'm', backend: 'ONNX', device: 'CPU', tag: '', batchSize: 4, minBatchSize: 2, minBatchTimeoutMs: 0, blob: multiplyModel() });
const tensor = (rows: number, width = 2): Tensor => new Tensor(TYPES.FLOAT, [rows, width], Buffer.alloc(rows * width * 4, rows));
const job = (rows: number, width?: number): Job => ({ model, inputs: [tensor(rows, width), tensor(rows, width)], done: () => {}, queuedAtMs: 0, timer: null });

test('requests of the same shape are gathered until the batch size is reached, skipping those that do not fit', () => {
  const queue = [job(1), job(1, 3), job(1), job(3), job(1)];
  assert.deepEqual(gather(queue[0], queue).map((each) => queue.indexOf(each)), [0, 2, 3], 'the last one brings more than there was room for');
  assert.deepEqual(gather(queue[1], queue), [queue[1]]);
});

test('a request that fills a batch alone, or whose inputs have no batch in common, waits for nobody', () => {
  assert.deepEqual([job(1), job(3), job(4), job(5)].map((each) => waits(each, 4)), [true, true, false, false]);
  assert.equal(waits({ ...job(1), inputs: [tensor(1), tensor(2)] }, 4), false);
  assert.equal(waits({ ...job(1), inputs: [new Tensor(TYPES.FLOAT, [], Buffer.alloc(4))] }, 4), false);
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
