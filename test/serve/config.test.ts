import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMemory } from '../../serve/config.js';
import { connectTo, served } from '../support/resp-client.js';

test('sizes are read as Redis reads them', () => {
  for (const [text, bytes] of [['0', 0], ['100', 100], ['1k', 1000], ['1kb', 1024], ['3MB', 3 * 1024 ** 2], ['2g', 2e9], ['1gb', 1024 ** 3], ['5b', 5]] as const) assert.equal(parseMemory(text), bytes, text);
  for (const text of ['', 'mb', '-1', '1.5mb', '1tb', '99999999999999999', '999999999999999gb']) assert.ok(Number.isNaN(parseMemory(text)), text);
});

test('what CONFIG SET changes takes effect', async (t) => {
  const { call, server } = await served(t);
  assert.equal(await call('CONFIG', 'SET', 'maxclients', 2), 'OK');
  const second = await connectTo(server.port);
  assert.equal(await second.call('PING'), 'PONG');
  const third = await connectTo(server.port);
  assert.equal(await third.next(), '-ERR max number of clients reached');
  assert.equal(await call('CONFIG', 'SET', 'requirepass', 'hüsh'), 'OK');
  second.close();
  while ((await call('CLIENT', 'LIST') as string).trim().split('\n').length > 1);
  const fourth = await connectTo(server.port);
  assert.equal(await fourth.call('PING'), '-NOAUTH Authentication required.');
  assert.equal(await fourth.call('AUTH', 'hüsh'), 'OK');
  assert.deepEqual(await fourth.call('CONFIG', 'GET', 'requirepass'), ['requirepass', '***']);
  assert.equal(await call('CONFIG', 'SET', 'slowlog-log-slower-than', 0), 'OK');
  await call('PING');
  assert.deepEqual((await call('SLOWLOG', 'GET', 1) as unknown[][])[0][3], ['PING']);
  assert.equal(await call('CONFIG', 'SET', 'slowlog-max-len', 1), 'OK');
  await call('PING');
  assert.equal(await call('SLOWLOG', 'LEN'), 1);
  fourth.close();
});

test('the limits of clients\' buffers are told and changed as Redis has them', async (t) => {
  const { call } = await served(t);
  assert.deepEqual(await call('CONFIG', 'GET', 'maxmemory-clients'), ['maxmemory-clients', '2147483648']);
  assert.equal(await call('CONFIG', 'SET', 'maxmemory-clients', 0), 'OK');
  assert.deepEqual(await call('CONFIG', 'GET', 'maxmemory-clients'), ['maxmemory-clients', '0']);
  assert.match(String(await call('CONFIG', 'SET', 'maxmemory-clients', 'much')), /^-ERR Invalid argument/);
  const name = 'client-output-buffer-limit';
  assert.deepEqual(await call('CONFIG', 'GET', name), [name, 'normal 1073741824 67108864 60 slave 0 0 0 pubsub 0 0 0']);
  assert.equal(await call('CONFIG', 'SET', name, 'normal 2mb 1mb 5'), 'OK');
  assert.deepEqual(await call('CONFIG', 'GET', name), [name, 'normal 2097152 1048576 5 slave 0 0 0 pubsub 0 0 0']);
  for (const wrong of ['normal 0 0 0', 'normal 1mb 2mb 5', 'normal 2gb 1mb 5', 'normal 2mb 1mb', 'normal 2mb x 5', 'normal 2mb 1mb 0', 'pubsub 2mb 1mb 5', '']) {
    assert.match(String(await call('CONFIG', 'SET', name, wrong)), /^-ERR Invalid argument/, wrong);
  }
});

test('what this server cannot do is refused, what it does already is fine', async (t) => {
  const { call } = await served(t);
  assert.match(String(await call('CONFIG', 'SET', 'appendonly', 'yes')), /^-ERR Invalid argument 'yes' for CONFIG SET 'appendonly'/);
  assert.equal(await call('CONFIG', 'SET', 'appendonly', 'no'), 'OK');
  assert.match(String(await call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')), /^-ERR Invalid argument/);
  assert.equal(await call('CONFIG', 'SET', 'port', 1), '-ERR Unsupported CONFIG parameter: port');
});
