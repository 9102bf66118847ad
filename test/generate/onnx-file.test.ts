import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from '../../core/inference.js';
import { ELEMENT_TYPES, encodeOnnx, type Graph } from '../../generate/onnx-file.js';

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

test('ports have the type that is said, attributes can be lists, and a single value has no dimensions', async () => {
  for (const [dtype, data] of [['uint8', Uint8Array.of(1, 2, 3, 4, 5, 6)], ['float16', Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600)]] as const) {
    const model = await openModel(encodeOnnx({
      name: 'types',
      doc: '',
      inputs: [{ name: 'x', dtype, shape: ['batch', 2, 3] }],
      outputs: [{ name: 'y', shape: ['batch', 3, 2] }],
      nodes: [
        { op: 'Cast', inputs: ['x'], outputs: ['float'], integers: { to: ELEMENT_TYPES.float32 } },
        { op: 'Transpose', inputs: ['float'], outputs: ['turned'], integers: { perm: [0, 2, 1] } },
        { op: 'Mul', inputs: ['turned', 'half'], outputs: ['y'] },
      ],
      initializers: [{ name: 'half', shape: [], values: Float32Array.of(0.5) }],
    }), { threads: 1 });
    assert.deepEqual(model.inputs, [{ name: 'x', dtype, shape: [null, 2, 3] }]);
    assert.deepEqual(model.outputs, [{ name: 'y', dtype: 'float32', shape: [null, 3, 2] }]);
    const { y } = model.runSync({ x: { dtype, shape: [1, 2, 3], data } });
    assert.deepEqual([...y.data], [0.5, 2, 1, 2.5, 1.5, 3]);
    model.close();
  }
});

test('values are written as they are, also those of a part of an array', async () => {
  const values = Float32Array.of(9, 1, -2, 0.5, 300, 9).subarray(1, 5);
  assert.deepEqual(encodeOnnx({ ...graph, initializers: [{ ...graph.initializers[0], values }, graph.initializers[1]] }), encodeOnnx(graph));
});
