import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { temporaryFolder } from '../support/paths.js';

test('generate makes a data set, says what is in it, and finds it whole the second time', async (t) => {
  const cwd = temporaryFolder(t);
  const args = ['generate', 'fraud', '--out', 'set', '--rows', '500', '--rows-per-shard', '200', '--seed', '9', '--reference-values', '16'];
  const first = await runCli(args, { cwd });
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /set: 500 rows in 3 shards/);
  assert.match(first.stdout, /next: inferplay load set/);
  const manifest = readFileSync(join(cwd, 'set', 'manifest.json'), 'utf8');
  const again = await runCli(args, { cwd });
  assert.equal(again.code, 0, again.stderr);
  assert.equal(readFileSync(join(cwd, 'set', 'manifest.json'), 'utf8'), manifest);
  assert.match(again.stdout, /already there, unchanged/);
});

test('a bad row ends with code 3, file, line, column and text, and leaves nothing that looks whole', async (t) => {
  const cwd = temporaryFolder(t);
  const header = ['Time', ...Array.from({ length: 28 }, (_, index) => `V${index + 1}`), 'Amount', 'Class'];
  const row = header.map(() => '1');
  const bad = [...row];
  bad[header.indexOf('V7')] = 'seven';
  writeFileSync(join(cwd, 'bad.csv'), [header, row, bad, row].map((fields) => fields.join(',')).join('\n'));
  const failed = await runCli(['generate', 'fraud', '--input', 'bad.csv', '--out', 'set'], { cwd });
  assert.equal(failed.code, 3);
  for (const word of ['bad.csv', 'line 3', 'V7', 'seven']) assert.ok(failed.stderr.includes(word), failed.stderr);
  assert.equal(failed.stderr.trim().split('\n').length, 1, failed.stderr);
  assert.ok(!existsSync(join(cwd, 'set', 'manifest.json')));
  const skipped = await runCli(['generate', 'fraud', '--input', 'bad.csv', '--out', 'set', '--on-bad-row', 'skip'], { cwd });
  assert.equal(skipped.code, 0, skipped.stderr);
  assert.match(skipped.stdout, /2 rows in 1 shard,[\s\S]*1 bad row was skipped/);
});
