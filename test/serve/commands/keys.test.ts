import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../support/resp-client.js';

test('keys are renamed, copied, counted and deleted', async (t) => {
  const { call } = await served(t);
  await call('SET', 'a', 1, 'EX', 100);
  assert.equal(await call('RENAME', 'a', 'b'), 'OK');
  assert.equal(await call('TTL', 'b'), 100);
  assert.equal(await call('RENAME', 'a', 'b'), '-ERR no such key');
  assert.equal(await call('COPY', 'b', 'c', 'DB', 1), 1);
  assert.equal(await call('COPY', 'b', 'b'), '-ERR source and destination objects are the same');
  assert.equal(await call('RENAMENX', 'b', 'c'), 1);
  assert.equal(await call('RANDOMKEY'), 'c');
  assert.equal(await call('DBSIZE'), 1);
  assert.equal(await call('OBJECT', 'ENCODING', 'c'), 'int');
  assert.equal(await call('FLUSHDB'), 'OK');
  assert.equal(await call('RANDOMKEY'), null);
  await call('SELECT', 1);
  assert.equal(await call('DEL', 'c', 'c', 'x'), 1);
});

test('KEYS and SCAN find what matches, whatever bytes are in a key', async (t) => {
  const { call } = await served(t);
  for (let i = 0; i < 100; i++) await call('SET', `key:${i}`, i);
  await call('SET', Buffer.from([255, 10, 0]), 'binary');
  await call('AI.TENSORSET', 'tensor', 'FLOAT', 1);
  assert.equal((await call('KEYS', 'key:?') as string[]).length, 10);
  assert.deepEqual(await call('KEYS', Buffer.from([255, 42])), ['\xff\n\0']);
  const seen: string[] = [];
  let cursor = '0';
  do {
    const [next, keys] = await call('SCAN', cursor, 'MATCH', 'key:*', 'COUNT', 7) as [string, string[]];
    seen.push(...keys);
    cursor = next;
  } while (cursor !== '0');
  assert.equal(new Set(seen).size, 100);
  assert.deepEqual(await call('SCAN', 0, 'COUNT', 1000, 'TYPE', 'ai_tensor'), ['0', ['tensor']]);
  assert.equal(await call('SCAN', 'x'), '-ERR invalid cursor');
  assert.equal(await call('SCAN', 0, 'COUNT', 0), '-ERR syntax error');
});
