import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Hash, List, Members } from '../../serve/collection-values.js';
import { dumped, restored } from '../../serve/saved.js';
import { SortedSet } from '../../serve/sorted-set.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';

test('every kind of value comes back as it was', () => {
  const hash = new Hash();
  hash.set('f', Buffer.from('v'));
  const list = new List();
  list.push(Buffer.from('a'), false);
  const set = new Members();
  set.add('m');
  const sortedSet = new SortedSet();
  sortedSet.set('m', 1.5);
  for (const value of [Buffer.from('text'), hash, list, set, sortedSet, new Tensor(TYPES.FLOAT, [1, 2], Buffer.alloc(8, 1))]) {
    assert.deepEqual(dumped(restored(dumped(value)) as typeof value), dumped(value));
  }
});

test('whatever is no payload, or is one with a bit turned round, is none', () => {
  const payload = dumped(Buffer.from('text'));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => assert.equal(restored(Buffer.from(bytes)), null)));
  fc.assert(fc.property(fc.nat(payload.length * 8 - 1), (bit) => {
    const damaged = Buffer.from(payload);
    damaged[bit >> 3] ^= 1 << (bit & 7);
    assert.equal(restored(damaged), null);
  }));
});
