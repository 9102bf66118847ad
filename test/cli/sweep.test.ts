import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSweep, linesOf } from '../../cli/sweep.js';
import type { SweepRun } from '../../core/sweep.js';
import { runCli } from '../support/cli.js';
import { servedSet } from '../support/served.js';

const QUICK = ['--duration', '200ms', '--warmup', '0s', '--check', 'none'];

/** Numbers of the runs that stderr says were begun. */
function begun(stderr: string): number[] {
  return [...stderr.matchAll(/^run (\d+) of \d+:/gm)].map(([, run]) => Number(run));
}

test('a sweep over clients and server batches prints its plan, its runs and its tables, and report prints them again', async (t) => {
  const { cwd, url } = await servedSet(t);
  const args = ['replay', 'set', '--target', url, '--sweep', 'clients=1,4', '--sweep', 'server-batch=0,8', '--repeat', '2', ...QUICK];
  const ran = await runCli(args, { cwd });
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  const [, folder] = /^sweep: 4 points, 8 runs; about \d.* to go; results go to (results\/sweep-fraud-redisai-[0-9a-f]{8})$/m.exec(ran.stderr) ?? assert.fail(ran.stderr);
  assert.deepEqual(begun(ran.stderr), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.match(ran.stderr, /^run 1 of 8: clients \d, server batch \d \(repetition 1; .* left\) …$/m);
  assert.match(ran.stderr, /^storing the models again with batches of at most 8$/m);
  assert.match(ran.stderr, /^storing the models again without batching$/m);
  assert.match(ran.stdout, /4 points, each measured twice; 8 of 8 runs done/);
  assert.match(ran.stdout, /^requests\/s, median \(min\.\.max\)\nclients +server batch 0 +server batch 8\n +1 +\S+ \(\S+\.\.\S+\)/m);
  assert.match(ran.stdout, /^highest throughput\n.*\nserver batch 0 +\d/m);
  const again = await runCli(['report', folder], { cwd });
  assert.ok(ran.stdout.startsWith(again.stdout.trimEnd()), again.stdout);
  assert.equal((await runCli(['report', folder, '--format', 'csv'], { cwd })).stdout.trim().split('\n').length, 9);
  for (const command of ['verify', 'inspect']) assert.equal((await runCli([command, folder], { cwd })).code, 0, command);

  const idle = await runCli([...args, '--json'], { cwd });
  assert.equal(idle.code, 0, idle.stderr);
  assert.match(idle.stderr, /^sweep: 4 points, 8 runs, all of them done already; results/m);
  assert.deepEqual(begun(idle.stderr), []);
  assert.deepEqual(JSON.parse(idle.stdout), JSON.parse((await runCli(['report', folder, '--format', 'json'], { cwd })).stdout));
});

test('a sweep that is killed, or stopped by Ctrl-C, goes on with the same command', async (t) => {
  const { cwd, url } = await servedSet(t);
  const args = ['replay', 'set', '--target', url, '--sweep', 'clients=1,2', '--repeat', '2', '--out', 'sweep', '--duration', '1s', '--warmup', '0s'];
  const resultAt = (name: string) => join(cwd, 'sweep', 'runs', name, 'result.json');
  const killed = await runCli(args, { cwd, when: /run 2 of 4/, then: (child) => child.kill('SIGKILL') });
  assert.equal(killed.code, null);
  const [first] = readdirSync(join(cwd, 'sweep', 'runs'));
  const kept = readFileSync(resultAt(first), 'utf8');

  const stopped = await runCli(args, { cwd, when: /run 3 of 4/, then: (child) => child.kill('SIGINT') });
  assert.equal(stopped.code, 130, stopped.stderr);
  assert.match(stopped.stderr, /The sweep was stopped; [23] of 4 runs are done and kept in sweep: the same command goes on/);
  assert.deepEqual(begun(stopped.stderr).slice(0, 2), [2, 3]);
  const partial = await runCli(['report', 'sweep'], { cwd });
  assert.match(partial.stdout, /[23] of 4 runs done[\s\S]*not done yet/);

  const ended = await runCli(args, { cwd });
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /4 of 4 runs done/);
  assert.equal(readFileSync(resultAt(first), 'utf8'), kept);
  assert.ok(readdirSync(join(cwd, 'sweep', 'runs')).every((name) => existsSync(resultAt(name))));

  const other = await runCli(args.map((arg) => (arg === 'clients=1,2' ? 'clients=1,3' : arg)), { cwd });
  assert.equal(other.code, 3);
  assert.match(other.stderr, /sweep holds another sweep: its clients are 1, 2 \(here 1, 3\)\. Name another folder with --out/);
});

