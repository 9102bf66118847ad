import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing, sharedData } from '../../support/paths.js';
import { multiplyModel, served } from '../../support/resp-client.js';

test('a run overwrites its output, and drops its expiry', async (t) => {
  const { call } = await served(t);
  await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  await call('AI.TENSORSET', 'a', 'FLOAT', 1, 2, 'VALUES', 2, 3);
  await call('EXPIRE', 'a', 100);
  for (let round = 0; round < 12; round++) assert.equal(await call('AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, round === 11 ? 'a' : 'c'), 'OK');
  assert.deepEqual(await call('AI.TENSORGET', 'c', 'VALUES'), ['4', '9']);
  assert.deepEqual(await call('AI.TENSORGET', 'a', 'VALUES'), ['4', '9']);
  assert.equal(await call('TTL', 'a'), -1);
});

const fraud = join(sharedData, 'models', 'fraud-logreg.onnx');

test('a real fraud model answers probabilities', { skip: missing(fraud) }, async (t) => {
  const { call } = await served(t);
  assert.equal(await call('AI.MODELSTORE', 'fraud', 'ONNX', 'CPU', 'BLOB', readFileSync(fraud)), 'OK');
  await call('AI.TENSORSET', 't', 'FLOAT', 3, 30);
  assert.equal(await call('AI.MODELRUN', 'fraud', 'INPUTS', 't', 'OUTPUTS', 'o'), 'OK');
  const values = (await call('AI.TENSORGET', 'o', 'VALUES') as string[]).map(Number);
  assert.equal(values.length, 6);
  for (let row = 0; row < 3; row++) assert.ok(Math.abs(values[row * 2] + values[row * 2 + 1] - 1) < 1e-5);
});
