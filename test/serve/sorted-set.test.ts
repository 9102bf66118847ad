import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SortedSet } from '../../serve/sorted-set.js';

test('entries stay in the order of score and member, through any changes', () => {
  const step = fc.record({ member: fc.nat({ max: 1500 }), score: fc.integer({ min: -3, max: 3 }), remove: fc.integer({ min: 0, max: 9 }) });
  fc.assert(fc.property(fc.array(step, { minLength: 1000, maxLength: 3000, size: 'max' }), (steps) => {
    const [set, model] = [new SortedSet(), new Map<string, number>()];
    for (const { member, score, remove } of steps) {
      const name = `m${member}`;
      if (remove === 0) assert.equal(set.delete(name), model.delete(name));
      else {
        assert.equal(set.set(name, score), !model.has(name));
        model.set(name, score);
      }
    }
    const expected = [...model].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
    assert.deepEqual([...set.values()].map(({ member, score }) => [member, score]), expected);
    assert.deepEqual([...set.range(3, 9)].map(({ member }) => member), expected.slice(3, 10).map(([member]) => member));
    expected.forEach(([member, score], rank) => assert.deepEqual([set.rank(member), set.score(member)], [rank, score]));
    for (let i = 0; set.size > 0; i++) assert.equal(set.pop(i % 2 === 0)!.member, (i % 2 === 0 ? expected.shift() : expected.pop())![0]);
    assert.equal(set.sizeBytes, 0);
    assert.equal(set.pop(true), undefined);
  }), { numRuns: 10 });
});

test('it is compact until it is large', () => {
  const set = new SortedSet();
  for (let i = 0; i < 128; i++) set.set(`m${i}`, 0);
  assert.equal(set.compact, true);
  assert.equal(set.rank('nobody'), undefined);
  set.set('one more', Infinity);
  assert.equal(set.compact, false);
  assert.equal(set.copy().size, 129);
});
