import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Database } from '../../serve/database.js';
import { takeMemory } from '../../serve/spare-memory.js';
import { ModuleValue, typeName } from '../../serve/value.js';

class Thing extends ModuleValue {
  override readonly typeName = 'THING';
  override readonly sizeBytes = 10;
  drops = 0;
  override dropped(): void {
    this.drops++;
  }
}

test('keys go away when their time is up, asked for or not', () => {
  let now = 1000;
  const database = new Database(() => now);
  for (const key of ['a', 'b', 'c']) database.set(key, Buffer.from(key));
  database.expireAt('a', 1500);
  database.expireAt('b', 1500);
  now = 1499;
  assert.ok(database.get('a'));
  now = 1500;
  assert.equal(database.get('a'), undefined);
  assert.deepEqual([...database.keys()], ['c']);
  assert.equal(database.size, 2);
  database.sweep();
  assert.equal(database.size, 1);
});

test('overwriting forgets the expiry, unless asked to keep it', () => {
  const database = new Database(() => 0);
  database.set('k', Buffer.from('1'));
  database.expireAt('k', 10);
  database.set('k', Buffer.from('2'), true);
  assert.equal(database.expiresAtMs('k'), 10);
  database.set('k', Buffer.from('3'));
  assert.equal(database.expiresAtMs('k'), undefined);
});

test('module values are told, once, that they left', () => {
  const database = new Database(() => 0);
  for (const leave of [() => database.delete('k'), () => database.set('k', Buffer.alloc(0)), () => database.clear()]) {
    const thing = new Thing();
    database.set('k', thing);
    database.set('k', thing);
    assert.equal(thing.drops, 0);
    leave();
    assert.equal(thing.drops, 1);
    database.delete('k');
  }
  const moved = new Thing();
  database.set('from', moved);
  database.set('to', database.detach('from')!.value);
  assert.equal(moved.drops, 0);
  assert.equal(typeName(moved), 'THING');
});

test('SCAN sees every key that is there all the time, once the cursor is back at 0', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 40 }), fc.boolean(), (keys, count, lose) => {
    const database = new Database(() => 0);
    for (let i = 0; i < keys; i++) database.set(`k${i}`, Buffer.alloc(0));
    const seen = new Set<string>();
    let cursor = 0;
    let steps = 0;
    do {
      const step = database.scan(cursor, count);
      for (const key of step.keys) seen.add(key);
      cursor = step.cursor;
      if (steps++ === 0) database.set('new', Buffer.alloc(0));
      // Other scans take the slot of this one's iterator.
      if (lose) for (let i = 0; i < 300; i++) database.scan(0, 1);
      assert.ok(steps < 1000);
    } while (cursor !== 0);
    for (let i = 0; i < keys; i++) assert.ok(seen.has(`k${i}`));
  }), { numRuns: 30 });
});

test('those who watch a key hear of its changes', () => {
  const database = new Database(() => 0);
  const watcher = { dirty: false };
  database.watch('k', watcher);
  database.set('other', Buffer.alloc(0));
  assert.equal(watcher.dirty, false);
  database.set('k', Buffer.alloc(0));
  assert.equal(watcher.dirty, true);
  watcher.dirty = false;
  database.unwatch('k', watcher);
  database.delete('k');
  assert.equal(watcher.dirty, false);
});

test('a scan of at least as many keys as there are is complete', () => {
  const database = new Database(() => 0);
  for (let i = 0; i < 10; i++) database.set(`k${i}`, Buffer.alloc(0));
  assert.equal(database.scan(0, 10).cursor, 0);
  assert.notEqual(database.scan(0, 9).cursor, 0);
});

test('what is looked at on the way and has expired is removed', () => {
  const now = 20;
  for (const look of [(database: Database) => database.scan(0, 10), (database: Database) => database.randomKey()]) {
    const database = new Database(() => now);
    database.set('k', Buffer.alloc(0));
    database.expireAt('k', 10);
    look(database);
    assert.equal(database.size, 0);
  }
});

test('a time that no double holds is kept exactly', () => {
  const database = new Database(() => Date.now());
  database.set('k', Buffer.alloc(0));
  database.expireAt('k', 2n ** 63n - 1n);
  assert.equal(database.expiresAt('k'), 2n ** 63n - 1n);
  assert.equal(database.expiresAtMs('k'), 2 ** 63);
  assert.ok(database.get('k'));
});

test('memory that came with a value is used again when it goes before anybody got it, however it goes', () => {
  const [database, other] = [new Database(() => 0), new Database(() => 0)];
  const used = (way: (key: string) => void): boolean => {
    const memory = Buffer.allocUnsafeSlow(33_333);
    database.give('k', new Thing(), memory);
    assert.ok(database.peek('k') instanceof Thing);
    way('k');
    database.clear();
    other.clear();
    return takeMemory(33_333) === memory;
  };
  assert.ok(used((key) => database.set(key, new Thing())));
  assert.ok(used((key) => database.delete(key)));
  assert.ok(used((key) => (database.swap(other), other.delete(key))));
  assert.ok(!used((key) => (database.get(key), database.delete(key))));
  assert.ok(!used((key) => (other.set(key, database.detach(key)!.value), other.delete(key))));
  assert.ok(!used((key) => (database.swap(other), other.get(key), other.delete(key))));
  database.give('k', new Thing(), null);
  assert.ok(database.delete('k'));
});
