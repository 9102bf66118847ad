import assert from 'node:assert/strict';
import { test } from 'node:test';
import { text } from '../../../report/formats/text.js';
import { summarize } from '../../../report/summary.js';
import { sweepText } from '../../../report/sweep-text.js';
import { RESULTS } from '../../support/results.js';
import { SWEEPS } from '../../support/sweeps.js';

test('the text is the summary, with the options handed on', () => {
  const options = { color: true, width: 70, ascii: true };
  for (const [, result] of RESULTS) assert.equal(text.render(result, options), summarize(result, options));
  for (const sweep of Object.values(SWEEPS)) assert.equal(text.renderSweep(sweep, options), sweepText(sweep.summary, options));
});
