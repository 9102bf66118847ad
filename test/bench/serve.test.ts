import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchServe } from '../../bench/serve.js';
import { noRedisServer, noRedisTools } from '../support/redis-server.js';

test('the benchmark of the server measures every duel', { skip: noRedisServer || noRedisTools }, async () => {
  const rows = await benchServe('smoke');
  assert.equal(rows.length, 13);
  for (const { name, value } of rows) assert.ok(value > 0, name);
  assert.equal(rows.filter(({ target }) => target !== undefined).length, 7);
});
