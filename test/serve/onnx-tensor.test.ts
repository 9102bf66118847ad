import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromOnnx, toOnnx } from '../../serve/onnx-tensor.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';

test('numeric tensors are views of the same bytes, made once', () => {
  const data = Buffer.alloc(8);
  data.writeFloatLE(1.5, 4);
  const tensor = new Tensor(TYPES.FLOAT, [2], data);
  const onnx = toOnnx(tensor);
  assert.equal(onnx, toOnnx(tensor));
  assert.deepEqual([...(onnx.data as Float32Array)], [0, 1.5]);
  assert.equal((onnx.data as Float32Array).buffer, data.buffer);
});

test('bytes that lie across the type\'s alignment are copied', () => {
  const data = Buffer.alloc(17).subarray(1) as Buffer;
  data.writeDoubleLE(2, 0);
  assert.deepEqual([...(toOnnx(new Tensor(TYPES.DOUBLE, [2], data)).data as Float64Array)], [2, 0]);
});

test('there and back, for every type', () => {
  for (const type of Object.values(TYPES)) {
    const data = type === TYPES.STRING ? Buffer.from('é\0\0') : Buffer.alloc(2 * type.sizeBytes, 1);
    const back = fromOnnx(toOnnx(new Tensor(type, [2, 1], data)));
    assert.equal(back.type, type);
    assert.deepEqual(back.shape, [2, 1]);
    assert.deepEqual(back.data, data);
  }
});

test('what cannot be computed with is refused', () => {
  assert.throws(() => toOnnx(new Tensor(TYPES.FLOAT, [2 ** 62, 4], Buffer.alloc(0))), /too large/);
  assert.throws(() => fromOnnx({ type: 'float16', dims: [1], data: new Uint16Array(1), location: 'cpu' }), /float16/);
});
