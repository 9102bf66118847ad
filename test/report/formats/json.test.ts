import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkJson } from '../../../core/check-json.js';
import { RESULT_SCHEMA } from '../../../core/result-schema.js';
import { json } from '../../../report/formats/json.js';
import { RESULTS } from '../../support/results.js';
import { SWEEPS } from '../../support/sweeps.js';

test('the JSON is the result, and of the schema', () => {
  for (const [, result] of RESULTS) {
    const parsed: unknown = JSON.parse(json.render(result, { color: true, width: 60 }));
    assert.deepEqual(parsed, result);
    assert.equal(checkJson(RESULT_SCHEMA, parsed), null);
  }
});

test('of a sweep it is the summary', () => {
  for (const sweep of Object.values(SWEEPS)) assert.deepEqual(JSON.parse(json.renderSweep(sweep, { color: true, width: 60 })), sweep.summary);
});
