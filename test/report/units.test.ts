import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimals, fixed, percent, perSecond, threeDigits, unitFor } from '../../report/units.js';
import { counted, grouped } from '../../core/quantity.js';

test('threeDigits', () => {
  const shown = [0, 0.0004, 0.108, 0.9994, 0.9996, 1.294, 9.994, 9.996, 12.94, 99.94, 99.96, 1290.4, 1234567].map(threeDigits);
  assert.deepEqual(shown, ['0', '0.000', '0.108', '0.999', '1.00', '1.29', '9.99', '10.0', '12.9', '99.9', '100', '1,290', '1,234,567']);
});

test('a table has one unit and one number of decimals', () => {
  assert.deepEqual([0.2, 0.999, 1, 9999, 10_000].map((ms) => unitFor(ms).name), ['µs', 'µs', 'ms', 'ms', 's']);
  assert.equal(unitFor(0.5).perMs * 0.5, 500);
  assert.equal(unitFor(20_000).perMs * 20_000, 20);
  assert.deepEqual([2, 10, 1000].map(decimals), [2, 1, 0]);
  assert.deepEqual([fixed(1290.456, 2), fixed(0.04, 1)], ['1,290.46', '0.0']);
});

test('percent says 100 only for all and 0 only for none', () => {
  assert.deepEqual([0, 0.00001, 0.0123, 0.5, 0.99999, 1, 1.0321].map(percent), ['0 %', '<0.01 %', '1.2 %', '50 %', '99.9 %', '100 %', '103.2 %']);
});

test('grouped, counted and perSecond', () => {
  assert.deepEqual([counted(1, 'row'), counted(0, 'row'), counted(1200, 'kind of row', 'kinds of row')], ['1 row', '0 rows', '1,200 kinds of row']);
  assert.deepEqual([grouped(1234567.4), perSecond(12.34), perSecond(23456.7)], ['1,234,567', '12.3/s', '23,457/s']);
});
