import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markdown } from '../../../report/formats/markdown.js';
import { compareGolden } from '../../support/golden.js';
import { RESULTS } from '../../support/results.js';
import { SWEEPS } from '../../support/sweeps.js';

const OPTIONS = { color: false, width: 100 };

/** Cells of every line of a table, split as a reader of Markdown does. */
function tables(page: string): string[][][] {
  return page.split('\n\n').filter((part) => part.startsWith('|')).map((part) => part.split('\n').map((line) => line.slice(1, -1).split(/(?<!\\)\|/)));
}

test('a sweep and a result are pages of tables', () => {
  compareGolden('markdown-sweep', markdown.renderSweep(SWEEPS.troubled, OPTIONS));
  compareGolden('markdown-result', markdown.render(RESULTS.find(([name]) => name === 'invalid-errors-and-wrong-answers')![1], OPTIONS));
});

test('a page of an open loop has the rate that was asked for, one of a closed loop has none', () => {
  const page = (name: string): string => markdown.render(RESULTS.find(([known]) => known === name)![1], OPTIONS).split('\n')[0];
  assert.match(page('valid-open'), /: (?:constant|poisson), [\d,]+\/s asked, clients/);
  assert.match(page('valid-closed'), /: closed, clients/);
});

test('a result has rows a second, the tensor batch, short requests and what the server counted, as the summary has', () => {
  const page = markdown.render(RESULTS.find(([name]) => name === 'images-in-batches')![1], OPTIONS);
  assert.match(page, /^- rows: 1,600 images\/s, 8 a request; 1 short request with 5 images, where the data set ends$/m);
  assert.match(page, /^- counted: by the server since the warm-up: 2,008 calls of 8\.00 rows, 502 runs of 32\.0, /m);
});

test('every table has lines of one length, and a rule below its head', () => {
  for (const page of [...Object.values(SWEEPS).map((sweep) => markdown.renderSweep(sweep, OPTIONS)), ...RESULTS.map(([, result]) => markdown.render(result, OPTIONS))]) {
    assert.ok(tables(page).length > 0);
    for (const [head, rule, ...rows] of tables(page)) {
      assert.ok(rule.every((cell) => cell === ' ---: '));
      assert.ok([rule, ...rows].every((line) => line.length === head.length), page);
    }
  }
});

test('text from elsewhere is no markup', () => {
  const [, result] = RESULTS[0];
  const page = markdown.render({ ...result, dataset: { ...result.dataset, path: 'a|b\n# <img src=x> [x](y) `z`' } }, OPTIONS);
  assert.ok(page.includes('a\\|b # \\<img src=x\\> \\[x\\](y) \\`z\\`'), page);
});
