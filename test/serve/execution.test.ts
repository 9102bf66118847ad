import assert from 'node:assert/strict';
import { test } from 'node:test';
import { multiplyModel, served } from '../support/resp-client.js';

test('counts are checked against the model first, then against what was given', async (t) => {
  const client = await served(t);
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  const run = (...args: (string | number)[]): Promise<unknown> => client.call('AI.MODELEXECUTE', 'm', ...args);
  assert.match(String(await run('INPUTS', 3, 'a', 'b', 'OUTPUTS', 1, 'c')), /^-Number of keys given as INPUTS here/);
  assert.match(String(await run('INPUTS', 'two', 'a', 'b', 'OUTPUTS', 1, 'c')), /^-ERR Invalid argument for input_count/);
  assert.match(String(await run('INPUTS', 2, 'a', 'b', 'OUTPUTS', -1, 'c')), /^-ERR Output count must be a positive integer/);
  assert.match(String(await run('INPUTS', 2, 'a', 'b', 'OUTPUTS', 1, 'c', 'TIMEOUT', 5, 'TIMEOUT', 5)), /^-Invalid argument: TIMEOUT/);
  assert.match(String(await client.call('AI.MODELRUN', 'm', 'TIMEOUT', 0, 'INPUTS', 'a', 'b', 'OUTPUTS', 'c')), /^-ERR Invalid value for TIMEOUT/);
  assert.match(String(await client.call('AI.MODELRUN', 'm', 'INPUTS', 'a', 'b', 'c', 'd')), /^-Number of keys given as INPUTS here/);
});

test('counts and times have the range of 64 bits, and what is shown ends at a zero byte', async (t) => {
  const client = await served(t);
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  await client.call('AI.TENSORSET', 'a', 'FLOAT', 1, 2);
  const run = (inputs: string, ...rest: (string | number)[]): Promise<unknown> => client.call('AI.MODELEXECUTE', 'm', 'INPUTS', inputs, 'a', 'a', 'OUTPUTS', 1, 'c', ...rest);
  assert.match(String(await run('9223372036854775807')), /^-Number of keys given as INPUTS here/);
  assert.match(String(await run('9223372036854775808')), /^-ERR Invalid argument for input_count/);
  assert.equal(await run('2', 'TIMEOUT', '9223372036854775807'), 'OK');
  assert.equal(await run('2', 'TIMEOUT', '9223372036854775808'), '-ERR Invalid value for TIMEOUT');
  assert.equal(await run('2', 'FOO\0BAR'), '-Invalid argument: FOO');
});
