import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted, grouped } from '../../core/quantity.js';

test('counts are grouped by thousands and agree with their noun', () => {
  assert.equal(grouped(1234567.6), '1,234,568');
  assert.deepEqual([0, 1, 2, 12_345].map((count) => counted(count, 'answer')), ['0 answers', '1 answer', '2 answers', '12,345 answers']);
  assert.equal(counted(2, 'reply', 'replies'), '2 replies');
});
