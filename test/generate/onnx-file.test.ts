import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from '../../core/inference.js';
import { encodeOnnx, type Graph } from '../../generate/onnx-file.js';

const graph: Graph = {
  name: 'test',
  doc: 'y = softmax(x w + b)',
  inputs: [{ name: 'x', shape: ['batch', 2] }],
  outputs: [{ name: 'y', shape: ['batch', 2] }],
  nodes: [
    { op: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['z'] },
    { op: 'Softmax', inputs: ['z'], outputs: ['y'], integers: { axis: 1 } },
  ],
  initializers: [
    { name: 'w', shape: [2, 2], values: Float32Array.of(1, -2, 0.5, 300) },
    { name: 'b', shape: [2], values: Float32Array.of(0.25, -0.25) },
  ],
};

test('ONNX Runtime reads the graph, its names and open dimensions, and computes what it says', async () => {
  const model = await openModel(encodeOnnx(graph), { threads: 1 });
  try {
    assert.deepEqual(model.inputs, [{ name: 'x', dtype: 'float32', shape: [null, 2] }]);
    assert.deepEqual(model.outputs, [{ name: 'y', dtype: 'float32', shape: [null, 2] }]);
    const { y } = await model.run({ x: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 0, 0, 0.001) } });
    const expected = [[1.25, -2.25], [0.2505, 0.05]].flatMap((row) => {
      const sum = Math.exp(row[0]) + Math.exp(row[1]);
      return row.map((value) => Math.exp(value) / sum);
    });
    assert.deepEqual(y.shape, [2, 2]);
    expected.forEach((value, index) => assert.ok(Math.abs(Number(y.data[index]) - value) < 1e-6));
  } finally {
    model.close();
  }
});

test('the same graph gives the same bytes, in an old IR version and operator set', () => {
  const bytes = encodeOnnx(graph);
  assert.deepEqual(encodeOnnx(graph), bytes);
  assert.deepEqual([...bytes.subarray(0, 2)], [8, 7], 'field 1, IR version 7');
  assert.deepEqual([...bytes.subarray(-6)], [0x42, 4, 10, 0, 16, 13], 'field 8: domain "", version 13');
});

test('sizes beyond one and two bytes of a varint are read back', async () => {
  const values = 20_000;
  const wide: Graph = {
    ...graph,
    inputs: [{ name: 'x', shape: ['batch', values] }],
    initializers: [{ name: 'w', shape: [values, 2], values: new Float32Array(values * 2).fill(1) }, graph.initializers[1]],
  };
  const model = await openModel(encodeOnnx(wide), { threads: 1 });
  assert.deepEqual(model.inputs[0].shape, [null, values]);
  model.close();
});
