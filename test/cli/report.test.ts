import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { temporaryFolder } from '../support/paths.js';

test('report prints a result in every format, and says where none is', async (t) => {
  const cwd = temporaryFolder(t);
  assert.equal((await runCli(['generate', 'fraud', '--out', 'set', '--rows', '300'], { cwd })).code, 0);
  const ran = await runCli(['replay', 'set', '--target', 'null:', '--requests', '5000', '--out', 'run'], { cwd });
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  assert.match((await runCli(['report', 'run'], { cwd })).stdout, /5,000 ok/);
  assert.equal(JSON.parse((await runCli(['report', 'run', '--format', 'json'], { cwd })).stdout).recording.requests.ok, 5000);
  assert.match((await runCli(['report', 'run', '--format', 'csv'], { cwd })).stdout, /5000/);
  assert.equal((await runCli(['report', 'elsewhere'], { cwd })).code, 3);
});
