import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recorder } from '../../replay/recorder.js';

const health = { worker: 0, utilization: 0, delayP99Ms: 0, delayMaxMs: 0 };

test('response is done - due, service done - sent, first byte first - sent, lateness sent - due', () => {
  const recorder = new Recorder();
  recorder.begin(1e9);
  recorder.sent(1e9, 1e9 + 100, 10);
  recorder.ok(1e9, 1e9 + 100, 1e9 + 250, 1e9 + 700, 3);
  recorder.sent(1e9, 1e9 + 5, 10);
  recorder.failed('ERR', 'ERR no', 1e9 + 5, 1e9 + 905, 4);
  recorder.notSent(2.5e9);
  const recording = recorder.recording('complete', 123, 0, health);
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
  assert.deepEqual(recording.seconds.map(({ due, ok, failed }) => [due, ok, failed]), [[2, 1, 1], [1, 0, 0]]);
});

test('a run that was stopped by time lasted until then, and nothing at all lasted no time', () => {
  const recorder = new Recorder();
  recorder.begin(1e9);
  assert.equal(recorder.recording('interrupted', 0, 3e9, health).elapsedNs, 2e9);
  const empty = new Recorder();
  empty.begin(5e9);
  assert.equal(empty.recording('interrupted', 0, 1e9, health).elapsedNs, 0);
});
