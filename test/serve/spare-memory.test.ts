import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SPARE_BYTES_MAX } from '../../serve/limits.js';
import { leaveMemory, takeMemory, Unseen } from '../../serve/spare-memory.js';

test('memory that was left is used again for about as much, the last first', () => {
  const [a, b] = [takeMemory(100_000), takeMemory(100_000)];
  leaveMemory(a);
  leaveMemory(b);
  assert.notEqual(takeMemory(200_000), b);
  assert.notEqual(takeMemory(90_000), b);
  assert.equal(takeMemory(99_000), b);
  assert.equal(takeMemory(100_000), a);
  const fresh = takeMemory(100_000);
  assert.ok(fresh !== a && fresh !== b && fresh.length === 100_000);
});

test('only so much is kept, and the oldest goes first', () => {
  const count = Math.floor(SPARE_BYTES_MAX / 1_000_000);
  const all = Array.from({ length: count + 3 }, () => takeMemory(1_000_000));
  for (const each of all) leaveMemory(each);
  leaveMemory(Buffer.allocUnsafeSlow(SPARE_BYTES_MAX + 1));
  for (let i = all.length - 1; i >= 3; i--) assert.equal(takeMemory(1_000_000), all[i]);
  assert.ok(!all.includes(takeMemory(1_000_000)));
});

test('the memory of a value is left when it goes, unless it was seen', () => {
  const unseen = new Unseen();
  const [kept, seen] = [{}, {}];
  const [a, b] = [takeMemory(50_000), takeMemory(70_000)];
  unseen.add(kept, a);
  unseen.add(seen, b);
  unseen.seen(seen);
  unseen.seen(undefined);
  for (const value of [kept, seen, kept]) unseen.gone(value);
  assert.equal(takeMemory(50_000), a);
  assert.notEqual(takeMemory(50_000), a);
  assert.notEqual(takeMemory(70_000), b);
});
