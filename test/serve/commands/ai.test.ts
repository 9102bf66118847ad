import assert from 'node:assert/strict';
import { test } from 'node:test';
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
