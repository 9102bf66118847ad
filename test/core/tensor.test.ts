import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DTYPES, elements, tensorBytes } from '../../core/tensor.js';

test('elements and bytes follow the shape', () => {
  assert.equal(elements([]), 1);
  assert.equal(elements([2, 3, 4]), 24);
  assert.equal(elements([5, 0]), 0);
  assert.equal(tensorBytes('float32', [1, 224, 224, 3]), 602_112);
  assert.equal(tensorBytes('uint8', [30]), 30);
});

test('RedisAI has a name of its own for every type that it knows', () => {
  const names = Object.values(DTYPES).flatMap(({ redisai }) => redisai ?? []);
  assert.equal(new Set(names).size, names.length);
});
