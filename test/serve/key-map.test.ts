import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeyMap } from '../../serve/key-map.js';

test('it holds what a Map holds', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.string({ maxLength: 3 }), fc.nat()), { maxLength: 200 }), (steps) => {
    const [ours, model] = [new KeyMap<number>(), new Map<string, number>()];
    for (const [put, key, value] of steps) {
      if (put) {
        assert.equal(ours.replace(key, value), model.get(key));
        model.set(key, value);
      } else assert.equal(ours.delete(key), model.delete(key));
      assert.equal(ours.size, model.size);
    }
    for (const [key, value] of model) assert.equal(ours.get(key), value);
    assert.deepEqual([...ours.entries()].sort(), [...model].sort());
    assert.deepEqual([...ours.keys()].sort(), [...model.keys()].sort());
  }));
});

test('keys that are there all the time are seen once, whatever else comes and goes', () => {
  const map = new KeyMap<number>();
  for (let i = 0; i < 1000; i++) map.replace(`k${i}`, i);
  const seen: string[] = [];
  let step = 0;
  for (const key of map.keys()) {
    seen.push(key);
    map.replace(`new${step}`, 0);
    map.delete(`new${step++ - 5}`);
    if (step > 20_000) break;
  }
  assert.equal(seen.filter((key) => key.startsWith('k')).length, 1000);
});
