import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeOnnx } from '../../../generate/onnx-file.js';
import { readScenarios } from '../../conformance/transcript.js';
import { multiplyModel, served } from '../../support/resp-client.js';

test('AI.INFO counts calls, samples and errors, and starts again', async (t) => {
  const { call } = await served(t);
  await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  await call('AI.TENSORSET', 'a', 'FLOAT', 3, 2);
  await call('AI.TENSORSET', 'bad', 'INT8', 3, 2);
  for (let i = 0; i < 4; i++) await call('AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, 'c');
  await call('AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'bad', 'OUTPUTS', 1, 'c');
  const info = async (): Promise<unknown> => (await call('AI.INFO', 'm') as unknown[]).slice(12);
  assert.deepEqual(await info(), ['samples', 12, 'calls', 5, 'errors', 1]);
  assert.equal(await call('AI.INFO', 'm', 'RESETSTAT'), 'OK');
  assert.deepEqual(await info(), ['samples', 0, 'calls', 0, 'errors', 0]);
});

test('AI.CONFIG', async (t) => {
  const { call } = await served(t);
  assert.equal(await call('AI.CONFIG', 'GET', 'NOPE'), null);
  assert.equal(await call('AI.CONFIG', 'BACKENDSPATH', '/x'), 'OK');
  assert.equal(await call('AI.CONFIG', 'GET', 'BACKENDSPATH'), '/x');
  assert.equal(await call('AI.CONFIG', 'LOADBACKEND', 'ONNX', 'x.so'), '-ERR error loading backend');
});

test('samples are the rows of the first output, and none where that is no tensor', async (t) => {
  const { call } = await served(t);
  const samples = async (model: Buffer): Promise<unknown> => {
    await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', model);
    for (let i = 0; i < 4; i++) assert.equal(await call('AI.MODELEXECUTE', 'm', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y'), 'OK');
    return (await call('AI.INFO', 'm', 'FOO') as unknown[]).slice(13, 18);
  };
  await call('AI.TENSORSET', 'x', 'FLOAT', 2, 3, 'VALUES', 1, 1, 0, 0, 0, 1);
  const named = (op: string): Buffer => encodeOnnx({ name: op, doc: op, inputs: [{ name: 'x', shape: [2, 3] }], outputs: [{ name: 'y', shape: ['n', 'm'] }], nodes: [{ op, inputs: ['x'], outputs: ['y'] }], initializers: [] });
  assert.deepEqual(await samples(named('Transpose')), [12, 'calls', 4, 'errors', 0]);
  const sequence = readScenarios('transcripts.jsonl').find(({ name }) => name === 'modelexecute/sequence-output-not-tensor')!;
  assert.deepEqual(await samples(Buffer.from(sequence.steps[0].request.at(-1)!.b64!, 'base64')), [0, 'calls', 4, 'errors', 0]);
});

test('MODEL_CHUNK_SIZE has 64 bits, and is one word among many', async (t) => {
  const { call } = await served(t);
  assert.equal(await call('AI.CONFIG', 'model_chunk_size', '9223372036854775807', 'more'), 'OK');
  assert.equal(await call('AI.CONFIG', 'get', 'model_chunk_size', 'more'), 2n ** 63n - 1n);
  for (const size of ['9223372036854775808', '+1', '01', '1.0', '']) assert.equal(await call('AI.CONFIG', 'MODEL_CHUNK_SIZE', size), '-ERR MODEL_CHUNK_SIZE: invalid chunk size', size);
  assert.equal(await call('AI.CONFIG', 'FOO', 'MODEL_CHUNK_SIZE'), '-ERR unsupported subcommand');
});
