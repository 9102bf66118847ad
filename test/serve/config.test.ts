import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectTo, served } from '../support/resp-client.js';

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
  // Redis 6.2 does not have it: a pattern does not find it.
  assert.ok(!((await call('CONFIG', 'GET', 'maxmemory*')) as unknown[]).includes('maxmemory-clients'));
  assert.equal(await call('CONFIG', 'SET', 'maxmemory-clients', 0), 'OK');
  assert.deepEqual(await call('CONFIG', 'GET', 'maxmemory-clients'), ['maxmemory-clients', '0']);
  assert.match(String(await call('CONFIG', 'SET', 'maxmemory-clients', 'much')), /^-ERR Invalid argument/);
  const name = 'client-output-buffer-limit';
  assert.deepEqual(await call('CONFIG', 'GET', name), [name, 'normal 1073741824 67108864 60 slave 268435456 67108864 60 pubsub 33554432 8388608 60']);
  assert.equal(await call('CONFIG', 'SET', name, 'normal 2mb 1mb 5'), 'OK');
  assert.deepEqual(await call('CONFIG', 'GET', name), [name, 'normal 2097152 1048576 5 slave 268435456 67108864 60 pubsub 33554432 8388608 60']);
  for (const wrong of ['normal 0 0 0', 'normal 1mb 2mb 5', 'normal 2gb 1mb 5', 'normal 2mb 1mb', 'normal 2mb x 5', 'normal 2mb 1mb 0', 'pubsub 2mb 1mb 5', '']) {
    assert.match(String(await call('CONFIG', 'SET', name, wrong)), /^-ERR Invalid argument/, wrong);
  }
});

test('what this server cannot do is refused, what it does already is fine', async (t) => {
  const { call } = await served(t);
  assert.match(String(await call('CONFIG', 'SET', 'appendonly', 'yes')), /^-ERR Invalid argument 'yes' for CONFIG SET 'appendonly'/);
  assert.equal(await call('CONFIG', 'SET', 'appendonly', 'no'), 'OK');
  assert.match(String(await call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')), /^-ERR Invalid argument 'allkeys-lru' for CONFIG SET 'maxmemory-policy' - this server knows no other value/);
  assert.equal(await call('CONFIG', 'SET', 'save', '900 1'), "-ERR Invalid argument '900 1' for CONFIG SET 'save'");
  assert.equal(await call('CONFIG', 'SET', 'client-query-buffer-limit', '1GB'), 'OK');
  assert.equal(await call('CONFIG', 'SET', 'port', 1), '-ERR Unsupported CONFIG parameter: port');
});

test('CONFIG GET tells of all that Redis has, with the values that are so here', async (t) => {
  const { call, server } = await served(t);
  const all = await call('CONFIG', 'GET', '*') as string[];
  const settings = new Map(Array.from({ length: all.length / 2 }, (_, i) => [all[2 * i], all[2 * i + 1]]));
  for (const [name, value] of [['port', String(server.port)], ['bind', '127.0.0.1'], ['maxmemory-policy', 'noeviction'], ['protected-mode', 'no'], ['hash-max-ziplist-entries', '512'], ['save', '']]) {
    assert.equal(settings.get(name), value, name);
  }
  assert.deepEqual(await call('CONFIG', 'GET', 'MAXMEM*y'), ['maxmemory-policy', 'noeviction', 'maxmemory-eviction-tenacity', '10', 'maxmemory', '0']);
});
