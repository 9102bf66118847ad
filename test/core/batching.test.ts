import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitForEver } from '../../core/batching.js';

test('a server waits for ever where the minimum is above all rows on the way', () => {
  for (const [minimum, rows] of [[0, 1], [1, 1], [8, 8], [8, 20]]) assert.equal(waitForEver(minimum, rows), null);
  assert.equal(waitForEver(8, 1), 'The server would wait for ever: 1 row is in flight at most, and it waits for 8');
  assert.equal(waitForEver(1024, 1000), 'The server would wait for ever: 1,000 rows are in flight at most, and it waits for 1,024');
});
