import assert from 'node:assert/strict';
import { readFileSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { InferplayError } from '../../core/errors.js';
import { percentile } from '../../core/histogram.js';
import { replay } from '../../replay/replay.js';
import { at, checkBooks, OK, outcomes, record } from '../support/books.js';
import { temporaryFolder } from '../support/paths.js';
import { replayData, rowOfRequest } from '../support/replay-data.js';
import { dagAnswer, OK_DAG, startStub } from '../support/stub-server.js';

test('N requests are exactly N, every row in turn, whatever the number of threads and the kind of loop', async (t) => {
  const file = replayData(t, 30, 8);
  for (const threads of [1, 2, 3]) {
    for (const load of [{}, { arrivals: 'poisson', ratePerSecond: 3000 }, { arrivals: 'constant', ratePerSecond: 3000 }, { arrivals: 'poisson', ratePerSecond: 3000, spin: true }] as const) {
      const stub = await startStub(t, () => OK);
      const recording = await record(file, { target: stub.url, requests: 77, threads, check: 'all', ...load });
      assert.deepEqual(outcomes(recording), { ok: 77 });
      assert.equal(recording.checked, 77);
      assert.equal(recording.ending, 'complete');
      assert.equal(recording.workers.length, threads);
      const rows = stub.requests.map(({ args }) => rowOfRequest(args)).sort((a, b) => a - b);
      assert.deepEqual(rows, Array.from({ length: 77 }, (_, request) => request % 30).sort((a, b) => a - b));
      await stub.stop();
    }
  }
});

test('a request is what aibench sends', async (t) => {
  const stub = await startStub(t, () => OK);
  await record(replayData(t, 12), { target: stub.url, requests: 12, clients: 1 });
  const { args } = stub.requests[11];
  const blob = Buffer.from(new Float32Array(30).fill(11).buffer).toString('latin1');
  assert.deepEqual(
    args.map((arg) => arg.toString('latin1')),
    ['AI.DAGRUN', '|>', 'AI.TENSORSET', 'transactionTensor:{11}', 'FLOAT', '1', '30', 'BLOB', blob, '|>', 'AI.MODELRUN', 'financialNet', 'INPUTS', 'transactionTensor:{11}', 'OUTPUTS', 'classificationTensor:{11}', '|>', 'AI.TENSORGET', 'classificationTensor:{11}', 'BLOB'],
  );
});

test('wrong answers are an outcome of their own and no success', async (t) => {
  const file = replayData(t);
  const stub = await startStub(t, ({ number }) => (number % 4 === 0 ? { pieces: [dagAnswer(0.9, 0.1)] } : number % 4 === 1 ? { pieces: [dagAnswer(0.25)] } : { pieces: [dagAnswer(0.250001, 0.75)] }));
  const recording = await record(file, { target: stub.url, requests: 100, check: 'all' });
  assert.deepEqual(outcomes(recording), { ok: 50, 'wrong-answer': 50 });
  const unchecked = await record(file, { target: stub.url, requests: 100, check: 'none' });
  assert.deepEqual([outcomes(unchecked), unchecked.checked], [{ ok: 100 }, 0]);
});

test('errors, nested and plain, NA and TIMEDOUT are outcomes with messages', async (t) => {
  const answers = ['-ERR model key is empty\r\n', '-OOM command not allowed\r\n', '*3\r\n+OK\r\n-ERR shape\r\n+NA\r\n', '*3\r\n+OK\r\n+NA\r\n+NA\r\n', '+TIMEDOUT\r\n', '*1\r\n+OK\r\n', '$-1\r\n', ':5\r\n', OK_DAG];
  const stub = await startStub(t, ({ number }) => ({ pieces: [answers[number % answers.length]] }));
  const recording = await record(replayData(t), { target: stub.url, requests: 90 });
  assert.deepEqual(outcomes(recording), { ERR: 20, NA: 10, OOM: 10, TIMEDOUT: 10, 'malformed-reply': 30, ok: 10 });
  assert.deepEqual(recording.outcomes.ERR.messages, { 'ERR model key is empty': 10, 'ERR shape': 10 });
  assert.equal(recording.connections.lost, 0, 'an error reply does not cost the connection');
});

test('replies in halves, in single bytes and of many megabytes are read whole', async (t) => {
  const bytes = [...OK_DAG].map((byte) => Buffer.from([byte]));
  const big = Buffer.concat([Buffer.from(`$${3e6}\r\n`), Buffer.alloc(3e6, 7), Buffer.from('\r\n')]);
  const stub = await startStub(t, ({ number }) => {
    if (number % 3 === 0) return { pieces: bytes, pauseMs: 0.1 };
    if (number % 3 === 1) return { pieces: [OK_DAG.subarray(0, 7), OK_DAG.subarray(7)], pauseMs: 5 };
    return { pieces: [big] };
  });
  const recording = await record(replayData(t), { target: stub.url, requests: 30, check: 'none' });
  assert.deepEqual(outcomes(recording), { ok: 30 });
  assert.equal(recording.bytes.received, 20 * OK_DAG.length + 10 * big.length);
});

test('a late reply is never taken for the next request\'s', async (t) => {
  // The first answer of every connection comes after the timeout and is another row's; the right ones come at once.
  const stub = await startStub(t, ({ number }) => (number < 4 ? { pieces: [dagAnswer(9, 9)], afterMs: 250 } : OK));
  const recording = await record(replayData(t), { target: stub.url, arrivals: 'constant', ratePerSecond: 100, requests: 60, timeoutMs: 100, check: 'all' });
  assert.deepEqual(outcomes(recording), { ok: 56, timeout: 4 });
  assert.equal(recording.connections.reopened, 4);
  const [longest] = [percentile(recording.failedService, 100) / 1e6];
  assert.ok(longest >= 100, `gave up after ${longest} ms`);
});

test('what a connection says unasked, twice or in another language ends it and the request on it', async (t) => {
  const answers = ['HTTP/1.1 400 Bad Request\r\n\r\n', Buffer.concat([OK_DAG, OK_DAG]), '*3\r\n+OK\r\n$zz\r\n'];
  const stub = await startStub(t, ({ number }) => ({ pieces: [answers[number] ?? OK_DAG] }));
  const recording = await record(replayData(t), { target: stub.url, requests: 40, clients: 1 });
  assert.deepEqual(outcomes(recording), { 'malformed-reply': 3, ok: 37 });
  assert.equal(recording.connections.lost, 3);
});

test('an interruption ends the run with a whole recording', async (t) => {
  for (const load of [{}, { arrivals: 'poisson', ratePerSecond: 500 }] as const) {
    const stub = await startStub(t, ({ number }) => (number === 70 ? {} : OK));
    const stop = new AbortController();
    const { recording } = await replay(replayData(t), { ...at, target: stub.url, durationMs: 60_000, threads: 2, ...load }, { signal: stop.signal, onProgress: ({ done }) => done >= 100 && stop.abort() });
    checkBooks(recording);
    assert.equal(recording.ending, 'interrupted');
    assert.ok(outcomes(recording).ok >= 99);
    assert.equal(outcomes(recording).interrupted, 1, 'the request that the server never answered');
    assert.ok(recording.elapsedNs < 30e9);
  }
});

test('an interruption before the first request is an error, because there is nothing to keep', async (t) => {
  const stub = await startStub(t, () => OK);
  await assert.rejects(replay(replayData(t), { ...at, target: stub.url }, { signal: AbortSignal.abort() }), { code: 'INTERRUPTED' });
});

test('the warm-up is sent and not recorded, and does not change what is measured', async (t) => {
  const stub = await startStub(t, ({ number }) => (number < 5 ? { pieces: ['-LOADING wait\r\n'] } : OK));
  const recording = await record(replayData(t), { target: stub.url, arrivals: 'constant', ratePerSecond: 200, requests: 50, warmupMs: 250 });
  assert.deepEqual(outcomes(recording), { ok: 50 });
  assert.ok(recording.warmup.done >= 45 && recording.warmup.done <= 50, `${recording.warmup.done}`);
  assert.equal(recording.warmup.failed, 5);
  assert.equal(stub.requests.length, 50 + recording.warmup.done);
  const closed = await record(replayData(t), { target: stub.url, requests: 50, warmupMs: 100 });
  assert.deepEqual(outcomes(closed), { ok: 50 });
  assert.ok(closed.warmup.done > 0);
});

test('a ring of frames sends the same requests as the arena, in the same order', async (t) => {
  const file = replayData(t, 500, 64);
  for (const pick of ['sequential', 'random'] as const) {
    const sent: number[][] = [];
    for (const framesBytesMax of [1 << 20, 16_000]) {
      const stub = await startStub(t, () => OK);
      const recording = await record(file, { target: stub.url, requests: 1200, clients: 1, framesBytesMax, pick, seed: 5, check: 'all' });
      assert.deepEqual(outcomes(recording), { ok: 1200 });
      assert.equal(recording.checked, 1200);
      sent.push(stub.requests.map(({ args }) => rowOfRequest(args)));
    }
    assert.deepEqual(sent[1], sent[0], pick);
    assert.equal(new Set(sent[0]).size > 400, true);
  }
  const stub = await startStub(t, () => OK);
  const recording = await record(file, { target: stub.url, requests: 900, threads: 3, framesBytesMax: 40_000, arrivals: 'poisson', ratePerSecond: 5000 });
  assert.deepEqual(outcomes(recording), { ok: 900 });
  await assert.rejects(replay(file, { ...at, target: stub.url, framesBytesMax: 1000 }), { code: 'USAGE' });
});

test('a data set that vanishes under a run ends it; what was measured is kept', async (t) => {
  const file = replayData(t, 500, 64);
  let answered = 0;
  const stub = await startStub(t, () => {
    // The file is cut short while the encoder still reads it, again and again.
    if (++answered === 200) truncateSync(file, 600);
    return OK;
  });
  const folder = join(temporaryFolder(t), 'result');
  await assert.rejects(
    replay(file, { ...at, target: stub.url, durationMs: 60_000, clients: 1, framesBytesMax: 16_000, out: folder }),
    (error: InferplayError) => error.code === 'DATA' && error.message.includes(folder),
  );
  const { recording } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
  assert.equal(recording.ending, 'interrupted');
  assert.ok(recording.requests.ok >= 199);
});

test('a result folder is written, without the password', async (t) => {
  const stub = await startStub(t, () => OK);
  const folder = join(temporaryFolder(t), 'result');
  const target = stub.url.replace('//', '//someone:hunter2@');
  const { result, folder: written } = await replay(replayData(t), { ...at, target, requests: 20, out: folder });
  assert.equal(written, folder);
  const text = readFileSync(join(folder, 'result.json'), 'utf8');
  assert.equal(JSON.parse(text).plan.requests, 20);
  assert.equal(result.server.redis_version, '7.0.0');
  assert.doesNotMatch(text, /hunter2|someone/);
});

test('a folder that a result cannot go to is refused before anything is sent', async (t) => {
  const file = replayData(t);
  const stub = await startStub(t, () => OK);
  await assert.rejects(replay(file, { ...at, target: stub.url, requests: 5, out: dirname(file) }), { code: 'DATA', message: /holds files that are no result \(/ });
  await assert.rejects(replay(file, { ...at, target: stub.url, requests: 5, out: file }), { code: 'DATA', message: /^The result cannot be written to / });
  assert.equal(stub.requests.length, 0);
});

test('what is wrong before the run is an error with a code', async (t) => {
  const file = replayData(t);
  const stub = await startStub(t, () => OK, { greet: ({ name }) => (name === 'ai.modelget' ? '-ERR model key is empty\r\n' : null) });
  const code = (target: string, path = file): Promise<unknown> => replay(path, { ...at, target, requests: 1 }).then(() => null, (error: InferplayError) => error.code);
  assert.equal(await code(stub.url), 'SERVER');
  await stub.stop();
  assert.equal(await code(stub.url), 'CONNECT');
  assert.equal(await code('redisai://127.0.0.1?modell=x'), 'USAGE');
  assert.equal(await code('null:', join(file, 'missing')), 'DATA');
});
