import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectTo, multiplyModel, served, slowModel } from '../support/resp-client.js';

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

test('a model that is deleted goes when nobody needs it any more: no part of a DAG, and nothing that waits in the laboratory', async (t) => {
  for (const options of [{}, { laboratory: { serviceTime: 'fixed:100ms' } }]) {
    const client = await served(t, options);
    const other = await connectTo(client.server.port);
    await client.call('AI.MODELSTORE', 'slow', 'ONNX', 'CPU', 'BLOB', slowModel());
    await client.call('AI.TENSORSET', 'x', 'FLOAT', 400, 400);
    await client.call('AI.TENSORSET', 'a', 'FLOAT', 1, 2, 'VALUES', 2, 3);
    const [slow, run] = [['AI.MODELEXECUTE', 'slow', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y'], ['AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, 'c']];
    for (const [command, expected] of [[['AI.DAGEXECUTE', 'LOAD', 2, 'x', 'a', '|>', ...slow, '|>', ...run, '|>', ...run], ['OK', 'OK', 'OK']], [run, 'OK']] as const) {
      assert.equal(await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel()), 'OK');
      const first = other.call(...slow);
      while (!/blocked_clients:1/.test(String(await client.call('INFO', 'clients'))));
      const second = await connectTo(client.server.port);
      const answer = second.call(...command);
      while (!/blocked_clients:2/.test(String(await client.call('INFO', 'clients'))));
      assert.equal(await client.call('AI.MODELDEL', 'm'), 'OK');
      assert.deepEqual([await first, await answer], ['OK', expected]);
      second.close();
    }
    other.close();
  }
});
