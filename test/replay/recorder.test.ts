import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ending } from '../../core/recording.js';
import { Recorder, type RunEnd } from '../../replay/recorder.js';

const health = { worker: 0, utilization: 0, delayP99Ms: 0, delayMaxMs: 0 };

function ended(ending: Ending, untilNs: number, dueUntilNs = untilNs): RunEnd {
  return { ending, startedAtMs: 123, untilNs, dueUntilNs, lostReason: '' };
}

test('response is done - due, service done - sent, first byte first - sent, lateness sent - due', () => {
  const recorder = new Recorder();
  recorder.begin(1e9);
  recorder.sent(1e9, 1e9 + 100, 10, 1);
  recorder.ok(1e9, 1e9 + 100, 1e9 + 250, 1e9 + 700, 3, 1);
  recorder.sent(1e9, 1e9 + 5, 10, 1);
  recorder.failed('ERR', 'ERR no', 1e9 + 5, 1e9 + 905, 4);
  recorder.notSent(2.5e9);
  const recording = recorder.recording(ended('complete', 0, 2.6e9), health);
  const only = ({ count, minNs, maxNs, sumNs }: typeof recording.response) => [count, minNs, maxNs, sumNs];
  assert.deepEqual(only(recording.response), [1, 700, 700, 700]);
  assert.deepEqual(only(recording.service), [1, 600, 600, 600]);
  assert.deepEqual(only(recording.firstByte), [1, 150, 150, 150]);
  assert.deepEqual(only(recording.lateness), [2, 5, 100, 105]);
  assert.deepEqual(only(recording.failedService), [1, 900, 900, 900]);
  assert.deepEqual(recording.outcomes, { ERR: { count: 1, messages: { 'ERR no': 1 } }, ok: { count: 1, messages: {} }, 'not-sent': { count: 1, messages: {} } });
  assert.deepEqual([recording.due, recording.sent, recording.done], [3, 2, 2]);
  assert.deepEqual(recording.bytes, { sent: 20, received: 7 });
  assert.equal(recording.elapsedNs, 905, 'until the last that ended');
  assert.equal(recording.dueNs, 1.6e9);
  assert.equal(recorder.lastDueNs, 2.5e9);
  assert.deepEqual(recording.seconds.map(({ due, ok, failed }) => [due, ok, failed]), [[2, 1, 1], [1, 0, 0]]);
});

test('a run that was stopped by time lasted until then, and nothing at all lasted no time', () => {
  const recorder = new Recorder();
  recorder.begin(1e9);
  assert.equal(recorder.recording(ended('interrupted', 3e9), health).elapsedNs, 2e9);
  const empty = new Recorder();
  empty.begin(5e9);
  assert.equal(empty.recording(ended('interrupted', 1e9), health).elapsedNs, 0);
});

test('wrong answers and what the user gave up are counted, and have no time among the failures', () => {
  const recorder = new Recorder();
  recorder.begin(1e9);
  for (const code of ['ERR', 'wrong-answer', 'interrupted', 'timeout']) {
    recorder.sent(1e9, 1e9, 1, 1);
    recorder.failed(code, '', 1e9, 2e9, 1);
  }
  const { failedService, outcomes, done } = recorder.recording(ended('interrupted', 3e9), health);
  assert.deepEqual([failedService.count, Object.keys(outcomes).length, done], [2, 4, 4]);
});

test('rows are counted as they were sent and answered; a request with fewer than the others is short', () => {
  const recorder = new Recorder(8);
  recorder.begin(0);
  for (const rows of [8, 8, 3, 8, 3]) recorder.sent(0, 0, 1, rows);
  recorder.ok(0, 0, 1, 1, 1, 8);
  recorder.ok(0, 0, 1, 1, 1, 3);
  recorder.failed('ERR', '', 0, 1, 1);
  assert.deepEqual(recorder.recording(ended('complete', 0), health).rows, { sent: 30, ok: 11, shortRequests: 2, shortRows: 6 });
});
