import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { servedSet } from '../support/served.js';

test('load puts everything there and proves it; --verify-only proves it again; --json is JSON alone', async (t) => {
  const { cwd, url } = await servedSet(t, { loaded: false });
  const unproven = await runCli(['load', 'set', '--to', url, '--verify-only'], { cwd });
  assert.equal(unproven.code, 3, unproven.stderr);
  const loaded = await runCli(['load', 'set', '--to', url], { cwd });
  assert.equal(loaded.code, 0, loaded.stderr);
  assert.match(loaded.stdout, /loaded 800 keys/);
  assert.match(loaded.stdout, /models: financialNet .*financialNet_NoReference/);
  assert.match(loaded.stdout, /verified: 800 keys are there, \d+ rows read back/);
  const proven = await runCli(['load', 'set', '--to', url, '--verify-only', '--json', '--verify-sample', '400'], { cwd });
  assert.equal(proven.code, 0, proven.stderr);
  assert.equal(JSON.parse(proven.stdout).verified.sampled, 400);
});

test('a server that is not there is code 4, in one sentence without the password', async (t) => {
  const { cwd, server } = await servedSet(t, { loaded: false });
  await server.close();
  const { code, stderr } = await runCli(['load', 'set', '--to', `redis://user:hunter2@127.0.0.1:${server.port}`], { cwd });
  assert.equal(code, 4, stderr);
  assert.ok(!stderr.includes('hunter2'), stderr);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
});

test('a part of a data set says what the server lacks and how to load it, and suggests a replay only when one would run', async (t) => {
  const { cwd, url } = await servedSet(t, { loaded: false });
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCli(['load', 'set', '--to', url, ...args], { cwd });
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const part = await run('--from-row', '300');
  assert.match(part, /not whole: rows 0 to 299: 600 of 600 keys are missing \(the first one found is referenceBLOB:\{0\}\); load them with --to-row 300\n/);
  assert.doesNotMatch(part, /next:|not ready/);
  assert.match(await run('--to-row', '300'), /next: inferplay replay set/);
  const bare = await run('--no-models');
  assert.match(bare, /not ready for a replay: The server did not get the model financialNet of this data set: load it without --no-models\./);
  assert.doesNotMatch(bare, /next:/);
  assert.match(await run('--put', 'blob'), /not ready for a replay: .*no keys referenceTensor.*--put both/);
});
