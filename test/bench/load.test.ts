import { test } from 'node:test';
import assert from 'node:assert/strict';
import { benchLoad } from '../../bench/load.js';
import { noRedisServer, noRedisTools } from '../support/redis-server.js';

test('the benchmark of load runs and has its two targets', { skip: noRedisServer || noRedisTools }, async () => {
  const rows = await benchLoad('smoke');
  assert.ok(rows.every(({ value }) => Number.isFinite(value) && value >= 0));
  assert.deepEqual(rows.filter(({ target }) => target !== undefined).map(({ target }) => target), [{ atMost: 1.15 }, { atMost: 2.7 }]);
});
