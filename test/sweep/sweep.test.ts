import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { readSweep } from '../../core/sweep-folder.js';
import { generate } from '../../generate/generate.js';
import { load } from '../../load/load.js';
import type { ReplayOptions } from '../../replay/plan.js';
import { inspectServer, planReplay } from '../../replay/prepare.js';
import { replay } from '../../replay/replay.js';
import { report } from '../../report/report.js';
import type { SweepEvent, SweepOptions, SweepStages } from '../../sweep/sweep.js';
import { sweep } from '../../sweep/sweep.js';
import { field } from '../../load/models.js';
import { connectRedis } from '../../wire/redis.js';
import { temporaryFolder } from '../support/paths.js';
import { replayData } from '../support/replay-data.js';
import { servedSet } from '../support/served.js';

const STAGES: SweepStages<ReplayOptions> = { replay, load, planReplay, inspectServer };

interface Place {
  readonly file: string;
  readonly out: string;
  readonly options: SweepOptions<ReplayOptions>;
}

/** A sweep of 2 × 2 runs against the null target, each of which takes a moment. */
function place(t: { after(fn: () => void): void }, more: Partial<SweepOptions<ReplayOptions>> = {}): Place {
  const out = join(temporaryFolder(t), 'sweep');
  return { file: replayData(t), out, options: { replay: { target: 'null:', requests: 1000, warmupMs: 0 }, axes: { clients: [1, 2] }, repeat: 2, out, ...more } };
}

/** Counts the runs that are really made. */
function counting(): { made: ReplayOptions[]; stages: SweepStages<ReplayOptions> } {
  const made: ReplayOptions[] = [];
  return { made, stages: { ...STAGES, replay: (path, options, context) => (made.push(options), replay(path, options, context)) } };
}

test('every point is measured as often as was asked, in the order of the plan, and the summary is what report reads', async (t) => {
  const { file, out, options } = place(t);
  const events: SweepEvent[] = [];
  const { made, stages } = counting();
  const summary = await sweep(file, options, stages, { onEvent: (event) => events.push(event) });
  const { state } = await readSweep(out);
  assert.deepEqual(made.map(({ clients, seed }) => [clients, seed]), state.runs.map(({ point, repetition }) => [point.clients, repetition]));
  assert.deepEqual(readdirSync(join(out, 'runs')), state.runs.map(({ folder }) => folder.slice('runs/'.length)));
  assert.deepEqual(summary.runs, { planned: 4, done: 4, valid: 4, suspect: 0, invalid: 0 });
  assert.ok(summary.points.every(({ figures }) => figures.requestsPerSecond.count === 2 && figures.responseP99Ms.median! > 0));
  assert.deepEqual(JSON.parse(await report(out, { format: 'json' })), JSON.parse(JSON.stringify(summary)));
  const [plan, ...rest] = events;
  assert.deepEqual(plan, { kind: 'plan', folder: out, points: 2, runs: 4, done: 0, leftMs: null, warnings: [] });
  assert.deepEqual(rest.map(({ kind }) => kind), ['run', 'done', 'run', 'done', 'run', 'done', 'run', 'done']);
});

test('the same sweep again measures only what is missing, half-written or interrupted', async (t) => {
  const { file, out, options } = place(t);
  await sweep(file, options, STAGES);
  const { state } = await readSweep(out);
  const fileOf = (index: number) => join(out, state.runs[index].folder, 'result.json');
  const kept = readFileSync(fileOf(0), 'utf8');
  rmSync(join(out, state.runs[1].folder), { recursive: true });
  writeFileSync(fileOf(2), readFileSync(fileOf(2), 'utf8').slice(0, 1000));
  writeFileSync(fileOf(3), readFileSync(fileOf(3), 'utf8').replace('"ending": "complete"', '"ending": "interrupted"'));
  const events: SweepEvent[] = [];
  const { made, stages } = counting();
  const summary = await sweep(file, options, stages, { onEvent: (event) => events.push(event) });
  assert.deepEqual(made.map(({ clients, seed }) => [clients, seed]), state.runs.slice(1).map(({ point, repetition }) => [point.clients, repetition]));
  assert.ok(events[0].kind === 'plan' && events[0].done === 1);
  assert.equal(readFileSync(fileOf(0), 'utf8'), kept);
  assert.equal(summary.runs.done, 4);
  assert.equal(readdirSync(join(out, 'runs')).length, 4, 'nothing is left beside them');
  const idle = counting();
  assert.deepEqual(await sweep(file, options, idle.stages), summary);
  assert.equal(idle.made.length, 0);
});

