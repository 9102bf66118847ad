import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { float16Bits } from '../../generate/float16.js';

/** The value of the 16 bits, by their definition. */
function valueOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

test('every number of 16 bits comes back', () => {
  for (let bits = 0; bits < 65_536; bits++) {
    const value = valueOf(bits);
    if (!Number.isNaN(value)) assert.equal(float16Bits(value), bits);
  }
  assert.ok(Number.isNaN(valueOf(float16Bits(NaN))));
});

test('what is between is rounded to the nearest, a tie to the even one', () => {
  const finite = fc.integer({ min: 0, max: 0x7bfe });
  fc.assert(fc.property(finite, fc.double({ min: 0, max: 1, noNaN: true }), (bits, share) => {
    const [low, high] = [valueOf(bits), valueOf(bits + 1)];
    const value = Math.fround(low + (high - low) * share);
    const middle = (low + high) / 2;
    const wanted = value < middle ? bits : value > middle ? bits + 1 : bits + (bits & 1);
    assert.equal(float16Bits(value), wanted);
    assert.equal(float16Bits(-value), wanted | 0x8000);
  }));
  assert.deepEqual([65_519, 65_520, 1e9, 2 ** -25, 2 ** -24 * 0.51].map(float16Bits), [0x7bff, 0x7c00, 0x7c00, 0, 1]);
});
