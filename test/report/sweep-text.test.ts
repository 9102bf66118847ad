import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sweepText } from '../../report/sweep-text.js';
import { compareGolden } from '../support/golden.js';
import { SWEEPS } from '../support/sweeps.js';

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

test('columns that do not fit come below, none is lost', () => {
  const { summary } = SWEEPS['vision'];
  const numbers = (width: number) => sweepText(summary, { color: false, width }).match(/\d[\d,.]*\.\.\d[\d,.]*/g)!.sort();
  assert.deepEqual(numbers(60), numbers(200));
});
