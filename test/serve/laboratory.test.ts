import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Laboratory, FAILED, type Answer, type Timer } from '../../serve/laboratory.js';
import { planLaboratory, type LaboratoryOptions } from '../../serve/laboratory-options.js';
import { Reply } from '../../serve/reply.js';
import { replay } from '../../replay/replay.js';
import { multiplyModel, connectTo, served } from '../support/resp-client.js';
import { replayData } from '../support/replay-data.js';
import { encodeOnnx } from '../../generate/onnx-file.js';

/** Time that moves from one event to the next. */
class FakeTimer implements Timer {
  ms = 0;
  #events: { dueMs: number; run: () => void }[] = [];
  now = (): number => this.ms;
  at(dueMs: number, run: () => void): void {
    this.#events.push({ dueMs, run });
    this.#events.sort((a, b) => a.dueMs - b.dueMs);
  }
  async close(): Promise<void> {}
  runUntil(endMs: number): void {
    while (this.#events.length > 0 && this.#events[0].dueMs <= endMs) {
      const { dueMs, run } = this.#events.shift()!;
      this.ms = dueMs;
      run();
    }
    this.ms = endMs;
  }
}

interface Seen {
  readonly atMs: number;
  readonly what: string;
}

function laboratory(options: LaboratoryOptions) {
  const timer = new FakeTimer();
  const lab = new Laboratory(planLaboratory(options)!, timer);
  const seen: Seen[] = [];
  const counted: number[] = [];
  const visit = (start: (answer: Answer) => void = (answer) => answer((reply) => reply.ok())): void => {
    const answer: Answer = (write) => {
      const reply = new Reply();
      write(reply);
      seen.push({ atMs: timer.ms, what: reply.drain().toString().trim() });
    };
    lab.visit({ start, answer, failed: () => counted.push(timer.ms), drop: () => seen.push({ atMs: timer.ms, what: 'dropped' }) });
  };
  return { timer, lab, seen, counted, visit };
}

test('so many are served at once, the others in order', () => {
  const { timer, seen, visit } = laboratory({ serviceTime: 'fixed:5ms', servers: 2 });
  for (let i = 0; i < 5; i++) visit();
  timer.runUntil(100);
  assert.deepEqual(seen.map(({ atMs }) => atMs), [5, 5, 10, 10, 15]);
});

test('an inference that takes longer than its service time keeps its server until it is over', () => {
  const { timer, seen, visit } = laboratory({ serviceTime: 'fixed:5ms' });
  visit((answer) => timer.at(timer.ms + 8, () => answer((reply) => reply.simple('slow'))));
  visit();
  timer.runUntil(100);
  assert.deepEqual(seen, [{ atMs: 8, what: '+slow' }, { atMs: 13, what: '+OK' }]);
});

test('a stall holds what begins and what is under way', () => {
  const { timer, seen, visit } = laboratory({ serviceTime: 'fixed:30ms', servers: 9, stall: '20ms/100ms' });
  visit();
  timer.runUntil(60);
  visit();
  timer.runUntil(85);
  visit();
  timer.runUntil(400);
  assert.deepEqual(seen.map(({ atMs }) => atMs), [30, 110, 130]);
});

test('a long service goes through several stalls', () => {
  const { timer, seen, visit } = laboratory({ serviceTime: 'fixed:200ms', stall: '20ms/100ms' });
  visit();
  timer.runUntil(1000);
  assert.deepEqual(seen.map(({ atMs }) => atMs), [240]);
});

test('a stall holds the run itself', () => {
  const { timer, visit, seen } = laboratory({ stall: '50ms/100ms' });
  visit();
  assert.equal(seen.length, 1, 'nothing is held outside of a stall');
  timer.runUntil(60);
  let ranAtMs = -1;
  visit((answer) => {
    ranAtMs = timer.ms;
    answer((reply) => reply.ok());
  });
  timer.runUntil(200);
  assert.equal(ranAtMs, 100);
  assert.deepEqual(seen.map(({ atMs }) => atMs), [0, 100]);
});

test('the same seed gives the same fates, another seed others, and as many as were asked for', () => {
  const fates = (seed: number): string[] => {
    const { lab } = laboratory({ failRate: 0.1, dropRate: 0.05, seed });
    return Array.from({ length: 20_000 }, (_, number) => lab.fate(number));
  };
  const [one, again, other] = [fates(1), fates(1), fates(2)];
  assert.deepEqual(one, again);
  assert.notDeepEqual(one, other);
  const share = (fate: string): number => one.filter((each) => each === fate).length / one.length;
  assert.ok(Math.abs(share('failed') - 0.1) < 0.01 && Math.abs(share('dropped') - 0.05) < 0.007);
  const { lab } = laboratory({ serviceTime: 'exp:2ms' });
  let sum = 0;
  for (let number = 0; number < 20_000; number++) sum += lab.serviceMs(number);
  assert.ok(Math.abs(sum / 20_000 - 2) < 0.06, String(sum / 20_000));
});

