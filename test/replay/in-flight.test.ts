import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPARED, ENTRY_WORDS, LENGTH, newEntries, ROWS, START } from '../../replay/frames.js';
import { InFlight } from '../../replay/in-flight.js';
import type { LoopParts } from '../../replay/loop-parts.js';
import { Recorder } from '../../replay/recorder.js';

/** Two entries: one of 3 rows whose frame begins at its second byte and has expected answers, one of 2 rows without. */
function setUp(isChecked = true) {
  const time = { now: 100 };
  const entries = newEntries({ frameBytes: 16, expected: { dtype: 'float32', rowBytes: 4 }, replies: 1, entryBytes: 32, tensorBatch: 3 }, 2);
  const words = (entry: number, values: readonly [number, number][]): void => values.forEach(([which, value]) => (entries.words[entry * ENTRY_WORDS + which] = value));
  words(0, [[START, 2], [LENGTH, 5], [ROWS, 3], [COMPARED, 1]]);
  words(1, [[START, 0], [LENGTH, 4], [ROWS, 2], [COMPARED, 0]]);
  Buffer.from(entries.memory).write('..frame', 0);
  const recorder = new Recorder(3);
  recorder.begin(0);
  const released: number[] = [];
  const asked: [number, number][] = [];
  const parts: LoopParts = {
    clock: { now: () => time.now }, recorder, warmup: null, schedule: null, worker: 0, workers: 1, slots: 2, share: Infinity,
    checker: (answer, _from, offset, sizeBytes) => (asked.push([offset, sizeBytes]), answer[0] === 1), isChecked: () => isChecked,
    frames: { entries, take: () => 0, release: (entry) => released.push(entry) },
    progress: { words: new Int32Array(new SharedArrayBuffer(8)), taken: 0, done: 1 }, answered() {}, lost() {}, drained() {},
  };
  const sent: string[] = [];
  const client = { send: (frame: Uint8Array) => (sent.push(Buffer.from(frame).toString('latin1')), frame.length + 100), close() {} };
  const recording = () => recorder.recording({ ending: 'complete', startedAtMs: 0, untilNs: 0, dueUntilNs: 0, lostReason: '' }, { worker: 0, utilization: 0, delayP99Ms: 0, delayMaxMs: 0 });
  return { flight: new InFlight(parts), time, client, sent, released, asked, recording, parts };
}

test('a frame is sent from where it begins; rows, bytes and times are counted as it ends', () => {
  const { flight, time, client, sent, released, asked, recording, parts } = setUp();
  assert.equal(flight.send(0, client, 0, 90, 0, false), 100);
  flight.send(1, client, 1, 95, 1, false);
  assert.deepEqual([sent[0], flight.count, flight.sentNs(0)], ['frame', 2, 100]);
  time.now = 150;
  flight.firstByte(0);
  assert.equal(flight.answered(0, 'ok', '', Uint8Array.of(1), 300, 7), true);
  assert.deepEqual(asked, [[16, 12]], 'the expected answers of all its rows');
  assert.equal(flight.answered(1, 'ok', '', Uint8Array.of(1), 400, 8), true);
  const { rows, bytes, checked, uncheckable, response, firstByte } = recording();
  assert.deepEqual(rows, { sent: 5, ok: 5, shortRequests: 1, shortRows: 2 });
  assert.deepEqual(bytes, { sent: 5 + 4 + 200, received: 15 }, 'what the client says that went out');
  assert.deepEqual([checked, uncheckable, response.minNs, response.maxNs, firstByte.minNs], [1, 1, 210, 305, 50]);
  assert.deepEqual([released, flight.count, Atomics.load(parts.progress.words, 1)], [[0, 1], 0, 2]);
});

test('a wrong answer is no success, and its rows are none', () => {
  const { flight, client, recording } = setUp();
  flight.send(0, client, 0, 90, 0, false);
  assert.equal(flight.answered(0, 'ok', '', Uint8Array.of(0), 300, 7), false);
  flight.send(0, client, 1, 90, 0, false);
  assert.equal(flight.answered(0, 'ERR', 'no', null, 300, 7), false);
  flight.send(0, client, 2, 90, 0, false);
  flight.ended(0, 'timeout', 'late', 300, 0);
  const { outcomes, rows } = recording();
  assert.deepEqual(Object.keys(outcomes), ['wrong-answer', 'ERR', 'timeout']);
  assert.deepEqual([rows.sent, rows.ok], [9, 0]);
});

test('the warm-up is counted apart, unchecked', () => {
  const { flight, client, asked, recording } = setUp();
  flight.send(0, client, 0, 90, 0, true);
  flight.answered(0, 'ok', '', Uint8Array.of(0), 300, 7);
  const { warmup, sent, rows } = recording();
  assert.deepEqual([warmup, sent, rows.sent, asked], [{ done: 1, failed: 0 }, 0, 0, []]);
});
