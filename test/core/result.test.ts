import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkJson } from '../../core/check-json.js';
import { emptyRecording, type Recording } from '../../core/recording.js';
import { RESULT_SCHEMA } from '../../core/result-schema.js';
import { datasetFacts, latencyOf, makeResult } from '../../core/result.js';
import { histogramOf, latencies, planOf, recordingOf, recordings } from '../support/recordings.js';
import { CASES, DATASET, measured, PLATFORM } from '../support/results.js';

test('every recording becomes strict JSON of the schema', () => {
  fc.assert(
    fc.property(recordings, (recording) => {
      const result = makeResult(measured({}, recording));
      assert.equal(checkJson(RESULT_SCHEMA, result), null);
      assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
    }),
    { numRuns: 60 },
  );
  assert.equal(checkJson(RESULT_SCHEMA, makeResult(measured({}, emptyRecording()))), null);
});

test('percentiles come in milliseconds, with their samples and whether these suffice', () => {
  const latency = latencyOf(histogramOf(latencies(1000, 2_000_000)));
  assert.equal(latency.samples, 1000);
  assert.deepEqual(Object.keys(latency.percentiles), ['p50', 'p90', 'p95', 'p99', 'p99.9', 'max']);
  const { p50, p99, max } = latency.percentiles;
  assert.ok(p50.ms! > 1.9 && p50.ms! < 2.1);
  assert.deepEqual([p99.samples, p99.samplesNeeded, p99.supported], [1000, 662, true]);
  assert.deepEqual([latency.percentiles['p99.9'].samplesNeeded, latency.percentiles['p99.9'].supported], [6636, false]);
  assert.deepEqual([max.samplesNeeded, max.supported, max.ms], [1, true, Math.max(...latencies(1000, 2_000_000)) / 1e6]);
});

test('numbers that do not exist are null', () => {
  const { recording } = makeResult(measured({}, emptyRecording()));
  const { p50 } = recording.latency.response.percentiles;
  assert.deepEqual(p50, { ms: null, samples: 0, samplesNeeded: 11, supported: false });
  assert.deepEqual(recording.ratesPerSecond, { asked: null, offered: null, achieved: null, goodput: null });
  assert.deepEqual([recording.startedAt, recording.latency.response.minMs, recording.latency.response.meanMs, recording.cpu.microsecondsPerRequest], [null, null, null, null]);
});

test('offered is what came due over the time in which it did', () => {
  const offered = (kind: 'closed' | 'constant' | 'poisson', changes: Partial<Recording>) => {
    const arrivals = kind === 'closed' ? { kind } : { kind, ratePerSecond: 300 };
    return makeResult(measured({ arrivals }, { ...emptyRecording(), ...changes })).recording.ratesPerSecond.offered;
  };
  assert.equal(offered('poisson', { due: 567, dueNs: 2e9, elapsedNs: 2.1e9 }), 283.5, 'time ended it: the whole window');
  assert.equal(offered('constant', { due: 600, dueNs: 2e9, elapsedNs: 8e9 }), 300, 'the answers took longer');
  assert.equal(offered('constant', { due: 30, dueNs: 0.1e9, elapsedNs: 0.2e9 }), 300, 'less than a second');
  assert.equal(offered('poisson', { due: 1500, dueNs: 5e9, elapsedNs: 0.4e9, ending: 'server-lost' }), 300, 'the window ended with the server');
  assert.equal(offered('closed', { due: 1000, done: 1000, dueNs: 3.9e9, elapsedNs: 4e9 }), 250, 'as achieved');
  assert.equal(offered('poisson', {}), null);
});

test('rates: asked, offered while requests came due, achieved and good over the whole window', () => {
  const recording = recordingOf(10_000, 2000, 2_000_000, {
    elapsedNs: 8e9,
    outcomes: { ok: { count: 6000, messages: {} }, ERR: { count: 3000, messages: {} }, 'wrong-answer': { count: 1000, messages: {} } },
  });
  const result = makeResult(measured({ arrivals: { kind: 'constant', ratePerSecond: 2000 } }, recording)).recording;
  assert.deepEqual(result.ratesPerSecond, { asked: 2000, offered: 2000, achieved: 1250, goodput: 750 });
  assert.deepEqual([result.requests.ok, result.requests.failed, result.requests.wrongAnswers], [6000, 3000, 1000]);
});

test('rows are counted beside requests: their rates, how many a request carried, and which requests were short', () => {
  const recording = recordingOf(1000, 100, 2_000_000, {
    outcomes: { ok: { count: 900, messages: {} }, ERR: { count: 100, messages: {} } }, rows: { sent: 7950, ok: 7160, shortRequests: 10, shortRows: 30 },
  });
  const { rows, ratesPerSecond } = makeResult(measured({ tensorBatch: 8 }, recording)).recording;
  assert.deepEqual(rows, { sent: 7950, ok: 7160, perRequest: 7.95, shortRequests: 10, shortRows: 30, sentPerSecond: 795, okPerSecond: 716 });
  assert.deepEqual([ratesPerSecond.achieved, ratesPerSecond.goodput], [100, 90], 'requests a second');
  const nothing = makeResult(measured({}, emptyRecording())).recording.rows;
  assert.deepEqual([nothing.perRequest, nothing.sentPerSecond, nothing.okPerSecond], [null, null, null]);
});

test('no password gets into a result', () => {
  const one = measured({ target: 'redisai://user:hunter2@10.0.0.1:6379?model=m' }, recordingOf(10, 10, 1e6));
  const text = JSON.stringify(makeResult({ ...one, server: { url: 'redis://:hunter2@10.0.0.1' } }));
  assert.doesNotMatch(text, /hunter2/);
  assert.match(text, /redisai:\/\/\*\*\*@10\.0\.0\.1:6379\?model=m/);
});

test('facts of a data set, of ours and of a stranger\'s', () => {
  assert.deepEqual(datasetFacts({ path: 'p', rows: 3, manifest: null }), { path: 'p', rows: 3, rowName: null, useCase: null, sha256: null, seed: null, source: null });
});

test('a result repeats its plan and judges itself', () => {
  const result = makeResult(CASES['valid-open']);
  assert.deepEqual(result.plan, planOf({ arrivals: { kind: 'poisson', ratePerSecond: 2000 }, threads: 1 }));
  assert.deepEqual([result.platform, result.dataset, result.verdict.code, result.files], [PLATFORM, DATASET, 'VALID', {}]);
});
