import assert from 'node:assert/strict';
import { test } from 'node:test';
import { multiplyModel, served, slowModel } from '../../support/resp-client.js';

test('a chain of models, with its short and its long ones', async (t) => {
  const { call } = await served(t);
  await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  await call('AI.MODELSTORE', 'slow', 'ONNX', 'CPU', 'BLOB', slowModel(3));
  await call('AI.TENSORSET', 'x', 'FLOAT', 400, 400);
  for (let round = 0; round < 5; round++) {
    const slots = await call(
      'AI.DAGEXECUTE', 'LOAD', 1, 'x', 'PERSIST', 1, 'd', '|>', 'AI.TENSORSET', 'a', 'FLOAT', 1, 2, 'VALUES', 2, round,
      '|>', 'AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, 'c', '|>', 'AI.MODELEXECUTE', 'slow', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y',
      '|>', 'AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'c', 'a', 'OUTPUTS', 1, 'd', '|>', 'AI.TENSORGET', 'd', 'VALUES', '|>', 'AI.TENSORGET', 'y', 'META',
    );
    assert.deepEqual(slots, ['OK', 'OK', 'OK', 'OK', ['8', String(round ** 3)], ['dtype', 'FLOAT', 'shape', [400, 400]]]);
    assert.deepEqual(await call('AI.TENSORGET', 'd', 'VALUES'), ['8', String(round ** 3)]);
  }
});

test('a failed model leaves errors and NA in the slots, and nothing in the keys', async (t) => {
  const { call } = await served(t);
  await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  const slots = await call('AI.DAGEXECUTE', 'PERSIST', 1, 'a', '|>', 'AI.TENSORSET', 'a', 'INT32', 1, 2, '|>', 'AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, 'c', '|>', 'AI.TENSORGET', 'c') as string[];
  assert.match(slots[1], /^-Unexpected input data type/);
  assert.deepEqual([slots[0], slots[2]], ['OK', 'NA']);
  assert.equal(await call('EXISTS', 'a'), 0);
});
