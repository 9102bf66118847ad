import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rates } from '../../serve/statistics.js';
import { multiplyModel, served } from '../support/resp-client.js';

test('INFO tells how often each command ran, was refused, and failed', async (t) => {
  const { call } = await served(t);
  await call('SET', 'k', 'v');
  await call('INCR', 'k');
  await call('GET');
  await call('LPUSH', 'k', 1);
  await call('NOPE');
  const text = await call('INFO', 'commandstats') as string;
  assert.match(text, /cmdstat_set:calls=1,usec=\d+,usec_per_call=[\d.]+,rejected_calls=0,failed_calls=0\r/);
  assert.match(text, /cmdstat_incr:calls=1,.*failed_calls=1\r/);
  assert.match(text, /cmdstat_get:calls=0,.*rejected_calls=1,failed_calls=0\r/);
  assert.match(await call('INFO', 'errorstats') as string, /errorstat_ERR:count=3\r\nerrorstat_WRONGTYPE:count=1\r/);
  assert.doesNotMatch(await call('INFO') as string, /cmdstat_/);
  assert.match(await call('INFO', 'all') as string, /cmdstat_/);
  assert.equal(await call('CONFIG', 'RESETSTAT'), 'OK');
  assert.doesNotMatch(await call('INFO', 'all') as string, /cmdstat_set|errorstat_/);
});

test('what a model answers is no failed call, on whichever thread it ran', async (t) => {
  const { call } = await served(t);
  await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  await call('AI.TENSORSET', 'good', 'FLOAT', 1, 2, 'VALUES', 1, 2);
  await call('AI.TENSORSET', 'bad', 'FLOAT', 2, 'VALUES', 1, 2);
  // The first runs are on a worker; once the model is known to be short, on the thread of the sockets.
  for (let i = 0; i < 60; i++) await call('AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'good', 'good', 'OUTPUTS', 1, 'y');
  for (let i = 0; i < 3; i++) assert.match(String(await call('AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'bad', 'bad', 'OUTPUTS', 1, 'y')), /^-Invalid rank/);
  await call('AI.MODELEXECUTE', 'm');
  assert.match(await call('INFO', 'commandstats') as string, /cmdstat_ai\.modelexecute:calls=64,.*failed_calls=1\r/);
  assert.match(await call('INFO', 'errorstats') as string, /errorstat_ERR:count=1\r\nerrorstat_Invalid:count=3\r/);
});

test('SLOWLOG keeps what was slow, with arguments of bounded length', async (t) => {
  const { call } = await served(t);
  await call('CONFIG', 'SET', 'slowlog-log-slower-than', 0);
  await call('SLOWLOG', 'RESET');
  await call('CLIENT', 'SETNAME', 'me');
  await call('SET', 'k', 'x'.repeat(200));
  await call('MGET', ...Array.from({ length: 40 }, (_, i) => `k${i}`));
  const [mget, set] = await call('SLOWLOG', 'GET', 2) as unknown[][];
  assert.equal((mget[3] as string[]).length, 32);
  assert.equal((mget[3] as string[])[31], '... (10 more arguments)');
  assert.equal((set[3] as string[])[2], `${'x'.repeat(128)}... (72 more bytes)`);
  assert.equal(set[5], 'me');
  assert.match(set[4] as string, /^127\.0\.0\.1:\d+$/);
  await call('CONFIG', 'SET', 'slowlog-log-slower-than', -1);
  await call('SLOWLOG', 'RESET');
  await call('PING');
  assert.equal(await call('SLOWLOG', 'LEN'), 0);
});

test('SLOWLOG shows no password', async (t) => {
  const { call } = await served(t, { requirepass: 'geheim' });
  await call('AUTH', 'default', 'geheim');
  await call('CONFIG', 'SET', 'slowlog-log-slower-than', 0);
  await call('AUTH', 'geheim');
  await call('HELLO', 3, 'SETNAME', 'me', 'AUTH', 'default', 'geheim');
  await call('CONFIG', 'SET', 'requirepass', 'geheim2');
  const shown = (await call('SLOWLOG', 'GET') as unknown[][]).map(([, , , args]) => args as string[]);
  assert.ok(!JSON.stringify(shown).includes('geheim'));
  assert.deepEqual(shown.find(([name]) => name === 'HELLO'), ['HELLO', '3', 'SETNAME', 'me', 'AUTH', '(redacted)', '(redacted)']);
});

test('rates are over the last ticks', () => {
  const rates = new Rates();
  assert.equal(rates.perSecond('commands'), 0);
  for (let i = 0; i <= 40; i++) rates.tick({ tickMs: i * 100, commands: i < 30 ? 0 : (i - 30) * 5, inputBytes: i * 10, outputBytes: 0 });
  assert.equal(rates.perSecond('inputBytes'), 100);
  assert.equal(Math.round(rates.perSecond('commands')), 33);
  rates.reset();
  assert.equal(rates.perSecond('inputBytes'), 0);
});

test('EXEC is not blamed for what the commands within it do, and counts begin again with RESETSTAT', async (t) => {
  const { call } = await served(t);
  await call('SET', 'k', 'text');
  for (const args of [['MULTI'], ['INCR', 'k'], ['EXEC'], ['EXEC'], ['PING']]) await call(...args);
  const text = await call('INFO', 'commandstats') as string;
  assert.match(text, /cmdstat_incr:calls=1,.*failed_calls=1\r/);
  assert.match(text, /cmdstat_exec:calls=2,.*failed_calls=1\r/);
  assert.doesNotMatch(text, /cmdstat_info/);
  await call('CONFIG', 'RESETSTAT');
  await call('INCR', 'k');
  assert.equal((await call('INFO', 'commandstats') as string).replace(/usec.*?,rej/g, 'rej'),
    '# Commandstats\r\ncmdstat_incr:calls=1,rejected_calls=0,failed_calls=1\r\ncmdstat_config:calls=1,rejected_calls=0,failed_calls=0\r\n');
});
