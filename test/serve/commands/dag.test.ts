import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readScenarios } from '../../conformance/transcript.js';
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

test('a key that cannot be persisted ends the persisting, in the order of the real server, with one error', async (t) => {
  const { call } = await served(t);
  const persist = (...keys: string[]): Promise<unknown> =>
    call('AI.DAGEXECUTE', 'PERSIST', keys.length, ...keys, ...keys.flatMap((key) => ['|>', 'AI.TENSORSET', key, 'FLOAT', 1]));
  for (const key of ['q', 'a']) await call('SET', key, 'x');
  const slots = await persist('q', 'a', 'w', 'm2') as string[];
  assert.deepEqual(slots.slice(0, 4), ['OK', 'OK', 'OK', 'OK']);
  assert.equal(slots.length, 5);
  assert.match(slots[4], /^-WRONGTYPE/);
  assert.deepEqual([await call('TYPE', 'w'), await call('TYPE', 'm2'), await call('GET', 'q')], ['AI_TENSOR', 'none', 'x']);
});

test('the time of a DAG is looked at before each of its operations', async (t) => {
  const { call } = await served(t);
  await call('AI.MODELSTORE', 'slow', 'ONNX', 'CPU', 'BLOB', slowModel());
  await call('AI.TENSORSET', 'x', 'FLOAT', 400, 400);
  const run = ['AI.DAGEXECUTE', 'LOAD', 1, 'x', 'TIMEOUT', 5, '|>', 'AI.MODELEXECUTE', 'slow', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y'];
  await call('AI.MODELEXECUTE', 'slow', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y');
  assert.deepEqual(await call(...run), ['OK']);
  assert.equal(await call(...run, '|>', 'AI.TENSORSET', 'z', 'FLOAT', 1), 'TIMEDOUT');
});

test('an output that is no tensor ends the DAG at the model that needs it, for which the real server waits for ever', async (t) => {
  const { call } = await served(t);
  const sequence = readScenarios('transcripts.jsonl').find(({ name }) => name === 'modelexecute/sequence-output-not-tensor')!;
  await call('AI.MODELSTORE', 's', 'ONNX', 'CPU', 'BLOB', Buffer.from(sequence.steps[0].request.at(-1)!.b64!, 'base64'));
  await call('AI.TENSORSET', 'x', 'FLOAT', 2, 2);
  const model = (input: string, output: string): (string | number)[] => ['|>', 'AI.MODELEXECUTE', 's', 'INPUTS', 1, input, 'OUTPUTS', 1, output];
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await call('AI.DAGEXECUTE', 'LOAD', 1, 'x', 'PERSIST', 1, 'y', ...model('x', 'y'), '|>', 'AI.TENSORGET', 'y'), ['OK', 'NA']);
    assert.deepEqual(await call('AI.DAGEXECUTE', 'LOAD', 1, 'x', ...model('x', 'y'), ...model('y', 'z'), '|>', 'AI.TENSORGET', 'x', 'META'), ['OK', '-ERR an input of the model is no tensor', ['dtype', 'FLOAT', 'shape', [2, 2]]]);
  }
});
