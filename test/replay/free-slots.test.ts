import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FreeSlots } from '../../replay/free-slots.js';

test('it behaves like a plain queue', () => {
  const step = fc.oneof(fc.constant('add' as const), fc.constant('shift' as const), fc.constant('remove' as const));
  fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.array(fc.tuple(step, fc.nat()), { maxLength: 100 }), (capacity, steps) => {
    const slots = new FreeSlots(capacity);
    let model: number[] = [];
    for (const [action, random] of steps) {
      if (action === 'add') {
        const busy = Array.from({ length: capacity }, (_, slot) => slot).filter((slot) => !model.includes(slot));
        if (busy.length === 0) continue;
        slots.add(busy[random % busy.length]);
        model.push(busy[random % busy.length]);
      } else if (model.length > 0) {
        const gone = action === 'shift' ? model[0] : model[random % model.length];
        if (action === 'shift') slots.shift();
        else slots.remove(gone);
        model = model.filter((slot) => slot !== gone);
      }
      assert.equal(slots.count, model.length);
      if (model.length > 0) assert.equal(slots.first(), model[0]);
    }
  }));
});
