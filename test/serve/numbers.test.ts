import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDouble, integerAt, parseFloatStrict, parseHexadecimal, parseInteger, parseLooseInteger } from '../../serve/numbers.js';

const at = (text: string): number => integerAt(Buffer.from(text), 0, text.length);

test('integers are strict: no plus, no leading zeros, no blanks', () => {
  for (const [text, value] of [['0', 0], ['7', 7], ['-12', -12], ['1234567890', 1234567890]] as const) assert.equal(at(text), value);
  for (const text of ['', '-', '+1', '00', '-0', '01', ' 1', '1 ', '1.0', '0x1', '12345678901234567890']) assert.ok(Number.isNaN(at(text)), text);
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => assert.equal(at(String(value)), value)));
});

test('64-bit integers keep every digit and stop at their limits', () => {
  assert.equal(parseInteger('9223372036854775807'), 2n ** 63n - 1n);
  assert.equal(parseInteger('-9223372036854775808'), -(2n ** 63n));
  for (const text of ['9223372036854775808', '-9223372036854775809', '1e3', '-0', '']) assert.equal(parseInteger(text), null, text);
});

test('doubles are read as strtod reads them', () => {
  const good = { '.5': 0.5, '5.': 5, '+1': 1, '1e-50': 1e-50, '0x10': 16, '0x1.8p1': 3, '0x1.00000000000000000001p0': 1, '-0x0p99999': -0, inf: Infinity, '-INFINITY': -Infinity, '-0': -0 };
  for (const [text, value] of Object.entries(good)) assert.ok(Object.is(parseFloatStrict(text), value), text);
  for (const text of ['', 'nan', '1e400', '1e-400', ' 1', '1 ', '1,5', '1_0', 'e5', '0x', '-', '1e', 'infin']) assert.ok(Number.isNaN(parseFloatStrict(text)), text);
});

test('doubles are written as %.17g and read back the same', () => {
  const written = { '0.10000000000000001': 0.1, '9.9999999999999994e+38': 1e39, '4.9406564584124654e-324': 5e-324, '-0': -0, '1.0000000000000001e-05': 1e-5, '1e+17': 1e17, '12345.678': 12345.678 };
  for (const [text, value] of Object.entries(written)) assert.equal(Number(formatDouble(value)), value, text);
  assert.equal(formatDouble(0.1), '0.10000000000000001');
  assert.equal(formatDouble(1e39), '9.9999999999999994e+38');
  assert.equal(formatDouble(1e-5), '1.0000000000000001e-05');
  assert.equal(formatDouble(0.0001), '0.0001');
  assert.equal(formatDouble(1e17), '1e+17');
  assert.equal(formatDouble(1e16), '10000000000000000');
  assert.equal(formatDouble(-28116243231179420), '-28116243231179420');
  assert.equal(formatDouble(-0), '-0');
  assert.equal(formatDouble(NaN, true), '-nan');
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => assert.ok(Object.is(Number(formatDouble(value)), value))));
});

test('options take integers that are written as floats, as long as they have no fraction and fit', () => {
  const good = { '4.0': 4, '1e3': 1000, '+7': 7, '0x10': 16, '-0.0': 0, '-5': -5, '9223372036854775807': 2 ** 63 };
  for (const [text, value] of Object.entries(good)) assert.ok(Object.is(parseLooseInteger(text), value), text);
  for (const text of ['', '1.5', 'x', 'inf', '9223372036854775808', '1e19', '1 ']) assert.ok(Number.isNaN(parseLooseInteger(text)), text);
});

test('what lies just between two numbers of seventeen digits is rounded to the even one', () => {
  for (const [value, text] of [[890883839232579.125, '890883839232579.12'], [890883839232579.375, '890883839232579.38'], [-1828617248876687.25, '-1828617248876687.2'], [1828617248876687.75, '1828617248876687.8']] as const) {
    assert.equal(formatDouble(value), text);
  }
});

test('hexadecimal numbers may be of any length', () => {
  assert.deepEqual(parseHexadecimal('-0x1.8p1'), { mantissa: -24n, exponent: -3 });
  for (const [text, value] of [['0xbd43d96c04c7718.c0p-9', 1664792865547835.5], [`0x1${'0'.repeat(100)}`, 2 ** 400], [`0x0.${'0'.repeat(100)}8`, 2 ** -401], ['0x1p-1074', 5e-324], ['-0x0', -0]] as const) {
    assert.ok(Object.is(parseFloatStrict(text), value), text);
  }
  // One bit beyond a tie decides, wherever it is.
  assert.equal(parseFloatStrict(`0x20000000000001${'0'.repeat(40)}`), 2 ** 53 * 2 ** 160);
  assert.equal(parseFloatStrict(`0x20000000000001${'0'.repeat(39)}1`), (2 ** 53 + 2) * 2 ** 160);
  for (const text of ['0x', '0x.', '0x.p1', '0x1p', '0x1p9999', '0x1p-9999', '0x1p99999999999999999999', '0x1g']) assert.ok(Number.isNaN(parseFloatStrict(text)), text);
});
