import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readUserModel, writeModel } from '../../generate/model-file.js';
import { encodeOnnx } from '../../generate/onnx-file.js';
import { temporaryFolder } from '../support/paths.js';

const ADD_NOTHING = encodeOnnx({
  name: 'g', doc: '', initializers: [],
  inputs: [{ name: 'x', shape: ['n', 3] }],
  outputs: [{ name: 'y', shape: ['n', 3] }],
  nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
});

test('a model is written whole, and its entry says what it is', async (t) => {
  const folder = temporaryFolder(t);
  const entry = await writeModel(folder, ADD_NOTHING, { name: 'm', inputs: ['x'], outputs: ['y'], expected: true, ports: [] });
  assert.deepEqual(readdirSync(folder), ['m.onnx']);
  assert.deepEqual(readFileSync(join(folder, 'm.onnx')), ADD_NOTHING);
  const sha256 = createHash('sha256').update(ADD_NOTHING).digest('hex');
  assert.deepEqual(entry, { name: 'm', file: 'm.onnx', backend: 'ONNX', sizeBytes: ADD_NOTHING.length, sha256, inputs: ['x'], outputs: ['y'], expected: true, ports: [] });
});

test("a user's model is read with its ports, under a name that can be a key", async (t) => {
  const path = join(temporaryFolder(t), 'my model (2).onnx');
  writeFileSync(path, ADD_NOTHING);
  const model = await readUserModel(path);
  assert.equal(model.name, 'my_model__2_');
  assert.deepEqual(model.inputs, [{ name: 'x', dtype: 'float32', shape: [null, 3] }]);
  assert.deepEqual(model.outputs, [{ name: 'y', dtype: 'float32', shape: [null, 3] }]);
});

test('a model that is not there, or is none, is an error that names the file', async (t) => {
  const folder = temporaryFolder(t);
  await assert.rejects(readUserModel(join(folder, 'none.onnx')), { code: 'DATA', message: /none\.onnx cannot be read: .*check the path in --model\.$/ });
  writeFileSync(join(folder, 'bad.onnx'), 'no model');
  await assert.rejects(readUserModel(join(folder, 'bad.onnx')), { code: 'DATA', message: /bad\.onnx: The model \(8 bytes\) cannot be opened: .*protobuf parsing failed; is it an ONNX file\?$/ });
});
