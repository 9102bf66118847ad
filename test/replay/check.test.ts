import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChecker } from '../../replay/check.js';

const bytesOf = (values: Float32Array | Float64Array): Uint8Array => new Uint8Array(values.buffer as ArrayBuffer);

test('float32 answers may differ in the last bits, wherever they lie in memory', () => {
  const check = createChecker('float32', 8);
  const expected = new Uint8Array(19);
  expected.set(bytesOf(new Float32Array([0.25, 0.75])), 11);
  const odd = new Uint8Array(21);
  const matches = (...values: number[]): boolean => {
    odd.set(bytesOf(new Float32Array(values)), 13);
    return check(odd.subarray(13, 13 + values.length * 4), expected, 11);
  };
  assert.ok(matches(0.25, 0.75));
  assert.ok(matches(0.250005, 0.75));
  assert.ok(!matches(0.2502, 0.75));
  assert.ok(!matches(0.25, NaN));
  assert.ok(!matches(0.25));
  assert.ok(!check(new Uint8Array(12), expected, 11), 'another size is wrong');
});

test('NaN and infinities are right where they are expected', () => {
  const check = createChecker('float64', 16);
  const expected = bytesOf(new Float64Array([NaN, Infinity]));
  assert.ok(check(bytesOf(new Float64Array([NaN, Infinity])), expected, 0));
  assert.ok(!check(bytesOf(new Float64Array([NaN, -Infinity])), expected, 0));
  assert.ok(!check(bytesOf(new Float64Array([1, Infinity])), expected, 0));
  const tight = createChecker('float64', 8);
  assert.ok(!tight(bytesOf(new Float64Array([1.00001])), bytesOf(new Float64Array([1])), 0));
});

test('integers are compared exactly', () => {
  const check = createChecker('int64', 3);
  assert.ok(check(Uint8Array.of(1, 2, 3), Uint8Array.of(0, 1, 2, 3), 1));
  assert.ok(!check(Uint8Array.of(1, 2, 4), Uint8Array.of(0, 1, 2, 3), 1));
  assert.ok(!check(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3), 0));
});
