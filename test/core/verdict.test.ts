import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Plan } from '../../core/plan.js';
import type { Recording } from '../../core/recording.js';
import type { Machine } from '../../core/remedies.js';
import { failedOf, judge, okOf, REASON_CODES } from '../../core/verdict.js';
import { histogramOf, latencies, planOf, recordingOf, recordings } from '../support/recordings.js';

const OPEN: Partial<Plan> = { arrivals: { kind: 'constant', ratePerSecond: 2000 } };
const CLOSED: Partial<Plan> = {};

/** 10,000 requests in 5 s with a median response near 2 ms: nothing is wrong with it. */
function judged(plan: Partial<Plan>, changes: Partial<Recording>, machine: Machine = { cores: 8 }): string[] {
  const { code, reasons } = judge(planOf(plan), recordingOf(10_000, 2000, 2_000_000, changes), machine);
  assert.equal(code, reasons[0]?.severity ?? 'VALID');
  for (const { message } of reasons) assert.match(message, /^[A-Z0-9].*\d.*\.$/s, 'a sentence with a number');
  return reasons.map((reason) => `${reason.severity} ${reason.code}`);
}

function outcomes(counts: { [code: string]: number }): Recording['outcomes'] {
  return Object.fromEntries(Object.entries(counts).map(([code, count]) => [code, { count, messages: {} }]));
}

test('a quiet run is VALID in both loops', () => {
  assert.deepEqual(judged(CLOSED, {}), []);
  assert.deepEqual(judged(OPEN, {}), []);
});

test('errors: one is SUSPECT, more than one in a hundred is INVALID', () => {
  assert.deepEqual(judged(CLOSED, { outcomes: outcomes({ ok: 9999, ERR: 1 }) }), ['SUSPECT errors']);
  assert.deepEqual(judged(CLOSED, { outcomes: outcomes({ ok: 9900, ERR: 60, timeout: 40 }) }), ['SUSPECT errors']);
  assert.deepEqual(judged(CLOSED, { outcomes: outcomes({ ok: 9899, ERR: 61, timeout: 40 }) }), ['INVALID errors']);
});

test('the message names the most frequent failure', () => {
  const { reasons } = judge(planOf(), recordingOf(10_000, 2000, 2_000_000, {
    outcomes: { ok: { count: 9990, messages: {} }, timeout: { count: 3, messages: {} }, ERR: { count: 7, messages: { '': 4, 'ERR model key is empty': 3 } } },
  }), { cores: 8 });
  assert.match(reasons[0].message, /^10 of 10,000 requests failed \(0\.10 %\), most of them with ERR: "ERR model key is empty"/);
});

test('one wrong answer is INVALID and no error', () => {
  assert.deepEqual(judged(CLOSED, { outcomes: outcomes({ ok: 9999, 'wrong-answer': 1 }) }), ['INVALID wrong-answers']);
});

test('no success is INVALID, with and without an answer', () => {
  assert.deepEqual(judged(CLOSED, { outcomes: outcomes({ timeout: 10_000 }), response: histogramOf([]) }), ['INVALID no-successes']);
  assert.deepEqual(judged(CLOSED, { outcomes: {}, done: 0, response: histogramOf([]) }), ['INVALID no-successes']);
});

test('the ending: server-lost is INVALID, interrupted is SUSPECT', () => {
  assert.deepEqual(judged(CLOSED, { ending: 'server-lost' }), ['INVALID server-lost']);
  assert.deepEqual(judged(CLOSED, { ending: 'interrupted' }), ['SUSPECT interrupted']);
});

test('deadline: time was up long before the planned requests', () => {
  const sent = (sent: number) => ({ ending: 'deadline' as const, due: sent, sent, done: sent, outcomes: outcomes({ ok: sent }), elapsedNs: sent * 5e5 });
  assert.deepEqual(judged({ ...OPEN, requests: 10_000 }, sent(9600)), [], 'luck of the schedule');
  assert.deepEqual(judged({ ...OPEN, requests: 10_000 }, sent(9599)), ['SUSPECT deadline']);
  assert.deepEqual(judged({ ...CLOSED, requests: 10_000 }, sent(5000)), ['SUSPECT deadline']);
});

