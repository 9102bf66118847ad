import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newEntries } from '../../replay/frames.js';
import { Loop } from '../../replay/loop.js';
import type { LoopParts } from '../../replay/loop-parts.js';
import { Recorder } from '../../replay/recorder.js';
import type { Schedule } from '../../replay/schedule.js';

/** A loop on a clock that the test turns, with clients that only note what was sent. */
function setUp(given: { slots?: number; due?: number[]; share?: number; endNs?: number; frames?: () => boolean } = {}) {
  const { slots = 2, due, share = Infinity, endNs = 1e9, frames = () => true } = given;
  const time = { now: 0 };
  const sent: number[] = [];
  const events: string[] = [];
  const recorder = new Recorder();
  recorder.begin(0);
  const entries = newEntries({ frameBytes: 8, expected: null, replies: 1, entryBytes: 8, tensorBatch: 1 }, 4);
  const list = due?.slice();
  const schedule: Schedule | null = list ? { next: () => list.shift() ?? Infinity } : null;
  const parts: LoopParts = {
    clock: { now: () => time.now }, recorder, warmup: schedule, schedule, worker: 0, workers: 1, slots, share, checker: null, isChecked: () => false,
    frames: { entries, take: () => (frames() ? 0 : -1), release: () => {} },
    progress: { words: new Int32Array(new SharedArrayBuffer(8)), taken: 0, done: 1 },
    answered: (slot) => events.push(`answered ${slot}`), lost: (slot) => events.push(`lost ${slot}`), drained: () => events.push('drained'),
  };
  const loop = new Loop(parts);
  for (let slot = 0; slot < slots; slot++) loop.add(slot, { send: () => sent.push(slot), close: () => events.push(`close ${slot}`) });
  loop.start({ warmupNs: 0, startNs: 0, endNs });
  const answer = (slot: number, at: number, code = 'ok'): void => {
    time.now = at;
    loop.firstByte(slot);
    loop.done(slot, code, '', null, 5);
  };
  const recording = () => recorder.recording({ ending: 'complete', startedAtMs: 0, untilNs: 0, dueUntilNs: 0, lostReason: '' }, { worker: 0, utilization: 0, delayP99Ms: 0, delayMaxMs: 0 });
  return { loop, time, sent, events, answer, recording };
}

test('a closed loop sends again when a connection is free, and is late only by itself', () => {
  const { sent, answer, recording, events } = setUp({ share: 5 });
  assert.deepEqual(sent, [0, 1]);
  answer(1, 100);
  answer(0, 250);
  answer(1, 400);
  assert.deepEqual(sent, [0, 1, 1, 0, 1]);
  answer(0, 900);
  assert.deepEqual(events, [1, 0, 1, 0].map((slot) => `answered ${slot}`), 'one is still in flight');
  answer(1, 950);
  assert.deepEqual(events.slice(4), ['answered 1', 'drained']);
  const { response, lateness, due, done, capped } = recording();
  assert.deepEqual([response.minNs, response.maxNs, lateness.maxNs, due, done, capped], [100, 650, 0, 5, 5, 0]);
});

test('an open loop waits for the schedule, keeps order, and counts from when a request was due', () => {
  const { loop, time, sent, answer, recording } = setUp({ slots: 1, due: [100, 200, 250], share: 3 });
  assert.deepEqual(sent, []);
  time.now = 130;
  loop.wake();
  assert.equal(sent.length, 1);
  time.now = 210;
  loop.pump();
  assert.equal(sent.length, 1, 'the only connection is busy');
  answer(0, 500);
  assert.equal(sent.length, 2);
  answer(0, 600);
  answer(0, 700);
  const { response, service, lateness, capped } = recording();
  assert.equal(capped, 2);
  assert.deepEqual([response.minNs, response.maxNs, response.sumNs], [400, 450, 400 + 400 + 450]);
  assert.deepEqual([service.minNs, service.maxNs], [100, 370]);
  assert.equal(lateness.sumNs, 30 + 300 + 350);
});

test('what came due and was not sent when the window closed is counted', () => {
  const { loop, time, answer, recording, events } = setUp({ slots: 1, due: [0, 10, 20, 30, 1000], endNs: 900 });
  time.now = 900;
  loop.pump();
  loop.stop(900);
  assert.deepEqual(events, []);
  answer(0, 950);
  assert.deepEqual(events, ['answered 0', 'drained']);
  const { due, sent, outcomes, capped } = recording();
  assert.deepEqual([due, sent, outcomes['not-sent'].count, outcomes.ok.count], [4, 1, 3, 1]);
  assert.equal(capped, 3, 'the only connection was busy until then');
  const late = setUp({ slots: 1, due: [10, 20], endNs: 900 });
  late.loop.stop(900);
  assert.equal(late.recording().capped, 0, 'a connection was free: it was the worker that came late');
});

test('what is due within the error of two clocks is waited for, not forgotten', () => {
  const { loop, time, sent } = setUp({ due: [1000] });
  let reading = 980;
  Object.defineProperty(time, 'now', { get: () => reading++ });
  loop.wake();
  assert.equal(sent.length, 1);
});

test('a request without a frame waits and is counted as starved', () => {
  let ready = false;
  const { loop, time, sent, answer, recording } = setUp({ slots: 1, share: 1, frames: () => ready });
  assert.equal(sent.length, 0);
  ready = true;
  time.now = 70;
  loop.pump();
  answer(0, 100);
  const { starved, lateness } = recording();
  assert.deepEqual([starved, lateness.maxNs], [1, 70]);
});

test('all that was due while frames were missing has waited for them; what came due afterwards waited for the connection', () => {
  let ready = false;
  const { loop, time, answer, recording } = setUp({ slots: 1, share: 5, due: [10, 20, 30, 90, 400], frames: () => ready });
  time.now = 15;
  loop.pump();
  time.now = 70;
  ready = true;
  loop.pump();
  for (const at of [100, 200, 300, 350]) answer(0, at);
  time.now = 400;
  loop.pump();
  answer(0, 500);
  const { starved, capped, sent } = recording();
  assert.deepEqual({ starved, capped, sent }, { starved: 3, capped: 1, sent: 5 });
});

test('a success proves a connection, an error does not', () => {
  const { answer, events } = setUp({ share: 3 });
  answer(0, 10, 'ERR');
  answer(1, 20);
  assert.deepEqual(events, ['answered 1']);
});

test('a timeout closes the connection, a lost one ends its request, a free one only itself', () => {
  const { loop, time, events, recording } = setUp({ slots: 3, due: [0, 0], share: 2 });
  time.now = 500;
  loop.expire(400, 'timeout', 'late');
  assert.deepEqual(events, ['close 0', 'lost 0', 'close 1', 'lost 1', 'drained']);
  assert.equal(loop.up, 1);
  loop.closed(2, 'gone');
  loop.closed(2, 'gone');
  assert.equal(loop.up, 0);
  const { outcomes, done } = recording();
  assert.deepEqual([done, outcomes.timeout], [2, { count: 2, messages: { late: 2 } }]);
});
