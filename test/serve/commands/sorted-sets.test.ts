import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../support/resp-client.js';

test('members are in the order of their scores', async (t) => {
  const { call } = await served(t);
  assert.equal(await call('ZADD', 'z', 3, 'c', 1, 'a', 2, 'b'), 3);
  assert.equal(await call('ZINCRBY', 'z', 5, 'a'), '6');
  assert.deepEqual(await call('ZRANGE', 'z', 0, -1, 'WITHSCORES'), ['b', '2', 'c', '3', 'a', '6']);
  assert.deepEqual(await call('ZPOPMIN', 'z'), ['b', '2']);
  assert.equal(await call('ZREVRANK', 'z', 'a'), 0);
  assert.match(String(await call('ZRANGE', 'z', 0, 1, 'BYSCORE')), /not supported/);
  assert.equal(await call('COPY', 'z', 'y'), 1);
  assert.equal(await call('ZREM', 'z', 'a', 'c'), 2);
  assert.deepEqual([await call('EXISTS', 'z'), await call('ZCARD', 'y'), await call('TYPE', 'y')], [0, 2, 'zset']);
});
