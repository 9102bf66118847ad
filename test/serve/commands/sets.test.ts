import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../support/resp-client.js';

test('members are in a set once, and are drawn from all of it', async (t) => {
  const { call } = await served(t);
  const members = Array.from({ length: 200 }, (_, i) => `m${i}`);
  assert.equal(await call('SADD', 's', ...members, 'm0'), 200);
  const drawn = await call('SRANDMEMBER', 's', 200) as string[];
  assert.deepEqual(drawn.sort(), [...members].sort());
  assert.equal((await call('SRANDMEMBER', 's', -500) as string[]).length, 500);
  const popped = await call('SPOP', 's', 150) as string[];
  assert.equal(new Set(popped).size, 150);
  assert.equal(await call('SCARD', 's'), 50);
  // A draw of always the same place would be no draw: 150 of 200 in order is as good as impossible.
  assert.notDeepEqual(popped, members.slice(0, 150));
  assert.equal(await call('SRANDMEMBER', 's', '-99999999'), '-ERR value is out of range');
});