test('what was given up when the user stopped the run is no error', () => {
  assert.deepEqual(judged(CLOSED, { ending: 'interrupted', outcomes: outcomes({ ok: 9950, interrupted: 50 }), connections: { opened: 50, lost: 50, reopened: 0, refused: 0 } }), ['SUSPECT interrupted']);
});

test('schedule-missed: requests that were not sent', () => {
  const notSent = (count: number) => ({ sent: 10_000 - count, done: 10_000 - count, outcomes: outcomes({ ok: 10_000 - count, 'not-sent': count }) });
  assert.deepEqual(judged(OPEN, notSent(100)), [], 'the last moment of a window');
  assert.deepEqual(judged(OPEN, notSent(101)), ['SUSPECT schedule-missed']);
  assert.deepEqual(judged(OPEN, notSent(1001)), ['INVALID schedule-missed']);
  assert.deepEqual(judged(OPEN, { ...notSent(5000), ending: 'interrupted' }), ['SUSPECT interrupted'], 'a stopped run owes nothing');
});

test('schedule-missed: the rate falls short of what was asked', () => {
  assert.deepEqual(judged(OPEN, { elapsedNs: 5.15e9 }), [], 'three standard deviations of a Poisson schedule');
  assert.deepEqual(judged(OPEN, { elapsedNs: 5.4e9 }), ['SUSPECT schedule-missed']);
  assert.deepEqual(judged(OPEN, { elapsedNs: 6e9 }), ['INVALID schedule-missed']);
  assert.deepEqual(judged(CLOSED, { elapsedNs: 60e9 }), [], 'a closed loop has no schedule');
  const slowest = { elapsedNs: 6e9, service: histogramOf([...latencies(9999, 1_800_000), 1e9]) };
  assert.deepEqual(judged(OPEN, slowest), [], 'the last request may take its time');
});

test('schedule-missed: lateness against response', () => {
  const late = (middleNs: number) => ({ lateness: histogramOf(latencies(10_000, middleNs)) });
  assert.deepEqual(judged(OPEN, late(100_000)), []);
  assert.deepEqual(judged(OPEN, late(1_000_000)), ['SUSPECT schedule-missed'], 'p99 2.6 ms late of 5 ms');
  assert.deepEqual(judged(OPEN, { lateness: histogramOf(latencies(661, 1_000_000)) }), [], 'a p99 of too few samples accuses nobody');
  assert.deepEqual(judged(OPEN, late(3_000_000)), ['INVALID schedule-missed'], 'the median is mostly lateness');
  assert.deepEqual(judged(OPEN, { ...late(3_000_000), response: histogramOf(latencies(10_000, 60_000_000)) }), [], 'little of a slow response');
  assert.deepEqual(judged(CLOSED, late(3_000_000)), []);
});

test("connections-busy takes the place of lateness: the wait is the server's", () => {
  const late = { lateness: histogramOf(latencies(10_000, 30_000_000)) };
  assert.deepEqual(judged(OPEN, { ...late, capped: 101 }), ['SUSPECT connections-busy']);
  assert.deepEqual(judged(OPEN, { capped: 100 }), []);
  assert.deepEqual(judged(OPEN, { ...late, capped: 100 }), ['INVALID schedule-missed'], 'of a few that waited the lateness counts');
});

test('connections-busy says of requests that were never sent that they are in no latency', () => {
  assert.match(messages(OPEN, { capped: 500 }), /500 of 10,000 requests \(5\.00 %\) were due while all 50 connections were busy and waited for one\. Their wait is in the response time, not in the service time\./);
  const overload = { capped: 10_000, sent: 1200, done: 1200, outcomes: outcomes({ ok: 1200, 'not-sent': 8800 }) };
  assert.match(messages(OPEN, overload), /10,000 of 10,000 requests \(100 %\) were due while .* waited for one\. The wait of those that were sent is in the response time, not in the service time; 8,800 requests were not sent at all, and are in no latency\./);
});

test('connections-missing, frames-starved, unchecked', () => {
  assert.deepEqual(judged(CLOSED, { connections: { opened: 50, lost: 9, reopened: 8, refused: 7 } }), ['SUSPECT connections-missing']);
  assert.deepEqual(judged(CLOSED, { connections: { opened: 50, lost: 9, reopened: 9, refused: 7 } }), []);
  assert.deepEqual(judged(CLOSED, { starved: 101 }), ['SUSPECT frames-starved']);
  assert.deepEqual(judged({ check: 'all' }, { checked: 9999 }), ['SUSPECT unchecked']);
  assert.deepEqual(judged({ check: 'all' }, { checked: 10_000 }), []);
  assert.deepEqual(judged({ check: 'none' }, { checked: 0 }), []);
});

