import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Result } from '../../core/result.js';
import { runCli } from '../support/cli.js';
import { servedSet } from '../support/served.js';

test('replay prints the summary and leaves a result that report prints again and verify trusts', async (t) => {
  const { cwd, url } = await servedSet(t);
  const ran = await runCli(['replay', 'set', '--target', url, '--clients', '4', '--requests', '1500', '--warmup', '0s', '--check', 'all'], { cwd });
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  assert.match(ran.stdout, /1,500 ok, 0 failed/);
  const [name] = readdirSync(join(cwd, 'results')).filter((entry) => entry !== 'latest');
  const folder = join('results', name);
  for (const file of ['result.json', 'latency.hlog', 'timeline.csv']) assert.ok(existsSync(join(cwd, folder, file)), file);
  const again = await runCli(['report', folder], { cwd });
  assert.equal(again.code, 0, again.stderr);
  assert.ok(ran.stdout.startsWith(again.stdout.trimEnd()), again.stdout);
  for (const command of ['verify', 'inspect']) assert.equal((await runCli([command, folder], { cwd })).code, 0, command);
});

test('--json prints the result alone, --no-save leaves no folder', async (t) => {
  const { cwd, url } = await servedSet(t);
  const ran = await runCli(['replay', 'set', '--target', url, '--rate', '500', '--arrivals', 'poisson', '--requests', '200', '--json', '--no-save'], { cwd });
  const result = JSON.parse(ran.stdout);
  assert.equal(result.recording.requests.due, 200);
  assert.equal(result.plan.arrivals.kind, 'poisson');
  assert.ok(!existsSync(join(cwd, 'results')));
});

test('models are batched by load and rows by replay; the summary has both rates and what the server counted', async (t) => {
  const { cwd, url } = await servedSet(t);
  const loaded = await runCli(['load', 'set', '--to', url, '--put', 'none', '--batch-size', '16', '--min-batch-size', '4', '--min-batch-timeout', '5'], { cwd });
  assert.equal(loaded.code, 0, loaded.stderr);
  assert.match(loaded.stdout, /^models: .*\(stored\); in batches of up to 16 rows, at least 4 unless 5 ms have passed$/m);
  const ran = await runCli(['replay', 'set', '--target', `${url}?reference=off`, '--tensor-batch', '7', '--requests', '58', '--clients', '2', '--warmup', '0s', '--no-save'], { cwd });
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  assert.match(ran.stdout, /^rows +\S+ rows\/s, 7 a request; 1 short request with 1 row, where the data set ends$/m);
  assert.match(ran.stdout.replace(/\n +/g, ' '), /^counted +by the server: 58 calls of 6\.90 rows, \d+ runs of /m);
  const refused = await runCli(['replay', 'set', '--target', url, '--tensor-batch', '7'], { cwd });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /use --tensor-batch 1, or a model without it \(reference=off/);
});

test('a run whose answers are wrong is INVALID, code 6; a store with other data is refused, code 3 or 5', async (t) => {
  const { cwd, url } = await servedSet(t);
  const made = await runCli(['generate', 'fraud', '--out', 'other', '--rows', '400', '--seed', '4'], { cwd });
  assert.equal(made.code, 0, made.stderr);
  const refused = await runCli(['replay', 'other', '--target', url, '--requests', '100'], { cwd });
  assert.ok([3, 5].includes(refused.code ?? 0), refused.stderr);
  assert.match(refused.stderr, /inferplay load/);
  const wrong = await runCli(['replay', 'other', '--target', url, '--requests', '700', '--rate', '100000', '--clients', '1', '--no-store-check', '--check', 'all', '--out', 'wrong'], { cwd });
  assert.equal(wrong.code, 6, wrong.stderr);
  assert.match(wrong.stdout, /^INVALID[\s\S]*wrong-answers/);
  const { verdict } = JSON.parse(readFileSync(join(cwd, 'wrong', 'result.json'), 'utf8')) as Result;
  assert.equal(verdict.code, 'INVALID');
  assert.ok(verdict.reasons.some(({ code, severity }) => code === 'connections-busy' && severity === 'SUSPECT'));
  const codes = verdict.reasons.filter(({ severity }) => severity === 'INVALID').map(({ code }) => code);
  assert.ok(codes.includes('wrong-answers') && wrong.stderr.includes(`error: the run is INVALID: ${codes.join(', ')}; the reasons are above.`), wrong.stderr);
});

test('Ctrl-C ends the run with a whole result that says so, code 130', async (t) => {
  const { cwd, url } = await servedSet(t);
  const args = ['replay', 'set', '--target', url, '--clients', '2', '--duration', '60s', '--warmup', '0s', '--out', 'stopped'];
  const ran = await runCli(args, { cwd, when: /replaying/, then: (child) => child.kill('SIGINT') });
  assert.equal(ran.code, 130, ran.stderr);
  assert.match(ran.stdout, /interrupted/);
  const result = JSON.parse(readFileSync(join(cwd, 'stopped', 'result.json'), 'utf8'));
  assert.ok(result.recording.requests.ok > 0);
});
