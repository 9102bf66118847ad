import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../support/resp-client.js';

test('hashes, lists and sets', async (t) => {
  const { call } = await served(t);
  assert.equal(await call('HSET', 'h', 'a', 1, 'b', 2), 2);
  assert.equal(await call('HSET', 'h', 'a', 3), 0);
  assert.equal(await call('HGET', 'h', 'a'), '3');
  assert.deepEqual(await call('HGETALL', 'h'), ['a', '3', 'b', '2']);
  assert.equal(await call('HDEL', 'h', 'a', 'b'), 2);
  assert.equal(await call('TYPE', 'h'), 'none');
  assert.equal(await call('RPUSH', 'l', 1, 2, 3), 3);
  assert.equal(await call('LPUSH', 'l', 0), 4);
  assert.deepEqual(await call('LRANGE', 'l', -3, 100), ['1', '2', '3']);
  assert.equal(await call('LPOP', 'l'), '0');
  assert.deepEqual(await call('RPOP', 'l', 2), ['3', '2']);
  assert.equal(await call('LLEN', 'l'), 1);
  assert.equal(await call('SADD', 's', 'x', 'x', 'y'), 2);
  assert.equal(await call('SCARD', 's'), 2);
  assert.ok(['x', 'y'].includes(await call('SPOP', 's') as string));
  for (const wrong of [['HGET', 'l', 'x'], ['LPUSH', 's', 1], ['SADD', 'l', 1], ['SCARD', 'l'], ['GET', 's']]) assert.match(String(await call(...wrong)), /^-WRONGTYPE/);
});
