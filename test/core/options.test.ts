import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { camel, kebab, parseOptions } from '../../core/options.js';

const table = {
  rows: { kind: 'integer', help: 'rows', min: 1, max: 100, default: 10 },
  rate: { kind: 'number', help: 'rate' },
  onBadRow: { kind: 'choice', help: 'what', choices: ['fail', 'skip'], default: 'fail' },
  deep: { kind: 'boolean', help: 'deep', default: false },
  input: { kind: 'path', help: 'file' },
} as const;

test('defaults stand where nothing was given', () => {
  assert.deepEqual(parseOptions(table, {}, 'x'), { rows: 10, rate: undefined, onBadRow: 'fail', deep: false, input: undefined });
});

test('texts and values are converted, by either spelling of the name', () => {
  const values = parseOptions(table, { rows: '7', rate: 2.5, 'on-bad-row': 'skip', deep: '', input: 'a.csv' }, 'x');
  assert.deepEqual(values, { rows: 7, rate: 2.5, onBadRow: 'skip', deep: true, input: 'a.csv' });
});

for (const [raw, words] of [
  [{ row: 1 }, /does not know the option "row"; it knows: rows, rate, on-bad-row/],
  [{ rows: 'many' }, /"many" is not a whole number/],
  [{ rows: '' }, /is not a whole number/],
  [{ rows: 1.5 }, /is not a whole number/],
  [{ rows: 0 }, /out of range; it must be at least 1 and at most 100/],
  [{ rate: 'Infinity' }, /is not a number/],
  [{ onBadRow: 'maybe' }, /not one of fail, skip/],
  [{ deep: 'perhaps' }, /not true or false/],
  [{ toString: 'x' }, /does not know the option "toString"/],
] as const) {
  test(`refuses ${JSON.stringify(raw)}`, () => {
    assert.throws(() => parseOptions(table, raw, 'place'), (error) => error instanceof InferplayError && error.code === 'USAGE' && words.test(error.message) && error.message.startsWith('place'));
  });
}

test('kebab and camel are each other\'s inverse', () => {
  for (const name of ['rows', 'onBadRow', 'rowsPerShard']) assert.equal(camel(kebab(name)), name);
});
