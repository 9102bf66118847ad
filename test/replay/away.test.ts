import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Away } from '../../replay/away.js';

test('a server is away since it was seen last, as soon as an attempt was refused', () => {
  const counts = { refused: 3 };
  const away = new Away(counts);
  away.seen(5e6);
  assert.equal(away.forMs(9e6), 0, 'nobody was refused since');
  counts.refused++;
  assert.deepEqual([away.forMs(9e6), away.lastSeenNs], [4, 5e6]);
  away.seen(10e6);
  assert.deepEqual([away.forMs(20e6), away.lastSeenNs], [0, 10e6]);
});
