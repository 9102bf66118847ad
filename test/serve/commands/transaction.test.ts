import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectTo, served } from '../../support/resp-client.js';

test('commands between MULTI and EXEC happen together, with arguments of their own', async (t) => {
  const { call } = await served(t);
  assert.equal(await call('MULTI'), 'OK');
  assert.equal(await call('MULTI'), '-ERR MULTI calls can not be nested');
  assert.equal(await call('SET', 'k', 'first'), 'QUEUED');
  assert.equal(await call('GET', 'k'), 'QUEUED');
  assert.equal(await call('HSET', 'k', 'f', 1), 'QUEUED');
  const [set, got, wrong] = await call('EXEC') as string[];
  assert.deepEqual([set, got], ['OK', 'first']);
  assert.match(wrong, /^-WRONGTYPE/);
  assert.equal(await call('EXEC'), '-ERR EXEC without MULTI');
});

test('a command that cannot be queued spoils the transaction', async (t) => {
  const { call } = await served(t);
  await call('MULTI');
  assert.match(String(await call('GET')), /wrong number of arguments/);
  assert.equal(await call('SET', 'k', 1), 'QUEUED');
  assert.match(String(await call('EXEC')), /^-EXECABORT/);
  assert.equal(await call('EXISTS', 'k'), 0);
});

test('EXEC does nothing when a watched key has changed', async (t) => {
  const client = await served(t);
  const other = await connectTo(client.server.port);
  for (const [change, expected] of [[['SET', 'k', 2], null], [['SET', 'x', 2], ['PONG']], [['FLUSHALL'], null]] as const) {
    await client.call('SET', 'k', 1);
    await client.call('WATCH', 'k');
    await other.call(...change);
    await client.call('MULTI');
    await client.call('PING');
    assert.deepEqual(await client.call('EXEC'), expected, change.join(' '));
  }
  other.close();
});

test('a watched key whose time is up has changed, though nobody has looked', async (t) => {
  const { call } = await served(t);
  await call('SET', 'k', 1, 'PX', 20);
  await call('WATCH', 'k');
  await call('MULTI');
  await call('PING');
  await sleep(25);
  assert.equal(await call('EXEC'), null);
});