test('failing inferences take their time and are counted, and the model does not run for them', () => {
  const { timer, seen, counted, visit } = laboratory({ serviceTime: 'fixed:5ms', failRate: 1 });
  visit(() => assert.fail('it ran'));
  timer.runUntil(10);
  assert.deepEqual(seen, [{ atMs: 5, what: `-${FAILED}` }]);
  assert.deepEqual(counted, [5]);
});

test('dropped inferences are run and keep their server as others do, and end without an answer', () => {
  const { timer, seen, counted, visit } = laboratory({ serviceTime: 'fixed:5ms', dropRate: 1 });
  const ranAtMs: number[] = [];
  for (const tookMs of [0, 8]) {
    visit((answer) => {
      ranAtMs.push(timer.ms);
      timer.at(timer.ms + tookMs, () => answer((reply) => reply.ok()));
    });
  }
  timer.runUntil(100);
  assert.deepEqual(ranAtMs, [0, 5]);
  assert.deepEqual(seen, [{ atMs: 5, what: 'dropped' }, { atMs: 13, what: 'dropped' }]);
  assert.deepEqual(counted, []);
});

/** Calls, errors and samples of model `m`. */
async function counts(client: { call(...args: (string | number | Buffer)[]): Promise<unknown> }): Promise<unknown[]> {
  const info = (await client.call('AI.INFO', 'm')) as unknown[];
  return ['calls', 'errors', 'samples'].map((name) => info[info.indexOf(name) + 1]);
}

test('over a socket: inferences fail and connections drop, other commands do not', async (t) => {
  const client = await served(t, { laboratory: { failRate: 1 } });
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  for (const key of ['a', 'b']) assert.equal(await client.call('AI.TENSORSET', key, 'FLOAT', 1, 2), 'OK');
  assert.equal(await client.call('AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'b', 'OUTPUTS', 1, 'c'), `-${FAILED}`);
  assert.deepEqual(await counts(client), [1, 1, 0]);
  assert.equal(await client.call('AI.DAGRUN', '|>', 'AI.TENSORSET', 't', 'FLOAT', 1), `-${FAILED}`);
  assert.deepEqual(await counts(client), [1, 1, 0], 'there is no model in it');
  const run = ['AI.MODELRUN', 'm', 'INPUTS', 'a', 'b', 'OUTPUTS', 'c'];
  assert.equal(await client.call('AI.DAGRUN', 'LOAD', 2, 'a', 'b', '|>', ...run, '|>', ...run), `-${FAILED}`);
  assert.deepEqual(await counts(client), [2, 2, 0], 'behind the first that fails no other begins');
  const lossy = await served(t, { laboratory: { dropRate: 1 } });
  assert.equal(await lossy.call('PING'), 'PONG');
  await assert.rejects(lossy.call('AI.DAGRUN', '|>', 'AI.TENSORSET', 't', 'FLOAT', 1), /closed/);
  const after = await connectTo(lossy.server.port);
  assert.equal(await after.call('PING'), 'PONG');
  await after.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  await after.call('AI.TENSORSET', 'a', 'FLOAT', 1, 2);
  await assert.rejects(after.call('AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, 'c'), /closed/);
  const last = await connectTo(lossy.server.port);
  assert.deepEqual(await counts(last), [1, 0, 1]);
  assert.equal(await last.call('EXISTS', 'c'), 0);
  last.close();
});

test('a slow reader takes its time for what it is sent', async (t) => {
  const client = await served(t, { laboratory: { slowReader: '200k' } });
  const started = performance.now();
  assert.equal(await client.call('SET', 'k', Buffer.alloc(100_000)), 'OK');
  const tookMs = performance.now() - started;
  assert.ok(tookMs > 350, `100 kB at 200 kB/s took ${tookMs} ms`);
});

/** Answers rows of 30 with two of their values: as little work as a model can do. */
function tinyModel(): Buffer {
  return encodeOnnx({
    name: 'tiny', doc: 'x', inputs: [{ name: 'transaction', shape: ['n', 30] }], outputs: [{ name: 'y', shape: ['n', 30] }],
    nodes: [{ op: 'Relu', inputs: ['transaction'], outputs: ['y'] }], initializers: [],
  });
}

test('an open loop against M/M/1 at 60 % load measures what theory says', async (t) => {
  const client = await served(t, { laboratory: { serviceTime: 'exp:8ms', servers: 1 } });
  await client.call('AI.MODELSTORE', 'financialNet', 'ONNX', 'CPU', 'BLOB', tinyModel());
  const { recording } = await replay(replayData(t), {
    target: `redisai://127.0.0.1:${client.server.port}?model=financialNet`, ratePerSecond: 75, arrivals: 'poisson', clients: 64, requests: 800, warmupMs: 500, check: 'none',
  });
  const meanMs = recording.response.sumNs / recording.response.count / 1e6;
  // Service of 8 ms at a load of 0.6 stays 8 / (1 - 0.6) = 20 ms; two servers would give 9, and a load of 0.8 would give 40. A busy machine adds some.
  assert.ok(meanMs > 12 && meanMs < 38, `mean response ${meanMs} ms`);
});