test('another sweep in the same folder is refused before anything runs', async (t) => {
  const { file, options } = place(t);
  await sweep(file, options, STAGES);
  const { made, stages } = counting();
  for (const [change, message] of [
    [{ axes: { clients: [1, 3] } }, /its clients are 1, 2 \(here 1, 3\)/],
    [{ repeat: 3 }, /its repetitions are 2 \(here 3\)/],
    [{ replay: { ...options.replay, requests: 500 } }, /its requests are 1000 \(here 500\)/],
    [{ replay: { ...options.replay, seed: 2 } }, /its seed is 1 \(here 2\)/],
    [{ cooldownMs: 5 }, /its cooldown is 0 ms \(here 5 ms\)/],
  ] as const) {
    await assert.rejects(sweep(file, { ...options, ...change }, stages), { code: 'DATA', message }, String(message));
  }
  assert.equal(made.length, 0);
});

test('a sweep that is interrupted in a run keeps what that run measured, marked, and does it again', async (t) => {
  const { file, out, options } = place(t);
  const controller = new AbortController();
  const stopping: SweepStages<ReplayOptions> = {
    ...STAGES,
    // From the second repetition on a run ends with the signal only.
    replay: (path, given, context) => (given.seed === 1 ? replay(path, given, context) : replay(path, { ...given, requests: undefined, durationMs: 600_000 }, { ...context, onProgress: ({ done }) => done > 0 && controller.abort() })),
  };
  await assert.rejects(sweep(file, options, stopping, { signal: controller.signal }), { code: 'INTERRUPTED', message: new RegExp(`The sweep was stopped; 2 of 4 runs are done and kept in ${out}: the same command goes on`) });
  const third = join(out, (await readSweep(out)).state.runs[2].folder, 'result.json');
  assert.equal(JSON.parse(readFileSync(third, 'utf8')).recording.ending, 'interrupted');
  assert.match(await report(out), /2 of 4 runs done[\s\S]*2 runs are not done yet/);
  const summary = await sweep(file, options, STAGES);
  assert.equal(summary.runs.done, 4);
  assert.equal(JSON.parse(readFileSync(third, 'utf8')).recording.ending, 'complete');
});

test('it stops between runs too, and before the first', async (t) => {
  const { file, out, options } = place(t, { cooldownMs: 3_600_000 });
  const controller = new AbortController();
  await assert.rejects(sweep(file, options, STAGES, { signal: controller.signal, onEvent: ({ kind }) => kind === 'done' && controller.abort() }), { code: 'INTERRUPTED', message: /1 of 4 runs is done/ });
  await assert.rejects(sweep(file, options, STAGES, { signal: AbortSignal.abort() }), { code: 'INTERRUPTED', message: /1 of 4 runs is done/ });
  assert.equal(readdirSync(join(out, 'runs')).length, 1);
});

test('what a stage throws ends the sweep, and says how to go on', async (t) => {
  const { file, out, options } = place(t);
  let runs = 0;
  const failing: SweepStages<ReplayOptions> = { ...STAGES, replay: (...args) => (++runs === 2 ? Promise.reject(new InferplayError('CONNECT', 'It is not there.')) : replay(...args)) };
  await assert.rejects(sweep(file, options, failing), { code: 'CONNECT', message: `It is not there. (1 of 4 runs is done and kept in ${out}: the same command goes on with the next one.)` });
  const bug = new TypeError('a mistake');
  await assert.rejects(sweep(file, options, { ...STAGES, replay: () => Promise.reject(bug) }), bug);
});

test('nothing is left where the options are wrong, or not a single run was made', async (t) => {
  const { file, out, options } = place(t);
  await assert.rejects(sweep(file, { ...options, axes: { clients: [1], threads: [2] } }, STAGES), { code: 'USAGE' });
  await assert.rejects(sweep(file, { ...options, axes: { serverBatch: [0, 16] } }, STAGES), { code: 'USAGE' });
  await assert.rejects(sweep(file, { ...options, axes: { tensorBatch: [1, 8, 1000] } }, STAGES), { code: 'USAGE', message: /1000 rows cannot be made/ });
  await assert.rejects(sweep(file, { ...options, replay: { target: 'redisai://127.0.0.1:1?model=m&inputs=transaction' } }, STAGES), { code: 'CONNECT', message: /127\.0\.0\.1:1(?!.*runs are done)/ });
  assert.ok(!existsSync(out));
});

