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