test('with a run that is INVALID the code is 6, after all runs and the tables', async (t) => {
  const { cwd, url } = await servedSet(t);
  assert.equal((await runCli(['generate', 'fraud', '--out', 'other', '--rows', '400', '--seed', '4'], { cwd })).code, 0);
  const ran = await runCli(['replay', 'other', '--target', url, '--repeat', '2', '--clients', '2', '--requests', '100', '--warmup', '0s', '--no-store-check', '--check', 'all'], { cwd });
  assert.equal(ran.code, 6, ran.stderr);
  assert.deepEqual(begun(ran.stderr), [1, 2]);
  assert.match(ran.stderr, /^run 1 is INVALID: .*wrong-answers/m);
  assert.match(ran.stderr, /^error: 2 runs are INVALID; the reasons are above/m);
  assert.match(ran.stdout, /^ +2 +\S+ \(\S+\) !/m);
  assert.match(ran.stdout, /! wrong-answers, 2 runs: /);
});

test('what makes no sense is refused before a folder is made, code 2', async (t) => {
  const { cwd, url } = await servedSet(t);
  const refused = async (args: string[], message: RegExp): Promise<void> => {
    const ran = await runCli(['replay', 'set', '--target', url, ...args], { cwd });
    assert.equal(ran.code, 2, ran.stderr);
    assert.match(ran.stderr, message);
    assert.deepEqual(begun(ran.stderr), []);
  };
  await refused(['--sweep', 'colour=1'], /"colour" cannot be swept/);
  await refused(['--sweep', 'clients=1', '--sweep', 'clients=2'], /put all its values into one --sweep/);
  await refused(['--sweep', 'clients=1', '--clients', '4'], /given twice/);
  await refused(['--sweep', 'clients=1', '--no-save'], /leave out --no-save/);
  await refused(['--cooldown', '5s'], /--cooldown is for a sweep/);
  await refused(['--sweep', 'clients=1', '--sweep', 'server-batch=16', '--sweep', 'min-batch-size=4'], /would wait for ever/);
  assert.ok(!existsSync(join(cwd, 'results')));
});

test('a sweep is asked for by an axis or by repetitions; its other options mean nothing alone', () => {
  assert.ok(isSweep({ sweep: ['clients=1'], save: true }) && isSweep({ repeat: 2, save: true }));
  assert.ok(!isSweep({ save: true, out: 'x' }));
  for (const [option, flag] of [['cooldown', '--cooldown'], ['device', '--device'], ['modelForm', '--model-form']]) {
    assert.throws(() => isSweep({ [option]: 1, save: true } as never), { code: 'USAGE', message: new RegExp(`^${flag} is for a sweep`) });
  }
});

test('events are told in a line', () => {
  const plan = { kind: 'plan', folder: 'f', points: 1, runs: 3, done: 0, leftMs: null, warnings: [] } as const;
  assert.deepEqual(linesOf(plan), ['sweep: 1 point, 3 runs; how long that takes depends on the server; results go to f']);
  assert.deepEqual(linesOf({ ...plan, done: 1, leftMs: 61_000, warnings: ['beware'] }), ['sweep: 1 point, 3 runs, 1 of them done already; about 1 min 1 s to go; results go to f', 'sweep: beware']);
  const store = { kind: 'store', batchSize: 16, minBatchSize: 0, minBatchTimeoutMs: 0 } as const;
  assert.deepEqual([store, { ...store, minBatchSize: 4 }, { ...store, minBatchSize: 4, minBatchTimeoutMs: 10 }, { ...store, batchSize: 0 }].flatMap(linesOf), [
    'storing the models again with batches of at most 16',
    'storing the models again with batches of at most 16, and at least 4',
    'storing the models again with batches of at most 16, and at least 4 unless 10 ms have passed',
    'storing the models again without batching',
  ]);
  const run: SweepRun = { run: 7, repetition: 2, point: { clients: 10, tensorBatch: 8, serverBatch: 16 }, folder: '' };
  assert.deepEqual(linesOf({ kind: 'run', run, runs: 36, leftMs: null }), ['run 7 of 36: clients 10, tensor batch 8, server batch 16 (repetition 2) …']);
  assert.deepEqual(linesOf({ kind: 'done', run, verdict: { code: 'VALID', reasons: [] } }), []);
  assert.deepEqual(linesOf({ kind: 'done', run, verdict: { code: 'SUSPECT', reasons: [{ code: 'stalled', severity: 'SUSPECT', message: '' }] } }), ['run 7 is SUSPECT: stalled']);
  assert.deepEqual(linesOf({ kind: 'done', run, verdict: { code: 'INVALID', reasons: [{ code: 'errors', severity: 'INVALID', message: '' }, { code: 'stalled', severity: 'SUSPECT', message: '' }] } }), ['run 7 is INVALID: errors']);
});
