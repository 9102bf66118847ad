import assert from 'node:assert/strict';
import { test } from 'node:test';
import { multiplyModel, served } from '../../support/resp-client.js';

test('a value goes out by DUMP and comes back by RESTORE, models too', async (t) => {
  const client = await served(t);
  const text = async (...args: (string | Buffer)[]): Promise<string> => String(await client.call(...args));
  await client.call('AI.TENSORSET', 't', 'FLOAT', '2', 'VALUES', '1', '2');
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'TAG', 'v1', 'BLOB', multiplyModel());
  for (const key of ['t', 'm']) {
    const payload = Buffer.from((await client.call('DUMP', key)) as string, 'latin1');
    assert.equal(await text('RESTORE', `${key}2`, '0', payload), 'OK');
    assert.equal(await text('RESTORE', `${key}2`, '0', payload), '-BUSYKEY Target key name already exists.');
    assert.equal(await text('RESTORE', `${key}2`, '100000', payload, 'REPLACE'), 'OK');
    assert.ok(Number(await client.call('PTTL', `${key}2`)) > 90_000);
  }
  assert.equal(await text('AI.TENSORGET', 't2', 'VALUES'), await text('AI.TENSORGET', 't', 'VALUES'));
  assert.equal(await text('AI.MODELGET', 'm2', 'META'), await text('AI.MODELGET', 'm', 'META'));
  assert.match(await text('AI.INFO', 'm2'), /^key,m2,type,MODEL/);
});

test('RESTORE says what is wrong, in Redis\'s order', async (t) => {
  const { call } = await served(t);
  await call('SET', 'k', 'v');
  const error = async (...args: string[]): Promise<unknown> => call('RESTORE', ...args);
  assert.equal(await error('k', 'x', 'y'), '-BUSYKEY Target key name already exists.');
  assert.equal(await error('n', 'x', 'y'), '-ERR value is not an integer or out of range');
  assert.equal(await error('n', '-1', 'y'), '-ERR Invalid TTL value, must be >= 0');
  assert.equal(await error('n', '0', 'y'), '-ERR DUMP payload version or checksum are wrong');
  assert.equal(await error('k', '0', 'y', 'NOPE'), '-ERR syntax error');
  assert.equal(await error('n', '0', 'y', 'IDLETIME', '-1'), '-ERR Invalid IDLETIME value, must be >= 0');
  assert.equal(await error('n', '0', 'y', 'FREQ', '256'), '-ERR Invalid FREQ value, must be >= 0 and <= 255');
  assert.equal(await error('n', '0', 'y', 'FREQ', '1', 'IDLETIME', '1'), '-ERR syntax error');
  assert.equal(await call('DUMP', 'none'), null);
});
