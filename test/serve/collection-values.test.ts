import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Hash, List, Members } from '../../serve/collection-values.js';

test('a list is an array whose both ends are cheap', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.nat({ max: 5 })), { maxLength: 400 }), (steps) => {
    const [list, model] = [new List(), [] as number[]];
    let count = 0;
    for (const [push, left, length] of steps) {
      if (push) {
        count++;
        list.push(Buffer.from(`${count}${' '.repeat(length)}`), left);
        if (left) model.unshift(count);
        else model.push(count);
      } else {
        const taken = list.pop(left);
        assert.equal(taken === undefined ? undefined : Number(taken), left ? model.shift() : model.pop());
      }
    }
    assert.deepEqual([...list.values()].map(Number), model);
    assert.deepEqual([...list.copy().values()].map(Number), model);
    while (list.pop(true));
    assert.equal(list.sizeBytes, 0);
  }), { numRuns: 60 });
});

test('a hash and a set know their bytes, and that they were too large to be compact', () => {
  const hash = new Hash();
  assert.equal(hash.set('a', Buffer.from('12')), true);
  const one = hash.sizeBytes;
  assert.equal(hash.set('a', Buffer.from('1234')), false);
  assert.equal(hash.sizeBytes, one + 2);
  hash.set('long', Buffer.alloc(65));
  assert.equal(hash.compact, false);
  assert.equal(hash.delete('long'), true);
  assert.equal(hash.delete('long'), false);
  assert.equal(hash.delete('a'), true);
  assert.equal(hash.sizeBytes, 0);
  assert.equal(hash.copy().compact, false);
  const set = new Members();
  for (const member of ['1', '-20', '0']) assert.equal(set.add(member), true);
  assert.equal(set.integers, true);
  assert.equal(set.add('01'), true);
  assert.equal(set.integers, false);
  for (const member of set.copy().values()) assert.equal(set.delete(member), true);
  assert.equal(set.sizeBytes, 0);
});

test('every member can be drawn, and none that is gone', () => {
  const set = new Members();
  for (let i = 0; i < 50; i++) set.add(`m${i}`);
  for (let i = 0; i < 50; i += 2) set.delete(`m${i}`);
  const drawn = new Set(Array.from({ length: 25 }, (_, i) => set.random((i + 0.5) / 25)!));
  assert.deepEqual([...drawn].sort(), Array.from({ length: 25 }, (_, i) => `m${2 * i + 1}`).sort());
  assert.equal(new Members().random(0.5), undefined);
});

test('integers come in their order as long as there is nothing else', () => {
  const set = new Members();
  for (const member of ['30', '9007199254740993', '-5', '9007199254740992', '4']) set.add(member);
  assert.deepEqual([...set.values()], ['-5', '4', '30', '9007199254740992', '9007199254740993']);
  assert.equal(set.add('9223372036854775808'), true);
  assert.equal(set.integers, false);
});

test('taking goes on until nothing is left', () => {
  const set = new Members();
  for (let i = 0; i < 20; i++) set.add(`m${i}`);
  const taken = Array.from({ length: 20 }, (_, i) => set.take(i / 20));
  assert.equal(new Set(taken).size, 20);
  assert.equal(set.size, 0);
});
