import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Store } from '../../serve/store.js';

test('databases are apart, and their keys and bytes are told together', () => {
  let now = 0;
  const store = new Store(() => now);
  const [first, second] = store.databases;
  first.set('k', Buffer.alloc(10));
  assert.equal(second.get('k'), undefined);
  const { usedBytes } = store;
  assert.ok(usedBytes > 10);
  second.set('k', Buffer.alloc(10));
  assert.equal(store.usedBytes, 2 * usedBytes);
  second.expireAt('k', 1);
  now = 1;
  assert.equal(store.sweep(), 1);
  assert.equal(store.sum('expired'), 1);
  assert.equal(store.usedBytes, usedBytes);
  assert.equal(store.clear(), 1);
  assert.equal(store.usedBytes, 0);
});

test('reading counts what it finds, and getting does not', () => {
  const store = new Store();
  const [database, other] = store.databases;
  database.set('k', Buffer.alloc(0));
  for (const key of ['k', 'k', 'no']) {
    database.read(key);
    database.get(key);
  }
  other.read('k');
  assert.deepEqual([store.sum('hits'), store.sum('misses')], [2, 2]);
});
