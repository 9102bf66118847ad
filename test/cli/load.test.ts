import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { generate } from '../../generate/generate.js';
import { serve } from '../../serve/serve.js';
import { temporaryFolder } from '../support/paths.js';
import { servedSet } from '../support/served.js';
import { makeCertificate, noOpenssl } from '../support/tls.js';

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

test('a load over another data set says which one', async (t) => {
  const { cwd, url } = await servedSet(t);
  await generate('fraud', { rows: 100, referenceValues: 256 }, { out: join(cwd, 'other'), seed: 4, threads: 1 });
  const { code, stdout, stderr } = await runCli(['load', 'other', '--to', url], { cwd });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /replaced: the server held another data set \(fraud, 400 rows, sha256 [0-9a-f]{12}…\); what of it was not written over is still there/);
  assert.doesNotMatch((await runCli(['load', 'other', '--to', url], { cwd })).stdout, /replaced/);
});

test('a server that wants a client certificate is loaded and replayed with cert= and key=, and says so without', { skip: noOpenssl }, async (t) => {
  const cwd = temporaryFolder(t);
  const { ca, cert, key } = makeCertificate(cwd);
  await generate('fraud', { rows: 200, referenceValues: 256 }, { out: join(cwd, 'set'), seed: 3, threads: 1 });
  const server = await serve({ port: 0, tls: { cert, key, ca } });
  t.after(() => server.close());
  const bare = `redisais://127.0.0.1:${server.port}?ca=ca.pem`;
  const url = `${bare}&cert=server.pem&key=server.key`;
  const loaded = await runCli(['load', 'set', '--to', url], { cwd });
  assert.equal(loaded.code, 0, loaded.stderr);
  const replayed = await runCli(['replay', 'set', '--target', url, '--requests', '200', '--warmup', '0s', '--clients', '2', '--no-save', '--json'], { cwd });
  assert.equal(JSON.parse(replayed.stdout).recording.requests.ok, 200, replayed.stderr);
  for (const args of [['load', 'set', '--to', bare], ['replay', 'set', '--target', bare]]) {
    const { code, stderr } = await runCli(args, { cwd });
    assert.equal(code, 4, stderr);
    assert.match(stderr, /wants a client certificate that its authority signed, with \?cert=FILE&key=FILE/);
  }
  const half = await runCli(['load', 'set', '--to', `${bare}&cert=server.pem`], { cwd });
  assert.equal(half.code, 2, half.stderr);
});
