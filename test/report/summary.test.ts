import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { summarize } from '../../report/summary.js';
import { projectRoot } from '../support/paths.js';
import { RESULTS } from '../support/results.js';

const folder = join(projectRoot, 'test', 'golden');
const LINES_MAX = 40;

/** Written anew with INFERPLAY_UPDATE_GOLDENS=1; read the difference before committing it. */
function compare(name: string, text: string): void {
  const file = join(folder, `${name}.txt`);
  if (process.env.INFERPLAY_UPDATE_GOLDENS) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `${text}\n`);
  }
  assert.equal(`${text}\n`, readFileSync(file, 'utf8'), `${name}: if this is meant, run the test with INFERPLAY_UPDATE_GOLDENS=1`);
}

for (const [name, result] of RESULTS) {
  test(`summary of ${name}`, () => {
    compare(`summary-${name}`, summarize(result, { color: false, width: 100 }));
    for (const width of [60, 80, 120]) {
      const lines = summarize(result, { color: false, width }).split('\n');
      assert.deepEqual(lines.filter((line) => line.length > width), [], `wider than ${width}`);
      assert.ok(lines.length <= LINES_MAX || width < 80, `${lines.length} lines at ${width}`);
      assert.deepEqual(lines.filter((line) => line !== line.trimEnd()), []);
    }
  });

  test(`colours and plain ASCII of ${name} say the same`, () => {
    const plain = summarize(result, { color: false, width: 100 });
    assert.equal(summarize(result, { color: true, width: 100 }).replace(/\x1b\[\d+m/g, ''), plain);
    assert.doesNotMatch(plain, /\x1b/);
    assert.match(summarize(result, { color: false, width: 100, ascii: true }), /^[\x20-\x7e\n]*$/);
  });
}

test('an unsupported percentile is marked and explained', () => {
  const [, result] = RESULTS.find(([name]) => name === 'interrupted')!;
  const text = summarize(result, { color: false, width: 100 });
  assert.match(text, /response .* ~\S+ .* ~\S+ /);
  assert.match(text, /~ too few samples to rely on: response has 500, p99 needs 662, p99\.9 needs 6,636/);
});
