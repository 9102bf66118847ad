import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarize } from '../../report/summary.js';
import { compareGolden } from '../support/golden.js';
import { RESULTS } from '../support/results.js';

const LINES_MAX = 40;

for (const [name, result] of RESULTS) {
  test(`summary of ${name}`, () => {
    compareGolden(`summary-${name}`, summarize(result, { color: false, width: 100 }));
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

test('nothing is cut off in a narrow terminal', () => {
  for (const [name, result] of RESULTS) {
    const server = { software: 'redis 7.0.15', modules: `ai 1.2.7 ${'x'.repeat(70)}`, model: 'financialNet', backend: 'ONNX', device: 'CPU', last_fact: 'the end' };
    const text = summarize({ ...result, server, dataset: { ...result.dataset, path: `data/${'deep/'.repeat(20)}fraud` } }, { color: false, width: 60 });
    assert.doesNotMatch(text, /…/, name);
    assert.deepEqual(text.split('\n').filter((line) => line.length > 60), [], name);
    const words = text.replace(/\s/g, '');
    for (const part of ['last fact the end', `ai 1.2.7 ${'x'.repeat(70)}`, `data/${'deep/'.repeat(20)}fraud`, result.plan.target]) assert.ok(words.includes(part.replace(/\s/g, '')), `${part} in ${name}`);
  }
});

test('text without end is bounded', () => {
  const [, result] = RESULTS[0];
  const lines = summarize({ ...result, server: { software: 'x'.repeat(100_000) } }, { color: false, width: 100 }).split('\n');
  assert.ok(lines.length < 50 && lines.some((line) => line.includes('the rest is in result.json')));
});

function line(text: string, label: string): string {
  return new RegExp(`^${label} +(.*(?:\n {12}\\S.*)*)`, 'm').exec(text)?.[1].replace(/\n +/g, ' ') ?? '';
}

test('what a Poisson schedule offered is always said, and luck is not taken for failure', () => {
  const [, result] = RESULTS.find(([name]) => name === 'poisson-varies')!;
  const rate = (offered: number, kind: 'poisson' | 'constant' = 'poisson') => {
    const plan = { ...result.plan, arrivals: { kind, ratePerSecond: 2000 } };
    const ratesPerSecond = { asked: 2000, offered, achieved: 1961.7, goodput: 1961.7 };
    return line(summarize({ ...result, plan, recording: { ...result.recording, ratesPerSecond } }, { color: false, width: 100 }), 'rate');
  };
  assert.equal(rate(1962), '1,962/s; 1,962/s came due of 2,000/s asked: Poisson arrivals vary');
  assert.equal(rate(2000.2), '1,962/s of 2,000/s asked (98 %)');
  assert.equal(rate(1500), '1,962/s of 2,000/s asked (98 %), 1,500/s came due', 'no luck goes so far');
  assert.equal(rate(1962, 'constant'), '1,962/s of 2,000/s asked (98 %)');
});

test('what requests carried and what the server counted is said where there is something to say', () => {
  const [, result] = RESULTS.find(([name]) => name === 'images-in-batches')!;
  const text = (changes: object, plan: object = {}) => summarize({ ...result, ...changes, plan: { ...result.plan, ...plan } }, { color: false, width: 200 });
  const withRows = (rows: object) => ({ recording: { ...result.recording, rows: { ...result.recording.rows, ...rows } } });
  assert.equal(line(text({}), 'rows'), '1,600 images/s, 8 a request; 1 short request with 5 images, where the data set ends');
  assert.equal(line(text({ ...withRows({ okPerSecond: 800, shortRequests: 0 }), dataset: { ...result.dataset, rowName: null } }), 'rows'), '1,600 rows/s, 800 rows/s of it ok, 8 a request');
  const single = text(withRows({ shortRequests: 0 }), { tensorBatch: 1 });
  assert.doesNotMatch(single, /^rows/m);
  assert.equal(line(single, 'rate'), '200/s, one image a request');
  assert.doesNotMatch(text({ dataset: { ...result.dataset, rowName: null } }, { tensorBatch: 1 }), /^rows|one row a request/m);
  assert.equal(line(text(withRows({ sentPerSecond: null, okPerSecond: null })), 'rows'), 'nothing was answered');
  const statistics = result.serverStatistics!;
  assert.equal(line(text({}), 'counted'), 'by the server since the warm-up: 2,008 calls of 8.00 rows, 502 runs of 32.0, 32.4 ms in the model a call; ±8 where the window opened');
  assert.doesNotMatch(text({ serverStatistics: { ...statistics, calls: 2000 } }), /±/);
  assert.doesNotMatch(text({ serverStatistics: { ...statistics, calls: 2900 } }), /±/, 'other clients are no edge');
  assert.equal(line(text({ serverStatistics: { ...statistics, since: 'start', runs: null, samplesPerRun: null, samplesPerCall: 1, errors: 3 } }), 'counted'), 'by the server: 2,008 calls of 1 row, 32.4 ms in the model a call, 3 errors');
  assert.equal(line(text({ serverStatistics: { ...statistics, calls: 0, runs: 0, samplesPerCall: null, samplesPerRun: null, microsecondsPerCall: null } }), 'counted'), 'by the server since the warm-up: 0 calls, 0 runs');
  assert.doesNotMatch(text({ serverStatistics: null }), /^counted/m);
});

test('one of a kind is not said in the plural', () => {
  const [, result] = RESULTS.find(([name]) => name === 'poisson-varies')!;
  const { recording } = result;
  const one = { ...result, plan: { ...result.plan, clients: 1, requests: 1, durationMs: null }, dataset: { ...result.dataset, rows: 1 }, recording: { ...recording, requests: { ...recording.requests, checked: 1 } } };
  const text = summarize(one, { color: false, width: 200 });
  for (const part of ['1 connection, 1 thread, 1 request\n', '(fraud, 1 row)', '1 answer checked', '1 connection lost, 1 reopened']) assert.ok(text.includes(part), part);
});

test('a run that could check nothing says why; one that happened to pick none does not accuse the data set', () => {
  const [, result] = RESULTS[0];
  const text = (check: 'sample' | 'none', counts: object, server: object = { model: 'myKey' }, plan: object = {}) => {
    const requests = { ...result.recording.requests, checked: 0, ...counts };
    return line(summarize({ ...result, plan: { ...result.plan, check, ...plan }, server: { ...server }, recording: { ...result.recording, requests } }, { color: false, width: 100 }), 'requests');
  };
  assert.match(text('sample', { uncheckable: 9 }), /; answers not checked: the data set has no expected answers of model myKey$/);
  assert.match(text('sample', { uncheckable: 9 }, {}), /; answers not checked: the data set has no expected answers$/);
  assert.match(text('sample', { uncheckable: 9 }, {}, { target: 'null:' }), /; answers not checked: the target null: gives none$/);
  assert.match(text('sample', { uncheckable: 0 }), /; no answers checked$/);
  assert.match(text('none', { uncheckable: 0 }), /; no answers checked$/);
});