test('client-saturated: a busy event loop, or one that comes round late', () => {
  const worker = (utilization: number, delayP99Ms: number) => ({ workers: [{ worker: 0, utilization: 0.1, delayP99Ms: 0, delayMaxMs: 0 }, { worker: 1, utilization, delayP99Ms, delayMaxMs: 99 }] });
  assert.deepEqual(judged(CLOSED, worker(0.9, 5)), []);
  assert.deepEqual(judged(CLOSED, worker(0.91, 0)), ['SUSPECT client-saturated']);
  assert.deepEqual(judged(OPEN, worker(0.91, 9)), ['SUSPECT client-saturated'], 'said once');
  assert.deepEqual(judged(OPEN, worker(0.5, 5.1)), ['SUSPECT client-saturated']);
  assert.deepEqual(judged({ ...OPEN, spin: true }, worker(1, 0)), [], 'spinning is busy by choice');
  assert.deepEqual(judged(OPEN, { ...worker(0.5, 5.1), service: histogramOf(latencies(10_000, 20_000_000)) }), [], 'little beside a slow service');
});

test('too-few-samples begins below what a p99 needs', () => {
  const successes = (count: number) => ({ due: count, sent: count, done: count, outcomes: outcomes({ ok: count }), response: histogramOf(latencies(count, 2_000_000)) });
  assert.deepEqual(judged(CLOSED, successes(661)), ['SUSPECT too-few-samples']);
  assert.deepEqual(judged(CLOSED, successes(662)), []);
});

test('the worst reason comes first and gives the verdict', () => {
  assert.deepEqual(judged({ ...OPEN, check: 'all' }, { ending: 'interrupted', outcomes: outcomes({ ok: 9000, 'wrong-answer': 10, ERR: 990 }), checked: 10 }), [
    'INVALID wrong-answers', 'INVALID errors', 'SUSPECT interrupted', 'SUSPECT unchecked',
  ]);
});

/** The messages of a run. */
function messages(plan: Partial<Plan>, changes: Partial<Recording>, machine: Machine = { cores: 8 }): string {
  return judge(planOf(plan), recordingOf(10_000, 2000, 2_000_000, changes), machine).reasons.map(({ message }) => message).join(' ');
}

test('the null target measures the client: that it is busy is no reservation', () => {
  const busy = { workers: [{ worker: 0, utilization: 0.99, delayP99Ms: 9, delayMaxMs: 9 }] };
  assert.deepEqual(judged({ target: 'null:' }, busy), []);
  assert.deepEqual(judged({ target: 'redisai://h?model=null' }, busy), ['SUSPECT client-saturated']);
});

test('remedies fit the plan and the machine', () => {
  const late = { lateness: histogramOf(latencies(10_000, 3_000_000)) };
  assert.match(messages({ ...OPEN, threads: 1 }, late), /--spin/);
  assert.doesNotMatch(messages({ ...OPEN, threads: 1, spin: true }, late), /--spin|--threads/);
  assert.match(messages({ ...OPEN, threads: 9 }, late), /fewer --threads/);
  const busy = { workers: [{ worker: 0, utilization: 0.99, delayP99Ms: 0, delayMaxMs: 0 }] };
  assert.match(messages({ threads: 2 }, busy), /more --threads: this machine has cores for 7/);
  assert.doesNotMatch(messages({ threads: 2 }, busy, { cores: 2 }), /--threads/);
  assert.doesNotMatch(messages(CLOSED, { starved: 200 }), /--rate/);
  assert.match(messages(OPEN, { starved: 200 }), /--rate/);
});

