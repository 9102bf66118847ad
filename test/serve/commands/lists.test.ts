import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../support/resp-client.js';

test('lists give and take at both ends, many at a time', async (t) => {
  const { call } = await served(t);
  const numbers = Array.from({ length: 1000 }, (_, i) => String(i));
  assert.equal(await call('RPUSH', 'l', ...numbers), 1000);
  assert.deepEqual(await call('LRANGE', 'l', 0, -1), numbers);
  assert.equal(await call('LPUSH', 'l', 'first'), 1001);
  assert.equal(await call('LINDEX', 'l', 0), 'first');
  assert.deepEqual(await call('RPOP', 'l', 2), ['999', '998']);
  assert.equal(await call('LTRIM', 'l', 1, 3), 'OK');
  assert.deepEqual(await call('LRANGE', 'l', 0, -1), ['0', '1', '2']);
  assert.equal(await call('COPY', 'l', 'm'), 1);
  assert.deepEqual(await call('LPOP', 'l', 99), ['0', '1', '2']);
  assert.equal(await call('EXISTS', 'l'), 0);
  assert.equal(await call('LLEN', 'm'), 3);
  assert.equal(await call('LPUSHX', 'l', 1), 0);
});
