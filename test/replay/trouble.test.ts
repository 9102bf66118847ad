/** Replays against servers and schedules that do not do as they should: what the recording says of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentile } from '../../core/histogram.js';
import type { Progress } from '../../core/progress.js';
import { replay, type ReplayOptions } from '../../replay/replay.js';
import { at, checkBooks, OK, outcomes, record } from '../support/books.js';
import { replayData } from '../support/replay-data.js';
import { OK_DAG, startStub } from '../support/stub-server.js';

test('a server that stalls shows in the response time of an open loop; service time alone hides it', async (t) => {
  // 100 ms in every 1 s, as 1 s in every 10 s: a request that comes in the stall is answered at its end. One connection is what
  // makes the difference: those behind the stalled request wait unsent, and only the schedule knows since when.
  const began = Date.now();
  const stub = await startStub(t, () => {
    const phase = (Date.now() - began) % 1000;
    return { ...OK, afterMs: phase < 100 ? 100 - phase : 0 };
  });
  const recording = await record(replayData(t), { target: stub.url, arrivals: 'poisson', ratePerSecond: 300, durationMs: 3000, clients: 1 });
  const p = (which: 'response' | 'service'): number => percentile(recording[which], 97) / 1e6;
  assert.ok(p('response') > 40, `response p97 ${p('response')} ms`);
  assert.ok(percentile(recording.response, 99) / 1e6 > 60);
  // Only one request of the hundred-odd in each second stalls as a server sees it.
  assert.ok(p('service') < p('response') / 2, `service p97 ${p('service')} ms hides what the response p97 ${p('response')} ms shows`);
  assert.ok(recording.capped > 30, 'those that waited for the connection are counted');
});

test('a second of stall in every ten, at its true size: half a second on average for one user in ten', async (t) => {
  let began = 0;
  const stub = await startStub(t, () => {
    began ||= Date.now();
    const ms = Date.now() - began - 4000;
    return { ...OK, afterMs: ms >= 0 && ms < 1000 ? 1000 - ms : 0 };
  });
  const recording = await record(replayData(t), { target: stub.url, arrivals: 'poisson', ratePerSecond: 300, durationMs: 10_000, clients: 50 });
  const p = (which: 'response' | 'service', at: number): number => percentile(recording[which], at) / 1e6;
  assert.ok(p('response', 99) > 750 && p('response', 99) < 1100, `response p99 ${p('response', 99)} ms of an ideal 900`);
  assert.ok(p('response', 95) > 350, `response p95 ${p('response', 95)} ms of an ideal 500`);
  // Of the three hundred that came in the stall, the server saw fifty.
  assert.ok(p('service', 97) < 150, `service p97 ${p('service', 97)} ms hides it`);
  assert.ok(recording.capped > 150, `${recording.capped} waited for a connection`);
});

test('a server that stands still for seconds makes a closed loop SUSPECT', async (t) => {
  let began = 0;
  const stub = await startStub(t, () => {
    began ||= Date.now();
    const ms = Date.now() - began - 500;
    return { ...OK, afterMs: ms >= 0 && ms < 1700 ? 1700 - ms : 1 };
  });
  const { result, recording } = await replay(replayData(t), { ...at, target: stub.url, durationMs: 3000 });
  checkBooks(recording);
  const reason = result.verdict.reasons.find(({ code }) => code === 'stalled');
  assert.match(reason?.message ?? '', /^For 1 of 3 whole seconds nothing was answered/);
  assert.equal(recording.seconds[1].inFlight, 4, 'all connections wait');
});

test('a server that answers an error and hangs up is not overrun with connections', async (t) => {
  const stub = await startStub(t, () => ({ pieces: ['-ERR go away\r\n'], hangUp: true }));
  const recording = await record(replayData(t), { target: stub.url, durationMs: 1000 });
  assert.ok(recording.connections.reopened <= 4 * 10, `${recording.connections.reopened} times in a second`);
  assert.equal(recording.ending, 'complete');
});

test('a ring that is too slow for the schedule is what the requests have waited for, not the connections', async (t) => {
  const ring = 2048;
  const { recording, result } = await replay(replayData(t, 5000, 64), { ...at, target: 'null:', ratePerSecond: 80_000, durationMs: 1000, framesBytesMax: ring * 8, pick: 'random' });
  assert.ok(recording.starved > 0 && recording.starved >= recording.sent - ring, `${recording.starved} of ${recording.sent}, and ${recording.capped} of them for a connection: all but the first, which were ready before the clock`);
  assert.ok(result.verdict.reasons.some(({ code }) => code === 'frames-starved'));
});

test('successes that cannot be compared are counted', async (t) => {
  const { recording } = await replay(replayData(t), { ...at, target: 'null:', requests: 500, check: 'all' });
  assert.deepEqual([recording.checked, recording.uncheckable], [0, 500]);
  const stub = await startStub(t, () => OK);
  const whole = await record(replayData(t), { target: stub.url, requests: 100, check: 'all' });
  assert.deepEqual([whole.checked, whole.uncheckable], [100, 0]);
});

test('offered is the rate that was asked for, whichever limit ends the run', async (t) => {
  for (const limit of [{ requests: 40 }, { durationMs: 200 }]) {
    for (const threads of [1, 2]) {
      const { result } = await replay(replayData(t), { ...at, target: 'null:', arrivals: 'constant', ratePerSecond: 200, threads, ...limit });
      assert.ok(Math.abs(result.recording.ratesPerSecond.offered! - 200) < 0.01, `${result.recording.ratesPerSecond.offered}`);
    }
  }
});

test('progress has the planned total and the time that has passed, and says when it warms up', async (t) => {
  const seen = async (options: Partial<ReplayOptions>): Promise<Progress[]> => {
    const all: Progress[] = [];
    await replay(replayData(t), { ...at, target: 'null:', warmupMs: 400, ...options }, { onProgress: (progress) => all.push(progress) });
    assert.equal(all[0].note, 'warming up');
    assert.equal(all[0].elapsedMs, 0);
    assert.equal(all.at(-1)!.note, undefined);
    return all;
  };
  const totals = (all: Progress[]): number[] => [...new Set(all.map(({ total }) => total))];
  const open = await seen({ ratePerSecond: 300, durationMs: 600 });
  assert.deepEqual(totals(open), [180]);
  const closed = await seen({ durationMs: 600 });
  assert.deepEqual(totals(closed), [0], 'nobody knows');
  assert.ok(closed[0].fraction === 0 && closed.at(-1)!.fraction! > 0.2 && closed.at(-1)!.fraction! <= 1);
  const counted = await seen({ ratePerSecond: 300, requests: 150 });
  assert.deepEqual(totals(counted), [150]);
  assert.equal(counted[0].fraction, undefined);
});

test('lost connections are counted and opened again', async (t) => {
  const stub = await startStub(t, ({ number }) => (number % 10 === 5 ? { hangUp: true } : number % 10 === 7 ? { pieces: [OK_DAG.subarray(0, 9)], hangUp: true } : OK));
  const recording = await record(replayData(t), { target: stub.url, requests: 200 });
  assert.deepEqual(outcomes(recording), { 'connection-lost': 40, ok: 160 });
  assert.deepEqual([recording.connections.opened, recording.connections.lost, recording.connections.refused], [4, 40, 0]);
  assert.equal(recording.ending, 'complete');
});

test('a server that dies for good ends the run with all that was measured; one that comes back does not', async (t) => {
  const file = replayData(t);
  const options = { arrivals: 'constant', ratePerSecond: 200, durationMs: 30_000, timeoutMs: 300 } as const;
  const dying = await startStub(t, ({ number }) => {
    if (number === 60) setImmediate(() => void dying.stop());
    return OK;
  });
  const lost = await record(file, { target: dying.url, ...options });
  assert.equal(lost.ending, 'server-lost');
  assert.ok(outcomes(lost).ok >= 50 && outcomes(lost).ok < 200, `${outcomes(lost).ok} ok`);
  assert.ok(outcomes(lost)['not-sent'] > 20, 'what came due while nobody was there is counted');
  assert.ok(lost.connections.refused > 0);
  assert.ok(lost.elapsedNs < 2e9, `${lost.elapsedNs / 1e9} s: the wait for its return is not measured`);
  assert.ok(lost.dueNs > lost.elapsedNs + 4e9 && lost.due > 900, `${lost.due} came due in ${lost.dueNs / 1e9} s`);

  const back = await startStub(t, ({ number }) => {
    if (number === 60) setImmediate(() => void back.stop().then(() => startStub(t, () => OK, { port: back.port })));
    return OK;
  });
  const whole = await record(file, { target: back.url, ...options, timeoutMs: 5000, durationMs: 1000 });
  assert.equal(whole.ending, 'complete');
  assert.equal(whole.due, 200);
  assert.ok(outcomes(whole).ok >= 190, JSON.stringify(outcomes(whole)));
  assert.ok(whole.connections.reopened >= 1);
});

test('a short run whose server dies says so; one whose requests time out does not', async (t) => {
  const file = replayData(t);
  const dying = await startStub(t, ({ number }) => {
    if (number === 60) setImmediate(() => void dying.stop());
    return OK;
  });
  const lost = await record(file, { target: dying.url, arrivals: 'constant', ratePerSecond: 200, durationMs: 1000 });
  assert.equal(lost.ending, 'server-lost');
  assert.equal(lost.due, 200);
  assert.match(lost.lostReason, /Cannot connect to 127\.0\.0\.1.*ECONNREFUSED/);
  assert.ok(lost.elapsedNs >= 0.25e9 && lost.elapsedNs < 0.7e9, `${lost.elapsedNs / 1e9} s: it was there for 60 requests, 0.3 s`);
  assert.equal(lost.dueNs, 1e9, 'requests came due until the end');
  const slow = await startStub(t, () => ({ ...OK, afterMs: 50 }));
  const late = await record(file, { target: slow.url, clients: 1, timeoutMs: 5, durationMs: 500 });
  assert.equal(late.ending, 'complete');
  assert.ok(outcomes(late).timeout > 5, JSON.stringify(outcomes(late)));
});

test('time ends an open loop that cannot keep up: what is in flight is waited for, what was not sent is counted', async (t) => {
  const stub = await startStub(t, () => ({ ...OK, afterMs: 50 }));
  const recording = await record(replayData(t), { target: stub.url, arrivals: 'constant', ratePerSecond: 200, durationMs: 1000, clients: 2 });
  assert.equal(recording.due, 200);
  const { ok, 'not-sent': notSent } = outcomes(recording);
  assert.ok(ok >= 20 && ok <= 44, `${ok} of at most 42 were sent`);
  assert.equal(ok + notSent, 200);
  assert.ok(recording.capped >= ok - 4, 'all but the first waited for a connection');
  assert.equal(recording.ending, 'complete', 'the time that was asked for is what it got');
});

test('of requests and duration the first ends the run', async (t) => {
  const file = replayData(t);
  const stub = await startStub(t, () => ({ ...OK, afterMs: 5 }));
  const byTime = await record(file, { target: stub.url, requests: 1e6, durationMs: 300, threads: 2 });
  assert.equal(byTime.ending, 'deadline');
  assert.ok(byTime.done > 10 && byTime.done < 1000);
  assert.ok(byTime.elapsedNs >= 300e6);
  const byCount = await record(file, { target: stub.url, requests: 20, durationMs: 60_000 });
  assert.equal(byCount.ending, 'complete');
  assert.equal(byCount.done, 20);
  assert.ok(byCount.elapsedNs < 30e9);
});
