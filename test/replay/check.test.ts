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
    return check(odd.subarray(13, 13 + values.length * 4), expected, 11, 8);
  };
  assert.ok(matches(0.25, 0.75));
  assert.ok(matches(0.250005, 0.75));
  assert.ok(!matches(0.2502, 0.75));
  assert.ok(!matches(0.25, NaN));
  assert.ok(!matches(0.25));
  assert.ok(!check(new Uint8Array(12), expected, 11, 8), 'another size is wrong');
});

test('NaN and infinities are right where they are expected', () => {
  const check = createChecker('float64', 16);
  const expected = bytesOf(new Float64Array([NaN, Infinity]));
  assert.ok(check(bytesOf(new Float64Array([NaN, Infinity])), expected, 0, 16));
  assert.ok(!check(bytesOf(new Float64Array([NaN, -Infinity])), expected, 0, 16));
  assert.ok(!check(bytesOf(new Float64Array([1, Infinity])), expected, 0, 16));
  const tight = createChecker('float64', 8);
  assert.ok(!tight(bytesOf(new Float64Array([1.00001])), bytesOf(new Float64Array([1])), 0, 8));
});

test('integers are compared exactly', () => {
  const check = createChecker('int64', 3);
  assert.ok(check(Uint8Array.of(1, 2, 3), Uint8Array.of(0, 1, 2, 3), 1, 3));
  assert.ok(!check(Uint8Array.of(1, 2, 4), Uint8Array.of(0, 1, 2, 3), 1, 3));
  assert.ok(!check(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3), 0, 3));
});

test('one checker compares tensors of every size up to its own, small and large', () => {
  const values = Float32Array.from({ length: 700 }, (_, at) => at / 7);
  const check = createChecker('float32', values.byteLength);
  for (const count of [1, 63, 64, 65, 700]) {
    const answer = bytesOf(values.slice(0, count));
    assert.ok(check(answer, bytesOf(values), 0, answer.length), `${count}`);
    const wrong = values.slice(0, count);
    wrong[count - 1] += 1;
    assert.ok(!check(bytesOf(wrong), bytesOf(values), 0, answer.length), `${count}: the last value`);
  }
  assert.ok(!check(new Uint8Array(2804), new Uint8Array(2804), 0, 2804), 'beyond its size nothing is right');
});
