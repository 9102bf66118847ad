import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Batch } from '../../core/dataset.js';
import type { Column } from '../../core/manifest.js';
import { float16, numberText, valuesOf } from '../../report/values.js';

function batchOf(bytes: Uint8Array, nullRow = -1): Batch {
  return { firstRow: 0, rows: 2, ids: Float64Array.of(0, 1), bytes: () => bytes, text: () => null, isNull: (_, row) => row === nullRow };
}

test('a text is itself, and missing where it is null', () => {
  const batch: Batch = { ...batchOf(new Uint8Array(0), 1), text: (_, row) => (row === 0 ? 'a.jpg' : null) };
  const column: Column = { name: 'file', dtype: 'utf8', shape: null, nullable: true };
  assert.deepEqual([0, 1].map((row) => valuesOf(batch, column, row)), ['a.jpg', null]);
});

test('every type is read from its place in the row, at any alignment', () => {
  const cases: [Column['dtype'], { buffer: ArrayBufferLike }, number[]][] = [
    ['float32', Float32Array.of(1, 2, 3, 0.5), [3, 0.5]],
    ['float64', Float64Array.of(1, 2, 3, 1e300), [3, 1e300]],
    ['float16', Uint16Array.of(0, 0, 0x3c00, 0xc000), [1, -2]],
    ['int8', Int8Array.of(1, 2, -3, 4), [-3, 4]],
    ['int16', Int16Array.of(1, 2, -3000, 4), [-3000, 4]],
    ['int32', Int32Array.of(1, 2, -3e8, 4), [-3e8, 4]],
    ['int64', BigInt64Array.of(1n, 2n, -3n, 2n ** 52n), [-3, 2 ** 52]],
    ['uint8', Uint8Array.of(1, 2, 200, 4), [200, 4]],
    ['uint16', Uint16Array.of(1, 2, 60000, 4), [60000, 4]],
    ['uint64', BigUint64Array.of(1n, 2n, 3n, 2n ** 53n - 1n), [3, 2 ** 53 - 1]],
  ];
  for (const [dtype, { buffer }, expected] of cases) {
    const shifted = new Uint8Array(buffer.byteLength + 1).subarray(1);
    shifted.set(new Uint8Array(buffer));
    assert.deepEqual(valuesOf(batchOf(shifted), { name: 'x', dtype, shape: [2], nullable: false }, 1), expected, dtype);
    assert.equal(valuesOf(batchOf(shifted), { name: 'x', dtype, shape: null, nullable: false }, 3), expected[1], dtype);
  }
});

test('a missing value is null, for nullable columns only', () => {
  const column: Column = { name: 'label', dtype: 'uint8', shape: null, nullable: true };
  assert.equal(valuesOf(batchOf(Uint8Array.of(7, 8), 0), column, 0), null);
  assert.equal(valuesOf(batchOf(Uint8Array.of(7, 8), 0), column, 1), 8);
  assert.equal(valuesOf(batchOf(Uint8Array.of(7, 8), 0), { ...column, nullable: false }, 0), 7);
});

test('half precision: known values, order, and signs', () => {
  for (const [bits, value] of [[0x0000, 0], [0x0001, 2 ** -24], [0x03ff, 1023 * 2 ** -24], [0x0400, 2 ** -14], [0x3555, 0.333251953125], [0x7bff, 65504], [0x7c00, Infinity], [0xfc00, -Infinity]] as const) {
    assert.equal(float16(bits), value);
  }
  assert.ok(Number.isNaN(float16(0x7c01)));
  assert.ok(Object.is(float16(0x8000), -0));
  fc.assert(fc.property(fc.integer({ min: 0, max: 0x7bff }), (bits) => {
    assert.ok(float16(bits + 1) > float16(bits));
    assert.equal(float16(bits | 0x8000), -float16(bits));
  }));
});

test('a number is shown with as many digits as tell it apart, and no more', () => {
  const cases: [Column['dtype'], number, string][] = [
    ['float32', 160_944, '160944'], ['float32', Math.fround(0.1), '0.1'], ['float32', Math.fround(-1.3598071), '-1.3598071'], ['float32', 16_777_216, '16777216'],
    ['float32', NaN, 'NaN'], ['float32', -Infinity, '-Infinity'], ['float32', -0, '-0'], ['float16', 0.333251953125, '0.3333'], ['float16', 65_504, '65500'],
    ['float64', 0.1 + 0.2, '0.30000000000000004'], ['int32', -123_456_789, '-123456789'], ['uint8', 0, '0'],
  ];
  for (const [dtype, value, text] of cases) assert.equal(numberText(value, dtype), text, `${dtype} ${value}`);
  fc.assert(fc.property(fc.float({ noNaN: true }), (value) => {
    const text = numberText(value, 'float32');
    assert.ok(Object.is(Math.fround(Number(text)), value), text);
    const digits = text.replace(/e.*|[-.]/g, '').replace(/^0+|0+$/g, '').length;
    if (digits > 1 && Number.isFinite(value)) assert.notEqual(Math.fround(Number(value.toPrecision(digits - 1))), value, 'one digit less is another value');
  }));
});

test('no two float16 values have the same text', () => {
  const texts = Array.from({ length: 0x7c01 }, (_, bits) => numberText(float16(bits), 'float16'));
  assert.equal(new Set(texts).size, texts.length);
});
