import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashOf, inModuleOrder, ModuleTable } from '../../serve/module-table.js';

test('keys are told in the order in which the real server told its queues', () => {
  assert.deepEqual(inModuleOrder(['CPU', 'CPU:1']), ['CPU:1', 'CPU']);
  assert.deepEqual(inModuleOrder(['CPU:1', 'CPU']), ['CPU', 'CPU:1'], 'in one place the newest comes first');
  assert.deepEqual(inModuleOrder(['q', 'w']), ['w', 'q']);
});

test('keys of every length have a hash of their own', () => {
  const keys = Array.from({ length: 300 }, (_, length) => 'k\xff'.repeat(150).slice(0, length));
  assert.equal(new Set(keys.map(hashOf)).size, keys.length);
  for (const key of keys) assert.ok(Number.isInteger(hashOf(key)) && hashOf(key) < 2 ** 32);
});

test('a table holds what was put into it, growing as it must', () => {
  const table = new ModuleTable<number>();
  const keys = Array.from({ length: 100 }, (_, i) => `key${i}`);
  keys.forEach((key, i) => table.set(key, i));
  table.set('key7', 700);
  table.delete('key8');
  table.delete('none');
  assert.deepEqual([table.get('key7'), table.get('key8'), table.get('key99')], [700, undefined, 99]);
  assert.deepEqual([...table.values()].sort((a, b) => a - b), [...keys.keys()].filter((i) => i !== 7 && i !== 8).concat(700));
  assert.deepEqual(new Map(table.entries()).get('key9'), 9);
});
