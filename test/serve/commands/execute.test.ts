import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeOnnx } from '../../../generate/onnx-file.js';
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

test('the first output that cannot be stored ends the storing, after the success has been told', async (t) => {
  const client = await served(t);
  const shape = ['n', 2];
  const nodes = ['c', 'd', 'e'].map((output) => ({ op: 'Mul', inputs: ['a', 'a'], outputs: [output] }));
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', encodeOnnx({
    name: 'three', doc: 'three outputs', inputs: [{ name: 'a', shape }], outputs: ['c', 'd', 'e'].map((name) => ({ name, shape })), nodes, initializers: [],
  }));
  await client.call('AI.TENSORSET', 'a', 'FLOAT', 1, 2);
  for (const key of ['d', 'e']) await client.call('SET', key, 'x');
  assert.equal(await client.call('AI.MODELEXECUTE', 'm', 'INPUTS', 1, 'a', 'OUTPUTS', 3, 'c', 'd', 'e'), 'OK');
  assert.match(String(await client.next()), /^-WRONGTYPE/);
  assert.deepEqual(await client.call('MGET', 'c', 'd', 'e'), [null, 'x', 'x']);
  assert.equal(await client.call('TYPE', 'c'), 'AI_TENSOR');
});

test('COMMAND GETKEYS reads counts as the real server does, and tells what it had found before one that makes no sense', async (t) => {
  const { call } = await served(t);
  const keys = (text: string): Promise<unknown> => call('COMMAND', 'GETKEYS', ...text.split(' '));
  assert.deepEqual(await keys('AI.MODELEXECUTE m INPUTS 2 a b OUTPUTS 1 c TIMEOUT 5'), ['m', 'a', 'b', 'c']);
  for (const rest of ['INPUTS x', 'INPUTS 9 a', 'INPUTS 1 a OUTPUTS 2 b', 'INPUTS 1 a OUTPUTS', 'INPUTS -5 a b c d']) assert.deepEqual(await keys(`AI.MODELEXECUTE m ${rest}`), ['m'], rest);
  assert.equal(await keys('AI.MODELEXECUTE m INPUTS'), '-ERR Invalid arguments specified for command');
  assert.deepEqual(await keys('AI.MODELRUN m TIMEOUT 5 INPUTS a b OUTPUTS c'), ['m', 'a', 'b', 'c']);
  assert.deepEqual(await keys('AI.MODELRUN m FOO a b'), ['m', 'a', 'b']);
  assert.deepEqual(await keys('AI.MODELRUN m'), ['m']);
});
