import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantOf, millisecondsTo } from '../../serve/instant.js';
import { INT64_MAX, INT64_MIN } from '../../serve/numbers.js';

test('times are exact however far they are, and none beyond 64 bits', () => {
  assert.equal(instantOf(5n, 1000n, false), 5000);
  assert.equal(instantOf(INT64_MAX, 1n, false), INT64_MAX);
  assert.equal(instantOf(INT64_MAX / 1000n, 1000n, false), (INT64_MAX / 1000n) * 1000n);
  for (const [given, unitMs, relative] of [[INT64_MAX, 1n, true], [INT64_MAX / 1000n + 1n, 1000n, false], [INT64_MIN, 1000n, true]] as const) assert.equal(instantOf(given, unitMs, relative), null);
  assert.equal(instantOf(INT64_MIN, 1n, false), INT64_MIN);
});

test('what is past is no time away', () => {
  assert.equal(millisecondsTo(5), 0);
  const hour = millisecondsTo(instantOf(3600n, 1000n, true)!) as number;
  assert.ok(hour > 3_500_000 && hour <= 3_600_000);
  assert.equal(typeof millisecondsTo(instantOf(INT64_MAX, 1n, false)!), 'bigint');
});
