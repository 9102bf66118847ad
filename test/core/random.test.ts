import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deriveSeed, fillHash32, fillUniform, hash32, uniform } from '../../core/random.js';

const whole = fc.maxSafeNat();

/** Pearson correlation of two equally long series of uniform values. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let product = 0;
  for (let index = 0; index < a.length; index++) product += (a[index] - 0.5) * (b[index] - 0.5);
  return (product / a.length) * 12;
}

/** Values of rows 0 to rows - 1, one after the other. */
function block(seed: number, firstRow: number, rows: number, columns: number): Float32Array {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) fillUniform(seed, firstRow + row, values, row * columns, columns);
  return values;
}

test('the bytes for a seed are pinned: a change would make other data sets', () => {
  assert.deepEqual([hash32(0, 0, 0), hash32(12345, 284806, 255), hash32(2 ** 53 - 1, 2 ** 53 - 1, 3)], [1661844550, 2612666531, 3035041407]);
  assert.deepEqual([uniform(0, 0), uniform(12345, 2 ** 53 - 1), deriveSeed(1, 1)], [0.3869283412269312, 0.6266758432808424, 2540313097190117]);
});

test('one value, a filled row and a filled row of words agree', () => {
  fc.assert(
    fc.property(whole, whole, fc.integer({ min: 1, max: 300 }), (seed, row, count) => {
      const values = new Float32Array(count + 2);
      const words = new Uint32Array(count + 2);
      fillUniform(seed, row, values, 1, count);
      fillHash32(seed, row, words, 1, count);
      for (let column = 0; column < count; column++) {
        const word = hash32(seed, row, column);
        assert.equal(words[column + 1], word);
        assert.equal(values[column + 1], (word >>> 8) / 2 ** 24);
      }
      assert.equal(values[0] + values[count + 1] + words[0] + words[count + 1], 0, 'nothing outside the range is touched');
    }),
  );
});

test('values are in [0, 1) for every seed and row up to 2^53', () => {
  fc.assert(
    fc.property(whole, whole, (seed, index) => {
      const value = uniform(seed, index);
      assert.ok(value >= 0 && value < 1 && Number.isInteger(value * 2 ** 53));
      const own = deriveSeed(seed, index % 100);
      assert.ok(Number.isSafeInteger(own) && own >= 0);
    }),
  );
});

test('every bit of seed, row and column matters, the upper ones too', () => {
  for (let bit = 0; bit < 53; bit++) {
    const other = 2 ** bit;
    let changedBySeed = 0;
    let changedByRow = 0;
    for (let column = 0; column < 64; column++) {
      changedBySeed += ones(hash32(5, 9, column) ^ hash32(flip(5, other), 9, column));
      changedByRow += ones(hash32(5, 9, column) ^ hash32(5, flip(9, other), column));
    }
    // 2048 bits, each changed with a chance of one half: 1024 with a deviation of 22.6. Six deviations are allowed.
    for (const changed of [changedBySeed, changedByRow]) assert.ok(Math.abs(changed - 1024) < 136, `bit ${bit}: ${changed}`);
  }
});

function flip(value: number, bit: number): number {
  return Math.floor(value / bit) % 2 === 1 ? value - bit : value + bit;
}

function ones(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}

test('values are uniform: 256 cells by chi-square, by value and by column', () => {
  for (const seed of [0, 1, 12345, 2 ** 40]) {
    const values = block(seed, 0, 4096, 256);
    const cells = new Float64Array(256);
    for (const value of values) cells[Math.floor(value * 256)]++;
    const expected = values.length / 256;
    const chi = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 255 degrees of freedom: mean 255, deviation 22.6; six deviations either way, since too even is as wrong as too uneven.
    assert.ok(chi > 120 && chi < 390, `seed ${seed}: chi-square ${chi}`);
    const columns = new Float64Array(256);
    for (let index = 0; index < values.length; index++) columns[index % 256] += values[index] - 0.5;
    for (const sum of columns) assert.ok(Math.abs(sum) < 6 * Math.sqrt(4096 / 12));
  }
});

test('neighbouring rows, columns and seeds are not correlated', () => {
  const values = block(7, 1000, 4096, 64);
  const limit = 6 / Math.sqrt(values.length);
  for (const [name, shift] of [['column', 1], ['two columns', 2], ['row', 64], ['two rows', 128], ['row and column', 65]] as const) {
    const found = correlation(values.subarray(0, values.length - shift), values.subarray(shift));
    assert.ok(Math.abs(found) < limit, `${name}: ${found}`);
  }
  for (const seed of [6, 8, 7 + 2 ** 32, 7 + 2 ** 33]) assert.ok(Math.abs(correlation(values, block(seed, 1000, 4096, 64))) < limit, `seed ${seed}`);
  assert.ok(Math.abs(correlation(values, block(7, 1000 + 2 ** 32, 4096, 64))) < limit);
  // Rows and seeds swapped would agree if the key mixed them symmetrically.
  assert.notEqual(hash32(3, 4, 0), hash32(4, 3, 0));
});

test('no two of 300,000 rows have the same values', () => {
  const seen = new Set<string>();
  const words = new Uint32Array(2);
  for (let row = 0; row < 300_000; row++) {
    fillHash32(12345, row, words, 0, 2);
    seen.add(`${words[0]},${words[1]}`);
  }
  assert.equal(seen.size, 300_000);
});

test('uniform has the moments of a uniform distribution and no serial correlation', () => {
  const values = Float64Array.from({ length: 200_000 }, (_, index) => uniform(99, index));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(Math.abs(mean - 0.5) < 6 / Math.sqrt(12 * values.length), `mean ${mean}`);
  const limit = 6 / Math.sqrt(values.length);
  assert.ok(Math.abs(correlation(values.subarray(1), values.subarray(0, -1))) < limit);
  // The lower 26 bits come from another word than the upper 27, and are as random.
  const lower = values.map((value) => (value * 2 ** 27) % 1);
  assert.ok(Math.abs(lower.reduce((sum, value) => sum + value, 0) / lower.length - 0.5) < limit);
  assert.ok(Math.abs(correlation(values, lower)) < limit);
  assert.ok(new Set(lower).size > 0.99 * lower.length);
});

test('seeds for different purposes are different', () => {
  assert.equal(new Set(Array.from({ length: 1000 }, (_, index) => deriveSeed(index % 10, Math.floor(index / 10)))).size, 1000);
});

