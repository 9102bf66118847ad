import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectTo, served } from '../support/resp-client.js';

test('clients that say nothing are disconnected, those that speak are not', async (t) => {
  const { call, server } = await served(t);
  const silent = await connectTo(server.port);
  await silent.call('PING');
  assert.equal(await call('CONFIG', 'SET', 'timeout', 1), 'OK');
  let gone = false;
  silent.socket.on('close', () => (gone = true));
  while (!gone) assert.equal(await call('PING'), 'PONG');
});

test('keys whose time is up go away although nobody asks for them', async (t) => {
  const { call } = await served(t);
  for (let i = 0; i < 5000; i++) await call('SET', `k${i}`, 'v', 'PX', 1);
  await call('SET', 'stays', 'v');
  while ((await call('DBSIZE')) !== 1);
  assert.match(await call('INFO', 'stats') as string, /expired_keys:5000\r/);
});

test('CLIENT PAUSE holds commands back until it is over', async (t) => {
  const { call, server } = await served(t);
  const other = await connectTo(server.port);
  assert.equal(await call('CLIENT', 'PAUSE', 60_000, 'WRITE'), 'OK');
  assert.equal(await other.call('GET', 'k'), null);
  other.socket.write('SET k v\r\nGET k\r\n');
  assert.equal(await call('EXISTS', 'k'), 0);
  assert.equal(await call('CLIENT', 'UNPAUSE'), 'OK');
  assert.deepEqual([await other.next(), await other.next()], ['OK', 'v']);
  assert.equal(await call('CLIENT', 'PAUSE', 50), 'OK');
  assert.equal(await call('GET', 'k'), 'v');
  other.close();
});
