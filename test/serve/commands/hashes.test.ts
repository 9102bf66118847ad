import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../support/resp-client.js';

test('hashes keep fields, count them, and go when they are empty', async (t) => {
  const { call } = await served(t);
  assert.equal(await call('HSET', 'h', 'a', 1, 'b', 2), 2);
  assert.equal(await call('HSET', 'h', 'a', 3), 0);
  assert.deepEqual(await call('HGETALL', 'h'), ['a', '3', 'b', '2']);
  assert.deepEqual(await call('HMGET', 'h', 'b', 'nope'), ['2', null]);
  assert.equal(await call('HINCRBY', 'h', 'a', 4), 7);
  assert.equal(await call('OBJECT', 'ENCODING', 'h'), 'ziplist');
  assert.equal(await call('HSET', 'h', 'long', 'x'.repeat(65)), 1);
  assert.equal(await call('OBJECT', 'ENCODING', 'h'), 'hashtable');
  assert.equal(await call('HDEL', 'h', 'a', 'b', 'long'), 3);
  assert.equal(await call('TYPE', 'h'), 'none');
  assert.equal(await call('HINCRBY', 'h', 'a', 'x'), '-ERR value is not an integer or out of range');
  assert.equal(await call('EXISTS', 'h'), 0);
});
