import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { add, formatLongDouble, parseLongDouble, type LongDouble } from '../../serve/long-double.js';

function sum(a: string, b: string): string | null {
  const result = add(parseLongDouble(a) as LongDouble, parseLongDouble(b) as LongDouble);
  return result && formatLongDouble(result);
}

test('sums are those of numbers with 64 bits of mantissa', () => {
  for (const [a, b, expected] of [
    ['0.1', '0.2', '0.3'], ['5005.5', '0.1', '5005.60000000000000009'], ['1e17', '0.3', '100000000000000000.296875'], ['0', '3.141592653589793238', '3.14159265358979324'],
    ['10.5', '-10.5', '0'], ['-1e-20', '0', '0'], ['0x10', '0x.8', '16.5'], ['3.0e3', '0', '3000'], ['9007199254740993', '0', '9007199254740993'], ['18446744073709551617', '0', '18446744073709551616'],
    ['0x1d08bc5ee0379.2a5p11', '0', '1046064571294140754.5'], ['0e99999', '1', '1'], ['0x0p99999', '1', '1'], ['1e-4950', '1', '1'],
  ]) assert.equal(sum(a, b), expected, `${a} + ${b}`);
  assert.equal(sum('1e4932', '1e4932'), null);
});

test('what is no number is refused, what is infinite is told apart', () => {
  for (const text of ['', ' 1', '1 ', 'x', 'nan', '.', '1e', '1e5000', '--1', '1e-4960', '0x1p16384', '0x1p-16447', `1${'0'.repeat(5119)}`]) assert.equal(parseLongDouble(text), null, text);
  assert.equal(parseLongDouble('inf'), Infinity);
  assert.equal(parseLongDouble('-Infinity'), -Infinity);
});

test('whole numbers up to 64 bits are exact', () => {
  fc.assert(fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (a, b) => sum(String(a), String(b)) === String(a + b)));
});