test('a server that is not there, or holds something else, is said before the plan', async (t) => {
  const { cwd, url } = await servedSet(t);
  const [set, other, out] = ['set', 'other', 'sweep'].map((name) => join(cwd, name));
  await generate('fraud', { rows: 40 }, { out: other, seed: 4, threads: 1 });
  const refused = async (path: string, target: string, axes: SweepOptions<ReplayOptions>['axes'], error: { code: string; message: RegExp }): Promise<void> => {
    const said: SweepEvent[] = [];
    await assert.rejects(sweep(path, { replay: { target, requests: 10, warmupMs: 0 }, axes, out }, STAGES, { onEvent: (event) => said.push(event) }), error);
    assert.deepEqual([said, existsSync(out)], [[], false]);
  };
  const dead = 'redisai://127.0.0.1:1';
  for (const axes of [{ clients: [1, 2] }, { serverBatch: [0, 16] }]) {
    await refused(set, dead, axes, { code: 'CONNECT', message: /127\.0\.0\.1:1/ });
    await refused(other, url, axes, { code: 'DATA', message: /another data set/ });
  }
  await load(set, { to: url, put: 'none', batchSize: 16, minBatchSize: 2 });
  await refused(set, url, { clients: [1, 2] }, { code: 'USAGE', message: /would wait for ever: 1 row is/ });
  // The sweep itself stores the models: neither what is there nor that nothing is there speaks against it.
  const emptied = await connectRedis(url);
  t.after(() => emptied.close());
  for (const emptying of [[], ['AI.MODELDEL', 'financialNet']]) {
    if (emptying.length > 0) await emptied.call(emptying);
    const { runs } = await sweep(set, { replay: { target: url, requests: 10, warmupMs: 0 }, axes: { clients: [1], serverBatch: [0] }, repeat: 1, out: `${out}${emptying.length}` }, STAGES);
    assert.equal(runs.done, 1);
  }
});

test('how long it takes is planned where it can be, and learned where it cannot', async (t) => {
  const { file, options } = place(t, { replay: { target: 'null:', durationMs: 100, warmupMs: 50 }, cooldownMs: 10 });
  const events: SweepEvent[] = [];
  await sweep(file, options, STAGES, { onEvent: (event) => events.push(event) });
  const left = events.flatMap((event) => (event.kind === 'plan' || event.kind === 'run' ? [event.leftMs!] : []));
  assert.deepEqual(left.slice(0, 2), [630, 630]);
  assert.ok(left[2] > 3 * 150 + 20 && left[4] < left[3], 'a run takes longer than its window');
});

test('at every run the server holds what the point wants, is touched only where that changes, and keeps its keys', async (t) => {
  const { cwd, url } = await servedSet(t);
  const control = await connectRedis(url);
  t.after(() => control.close());
  let [stores, changes, last]: [number, number, string] = [0, 0, ''];
  const wanted: string[] = [];
  const held: string[] = [];
  const stages: SweepStages<ReplayOptions> = {
    ...STAGES,
    async replay(path, options, context) {
      const model = await control.call(['AI.MODELGET', 'financialNet', 'META']);
      held.push(['batchsize', 'minbatchsize', 'minbatchtimeout'].map((name) => Number(field(model, name))).join(' '));
      return replay(path, options, context);
    },
    load: (path, options) => (stores++, load(path, options)),
  };
  const onEvent = (event: SweepEvent): void => {
    if (event.kind !== 'run') return;
    const { serverBatch, minBatchSize, minBatchTimeoutMs } = event.run.point;
    const now = [serverBatch, minBatchSize, minBatchTimeoutMs].join(' ');
    if (now !== last) changes++;
    last = now;
    wanted.push(now);
  };
  const options = { replay: { target: `${url}?command=dagexecute`, requests: 40, warmupMs: 0, check: 'all' as const }, axes: { clients: [2, 4], serverBatch: [4, 16], minBatchSize: [2], minBatchTimeoutMs: [1] }, repeat: 2, out: join(cwd, 'sweep') };
  const summary = await sweep(join(cwd, 'set'), options, stages, { onEvent });
  assert.deepEqual(held, wanted);
  assert.equal(new Set(wanted).size, 2);
  assert.equal(stores, changes);
  assert.ok(stores < 8);
  // The requests load reference tensors, which were stored once, before the sweep.
  assert.ok(summary.points.every(({ runs }) => runs.every(({ verdict }) => verdict.reasons.every(({ code }) => code !== 'errors' && code !== 'wrong-answers'))));
});

test('images and other rows are counted one by one where a request carries several, and the server tells how it put them together', async (t) => {
  const { cwd, url } = await servedSet(t);
  const options = { replay: { target: `${url}?reference=off`, requests: 30, warmupMs: 0 }, axes: { clients: [4], tensorBatch: [1, 8], serverBatch: [0, 32] }, repeat: 1, out: join(cwd, 'sweep') };
  const { points } = await sweep(join(cwd, 'set'), options, STAGES);
  for (const { point, figures } of points) {
    const { requestsPerSecond, rowsPerSecond, serverRowsPerRun } = figures;
    assert.ok(Math.abs(rowsPerSecond.median! / requestsPerSecond.median! - point.tensorBatch!) < 1e-6);
    const [least, most] = point.serverBatch === 0 ? [point.tensorBatch!, point.tensorBatch!] : [point.tensorBatch!, 32];
    assert.ok(serverRowsPerRun.median! >= least && serverRowsPerRun.median! <= most, JSON.stringify({ point, serverRowsPerRun }));
  }
});