test('a run that was stopped in its warm-up does not accuse the target', () => {
  const none = { ending: 'interrupted' as const, due: 0, sent: 0, done: 0, outcomes: {}, response: histogramOf([]), service: histogramOf([]) };
  assert.deepEqual(judged(CLOSED, { ...none, elapsedNs: 0 }), ['INVALID no-successes', 'SUSPECT interrupted']);
  assert.match(messages(CLOSED, { ...none, elapsedNs: 0 }), /stopped during its warm-up of 1 s, before anything was measured/);
  assert.doesNotMatch(messages(CLOSED, { ...none, elapsedNs: 0 }), /Check the target|What was measured/);
  assert.match(messages(CLOSED, { ...none, sent: 50, due: 50, elapsedNs: 2e9 }), /stopped before the first answer/);
  assert.match(messages(CLOSED, { ...none, sent: 50, due: 50, ending: 'complete' }), /Check the target/);
});

test('a server that is gone is said to be gone, and the load is not blamed', () => {
  const gone = {
    sent: 6000, done: 6000, outcomes: outcomes({ ok: 5000, 'connection-lost': 1000, 'not-sent': 4000 }), capped: 5000,
    connections: { opened: 50, lost: 50, reopened: 0, refused: 300 },
  };
  assert.deepEqual(judged(OPEN, gone), ['INVALID errors', 'INVALID schedule-missed', 'SUSPECT connections-busy', 'SUSPECT connections-missing']);
  assert.match(messages(OPEN, gone), /All 50 connections were gone at the end: 50 were lost, 0 reopened, and 300 attempts refused\. The server is gone:/);
  assert.doesNotMatch(messages(OPEN, gone), /lower|raise --clients|limit of clients/);
  assert.match(messages(OPEN, { ...gone, connections: { opened: 50, lost: 50, reopened: 1, refused: 1 } }), /49 of 50 connections were missing.*limit of clients/);
});

test('one of a kind is not said in the plural', () => {
  assert.match(messages({ clients: 50 }, { connections: { opened: 50, lost: 1, reopened: 0, refused: 1 } }), /1 of 50 connections was missing at the end: 1 was lost, 0 reopened, and 1 attempt refused/);
  assert.match(messages({ clients: 1 }, { outcomes: outcomes({ timeout: 1 }), sent: 1, done: 1, response: histogramOf([]), connections: { opened: 1, lost: 0, reopened: 0, refused: 0 } }), /^The 1 request that ended did not succeed, so there is no latency/m);
});

test('too few samples are raised by what ends the run', () => {
  const few = { due: 100, sent: 100, done: 100, outcomes: outcomes({ ok: 100 }), response: histogramOf(latencies(100, 2_000_000)) };
  assert.match(messages({ requests: 100, durationMs: null }, few), /Raise --requests\.$/);
  assert.match(messages({ requests: null, durationMs: 1000 }, few), /Raise --duration\.$/);
});

test('every recording gets a verdict, and never a number that does not exist', () => {
  fc.assert(
    fc.property(recordings, fc.constantFrom(OPEN, CLOSED), (recording, plan) => {
      const { reasons } = judge(planOf(plan), recording, { cores: 2 });
      for (const { code, message } of reasons) {
        assert.ok(REASON_CODES.includes(code));
        assert.doesNotMatch(message, /NaN|Infinity|undefined|null/);
      }
      assert.ok(okOf(recording) + failedOf(recording) >= 0);
    }),
    { numRuns: 200 },
  );
});

test('stalled: seconds without an answer are SUSPECT in a closed loop, and the message counts them', () => {
  const seconds = [2000, 2000, 0, 0, 0, 2000].map((count, second) => ({ second, due: second === 1 ? count + 50 : second === 5 ? count - 50 : count, sent: count, ok: count, failed: 0, inFlight: 50, response: {}, service: {} }));
  const changes = { seconds, dueNs: 6e9, elapsedNs: 6e9 };
  assert.deepEqual(judged(CLOSED, changes), ['SUSPECT stalled']);
  assert.match(messages(CLOSED, changes), /For 3 of 6 whole seconds nothing was answered/);
});

test('server-lost says why the last attempt failed; connections that were down are not called busy only', () => {
  assert.match(messages(CLOSED, { ending: 'server-lost', lostReason: 'refused by AUTH' }), /The last attempt: refused by AUTH\. Look at/);
  assert.doesNotMatch(messages(OPEN, { capped: 500 }), /down/);
  assert.match(messages(OPEN, { capped: 500, connections: { opened: 50, lost: 9, reopened: 9, refused: 7 } }), /were busy or down and waited for one/);
});
