import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLUMN_DEVIATIONS, COLUMN_MEANS, COMPONENTS, KAGGLE_ROWS, KaggleRows, POWERS_OF_TEN } from '../../generate/kaggle-rows.js';

const rows = 40_000;
const maker = new KaggleRows(3, rows);

/** Copies what the maker reuses. */
function copy(index: number): { timeS: number; label: number; amountCents: number; values: number[] } {
  const { timeS, label, amountCents, mantissas, decimals } = maker.make(index);
  return { timeS, label, amountCents, values: Array.from(mantissas, (mantissa, component) => mantissa / POWERS_OF_TEN[decimals[component]]) };
}

const all = Array.from({ length: rows }, (_, index) => copy(index));

test('a row made alone, in any order, is the row of the whole', () => {
  for (const index of [39_999, 0, 17, 17, 20_000]) assert.deepEqual(copy(index), all[index]);
});

test('time ascends over two days, quiet at night and busy by day', () => {
  const byHour = new Float64Array(24);
  for (let index = 0; index < rows; index++) {
    const { timeS } = all[index];
    assert.ok(Number.isInteger(timeS) && timeS >= 0 && timeS < 172_800);
    assert.ok(index === 0 || timeS >= all[index - 1].timeS);
    byHour[Math.floor(timeS / 3600) % 24]++;
  }
  assert.ok(all[0].timeS < 100 && all[rows - 1].timeS > 172_700);
  assert.ok(byHour[14] > 4 * byHour[4], `${byHour[14]} at 14 h, ${byHour[4]} at 4 h`);
});

test('V1 to V28 have the means and the falling deviations of the real set', () => {
  for (let component = 0; component < COMPONENTS; component++) {
    const values = all.filter(({ label }) => label === 0).map((row) => row.values[component]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const expected = COLUMN_DEVIATIONS[1 + component];
    assert.ok(Math.abs(mean) < 0.03 * expected, `V${component + 1}: mean ${mean}`);
    assert.ok(Math.abs(deviation / expected - 1) < 0.03, `V${component + 1}: deviation ${deviation}`);
  }
});

test('amounts are cents with a median of 22 and a long tail', () => {
  const amounts = all.map((row) => row.amountCents / 100).sort((a, b) => a - b);
  assert.ok(all.every((row) => Number.isInteger(row.amountCents) && row.amountCents >= 0));
  assert.ok(Math.abs(amounts[rows / 2] - 22) < 1.5, `median ${amounts[rows / 2]}`);
  const mean = amounts.reduce((sum, amount) => sum + amount, 0) / rows;
  assert.ok(Math.abs(mean / COLUMN_MEANS[29] - 1) < 0.12, `mean ${mean}`);
});

test('about 0.17 % are frauds, and they stand apart', () => {
  const big = new KaggleRows(11, KAGGLE_ROWS);
  let frauds = 0;
  let v14 = 0;
  for (let index = 0; index < KAGGLE_ROWS; index++) {
    const row = big.make(index);
    if (row.label === 1) {
      frauds++;
      v14 += row.mantissas[13] / POWERS_OF_TEN[row.decimals[13]];
    }
  }
  assert.ok(Math.abs(frauds - 492) < 6 * Math.sqrt(492), `${frauds} frauds`);
  assert.ok(v14 / frauds < -6);
});

test('other seeds make other rows', () => {
  const other = new KaggleRows(4, rows).make(0);
  assert.notDeepEqual(Array.from(other.mantissas), Array.from(maker.make(0).mantissas));
});
