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
  assert.equal(await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', ''), '-No graph was found in the protobuf.');
  assert.equal(await call('TYPE', 'm'), 'AI__MODEL');
});

test('AI.MODELSTORE reads its options from the left, and tells what is wrong in that order', async (t) => {
  const { call } = await served(t);
  const NO_BLOB = '-ERR Insufficient arguments, missing model BLOB';
  const answers: [string, string][] = [
    ['ONNX CPU BATCHSIZE 2 TAG', '-ERR Invalid argument, expected BLOB'], ['ONNX CPU TAG x BATCHSIZE', '-ERR Invalid argument for BATCHSIZE'], ['ONNX CPU TAG x BATCHSIZE -1', '-ERR Invalid argument for BATCHSIZE'],
    ['ONNX CPU MINBATCHSIZE x BLOB y', '-ERR Invalid argument for MINBATCHSIZE'], ['ONNX CPU MINBATCHTIMEOUT x BLOB y', '-ERR Invalid argument for MINBATCHTIMEOUT'],
    ['ONNX CPU:123456 BLOB x', '-ERR Invalid DEVICE'], ['TF CPU BATCHSIZE 2', NO_BLOB], ['TF CPU INPUTS 0 a', '-ERR Invalid argument for input_count'],
    ['TF CPU INPUTS 2 a', '-ERR number of model inputs does not match the number of given arguments'], ['TF CPU INPUTS 1 a', '-ERR OUTPUTS not specified for TF'],
    ['TF CPU INPUTS 1 a OUTPUTS', '-ERR Invalid argument for output_count'], ['TF CPU INPUTS 1 a OUTPUTS 1 b', '-ERR Invalid argument, expected BLOB'], ['TF CPU INPUTS 1 a OUTPUTS 1 b BLOB', NO_BLOB],
  ];
  for (const [text, answer] of answers) assert.equal(await call('AI.MODELSTORE', 'm', ...text.split(' ')), answer, text);
});

test('AI.MODELSET looks for what an option needs before its value, and hardly at the device', async (t) => {
  const { call } = await served(t);
  const answers: [string, string][] = [
    ['ONNX CPU MINBATCHSIZE x BLOB y', '-ERR MINBATCHSIZE specified without BATCHSIZE'], ['ONNX CPU MINBATCHSIZE 0 BLOB y', '-ERR MINBATCHSIZE specified without BATCHSIZE'],
    ['ONNX CPU BATCHSIZE 2 MINBATCHTIMEOUT x BLOB y', '-ERR MINBATCHTIMEOUT specified without MINBATCHSIZE'], ['TFLITE CPU BATCHSIZE 2 BLOB x', '-ERR Auto-batching not supported by the TFLITE backend'],
    ['ONNX tag BLOB x', '-ERR Invalid DEVICE'], ['ONNX CPU89012345 BLOB x', '-ERR Invalid DEVICE'], ['ONNX GPUX BLOB x', '-ERR unsupported device'], ['ONNX GPU: BLOB x', "-ERR GPU requested but ONNX couldn't find CUDA"],
    ['TF CPU', '-ERR Insufficient arguments, missing model BLOB'], ['TF CPU BLOB x', '-ERR Insufficient arguments, INPUTS and OUTPUTS not specified'],
    ['TF CPU OUTPUTS a INPUTS b BLOB x', '-ERR INPUTS not specified'], ['TF CPU INPUTS a BLOB OUTPUTS', '-ERR OUTPUTS not specified'], ['TF CPU INPUTS a OUTPUTS b BLOB', '-ERR Insufficient arguments, missing model BLOB'],
    ['TF CPU INPUTS a OUTPUTS b BLOB x', '-ERR Could not load backend'],
  ];
  for (const [text, answer] of answers) assert.equal(await call('AI.MODELSET', 'm', ...text.split(' ')), answer, text);
  assert.equal(await call('AI.MODELSET', 'm', 'ONNX', 'cpu9012345', 'FOO', 'BLOB', multiplyModel()), 'OK');
});

test('batch sizes may be written as floats, have 64 bits, and come back', async (t) => {
  const { call } = await served(t);
  const stored = async (...options: string[]): Promise<unknown> => {
    assert.equal(await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU:', ...options, 'BLOB', multiplyModel()), 'OK');
    const meta = await call('AI.MODELGET', 'm', 'META', 'META') as unknown[];
    return [meta[3], meta[7], meta[9], meta[15]];
  };
  assert.deepEqual(await stored('BATCHSIZE', '4.0', 'MINBATCHSIZE', '2e0', 'MINBATCHTIMEOUT', '0x10'), ['CPU:', 4, 2, 16]);
  assert.deepEqual(await stored('BATCHSIZE', '9223372036854775807'), ['CPU:', 2n ** 63n - 1n, 0, 0]);
});

test('AI._MODELSCAN goes over the models as the table of the real server does', async (t) => {
  const { call } = await served(t);
  for (const key of ['m1', 'm2', 'n', 'm']) await call('AI.MODELSTORE', key, 'ONNX', 'CPU', 'BLOB', multiplyModel());
  assert.deepEqual(await call('AI._MODELSCAN'), ['m1', 'm', 'n', 'm2'].map((key) => [key, '']));
});
