import assert from 'node:assert/strict';
import { test } from 'node:test';
import { multiplyModel, served } from '../../support/resp-client.js';

test('a model is kept as it was given, and gone when its key is', async (t) => {
  const { call } = await served(t);
  const blob = multiplyModel();
  assert.equal(await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'TAG', 'v1', 'BLOB', blob.subarray(0, 20), blob.subarray(20)), 'OK');
  assert.equal(await call('AI.MODELGET', 'm', 'BLOB'), blob.toString('latin1'));
  assert.deepEqual(await call('AI._MODELSCAN'), [['m', 'v1']]);
  assert.equal(await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'TAG', 'v2', 'BLOB', blob), 'OK');
  assert.deepEqual(await call('AI._MODELSCAN'), [['m', 'v2']]);
  assert.equal(await call('DEL', 'm'), 1);
  assert.deepEqual(await call('AI._MODELSCAN'), []);
  assert.equal(await call('AI.MODELDEL', 'm'), '-ERR model key is empty');
});

test('a key of another type is refused, where the real server crashes', async (t) => {
  const { call } = await served(t);
  await call('SET', 's', 1);
  assert.match(String(await call('AI.MODELSTORE', 's', 'ONNX', 'CPU', 'BLOB', multiplyModel())), /^-WRONGTYPE/);
  assert.equal(await call('GET', 's'), '1');
});

test('a corrupt model leaves the old one in place', async (t) => {
  const { call } = await served(t);
  await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  assert.equal(await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', 'junk'), '-Failed to load model because protobuf parsing failed.');
  assert.equal(await call('TYPE', 'm'), 'AI__MODEL');
});
