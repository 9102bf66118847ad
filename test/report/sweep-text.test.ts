import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sweepText } from '../../report/sweep-text.js';
import { compareGolden } from '../support/golden.js';
import { SWEEPS, summaryOf } from '../support/sweeps.js';

for (const [name, { summary }] of Object.entries(SWEEPS)) {
  test(`tables of ${name}`, () => {
    compareGolden(`sweep-${name}`, sweepText(summary, { color: false, width: 100 }));
    for (const width of [60, 80, 120]) {
      const lines = sweepText(summary, { color: false, width }).split('\n');
      assert.deepEqual(lines.filter((line) => line.length > width), [], `wider than ${width}`);
      assert.deepEqual(lines.filter((line) => line !== line.trimEnd()), []);
    }
  });

  test(`colours and plain ASCII of ${name} say the same`, () => {
    const plain = sweepText(summary, { color: false, width: 100 });
    // What is painted may end in blanks, which are cut off where nothing is painted.
    const unpainted = sweepText(summary, { color: true, width: 100 }).replace(/\x1b\[\d+m/g, '');
    assert.equal(unpainted.split('\n').map((line) => line.trimEnd()).join('\n'), plain);
    assert.doesNotMatch(plain, /\x1b/);
    assert.match(sweepText(summary, { color: false, width: 100, ascii: true }), /^[\x20-\x7e\n]*$/);
  });
}

test('the legend of a sweep that is not whole explains the counts that its cells show', () => {
  const axes = [{ name: 'clients', values: [1, 10, 20] }] as const;
  const text = (doneAt: (clients: number) => number) =>
    sweepText(summaryOf({ axes, repeat: 4 }, ({ point, repetition }) => (repetition <= doneAt(point.clients!) ? {} : null)), { color: false, width: 100 });
  assert.match(text((clients) => (clients === 1 ? 2 : 1)), /^"of 1", "of 2": so many runs have the figure, and not all 4$/m);
  assert.match(text((clients) => (clients === 1 ? 1 : 0)), /^"of 1": so many/m);
  assert.doesNotMatch(text(() => 4), /so many/);
});

test('columns that do not fit come below, none is lost', () => {
  const { summary } = SWEEPS['vision'];
  const numbers = (width: number) => sweepText(summary, { color: false, width }).match(/\d[\d,.]*\.\.\d[\d,.]*/g)!.sort();
  assert.deepEqual(numbers(60), numbers(200));
});
