import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMATS } from '../../../report/formats/index.js';
import { RESULTS } from '../../support/results.js';
import { SWEEPS } from '../../support/sweeps.js';

test('every format has a name of its own and a line of help', () => {
  assert.equal(new Set(FORMATS.map(({ name }) => name)).size, FORMATS.length);
  for (const { summary } of FORMATS) assert.match(summary, /^\S.*\S$/);
});

test('every format renders every kind of result, without a newline at its end', () => {
  for (const { name, render } of FORMATS) {
    for (const [kind, result] of RESULTS) {
      const text = render(result, { color: false, width: 100 });
      assert.ok(text.length > 100 && !text.endsWith('\n'), `${name} of ${kind}`);
      assert.doesNotMatch(text, /NaN|Infinity|undefined|\x1b/, `${name} of ${kind}`);
    }
  }
});

test('every format renders every kind of sweep, too', () => {
  for (const { name, renderSweep } of FORMATS) {
    for (const [kind, sweep] of Object.entries(SWEEPS)) {
      const text = renderSweep(sweep, { color: false, width: 100 });
      assert.ok(text.length > 100 && !text.endsWith('\n'), `${name} of ${kind}`);
      assert.doesNotMatch(text, /NaN|Infinity|undefined|\x1b/, `${name} of ${kind}`);
    }
  }
});
