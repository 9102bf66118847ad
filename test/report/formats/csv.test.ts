import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { csv } from '../../../report/formats/csv.js';
import { RESULTS } from '../../support/results.js';
import { SWEEPS } from '../../support/sweeps.js';

const OPTIONS = { color: false, width: 100 };

function rowOf(text: string): { [column: string]: string } {
  return (parse(text, { columns: true }) as { [column: string]: string }[])[0];
}

test('one line with the numbers of the result', () => {
  assert.ok(RESULTS.some(([, { serverStatistics, recording }]) => serverStatistics !== null && recording.rows.shortRequests > 0));
  for (const [, result] of RESULTS) {
    const row = rowOf(csv.render(result, OPTIONS));
    const { recording, verdict } = result;
    assert.equal(row.verdict, verdict.code);
    assert.equal(row.ok, String(recording.requests.ok));
    assert.equal(row.response_p99_9_ms, String(recording.latency.response.percentiles['p99.9'].ms ?? ''));
    assert.deepEqual([row.tensor_batch, row.rows_ok_per_s, row.server_samples_per_run].map(Number), [result.plan.tensorBatch, recording.rows.okPerSecond, result.serverStatistics?.samplesPerRun ?? 0]);
    assert.deepEqual([row.short_requests, row.short_rows], [recording.rows.shortRequests, recording.rows.shortRows].map(String));
    const { calls = '', errors = '', runs = '' } = result.serverStatistics ?? {};
    assert.deepEqual([row.server_calls, row.server_errors, row.server_runs], [calls, errors, runs].map(String));
    assert.equal(row.reasons, verdict.reasons.map(({ code }) => code).join(' '));
  }
});

test('the columns are the same for every result, and text is quoted', () => {
  const headers = new Set(RESULTS.map(([, result]) => csv.render(result, OPTIONS).split('\n')[0]));
  assert.equal(headers.size, 1);
  const [, result] = RESULTS[0];
  const path = 'a "quoted", path\nwith a line';
  assert.equal(rowOf(csv.render({ ...result, dataset: { ...result.dataset, path } }, OPTIONS)).dataset, path);
});

test('a sweep has a line for every run that is done, with where in the grid it is, and all that a result has', () => {
  const { runs } = SWEEPS.vision;
  const rows = parse(csv.renderSweep(SWEEPS.vision, OPTIONS), { columns: true }) as { [column: string]: string }[];
  assert.equal(rows.length, 36);
  rows.forEach((row, at) => {
    const { run, result } = runs[at];
    assert.deepEqual([row.run, row.repetition, row.clients, row.tensor_batch, row.server_batch], [run.run, run.repetition, run.point.clients, run.point.tensorBatch, run.point.serverBatch].map(String));
    assert.equal(row.response_p99_ms, rowOf(csv.render(result, OPTIONS)).response_p99_ms);
  });
  const [header] = csv.renderSweep(SWEEPS.vision, OPTIONS).split('\n');
  assert.equal(new Set(header.split(',')).size, header.split(',').length, 'no column twice');
});
