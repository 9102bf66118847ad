import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../support/resp-client.js';

// What SORT answers is compared with a real Redis in test/conformance/redis.test.ts; here is what that one has no types for.
test('a tensor cannot be sorted, and what is sorted by other keys is told in their order', async (t) => {
  const { call } = await served(t);
  await call('AI.TENSORSET', 't', 'FLOAT', '1', 'VALUES', '1');
  assert.equal(await call('SORT', 't'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
  await call('RPUSH', 'l', 'a', 'b');
  await call('MSET', 'w_a', '2', 'w_b', '1');
  assert.deepEqual(await call('SORT', 'l', 'BY', 'w_*', 'GET', '#', 'GET', 'w_*'), ['b', '1', 'a', '2']);
});
