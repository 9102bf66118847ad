import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { temporaryFolder } from '../support/paths.js';

test('inspect shows schema, shards, seed, models and first rows', async (t) => {
  const cwd = temporaryFolder(t);
  assert.equal((await runCli(['generate', 'fraud', '--out', 'set', '--rows', '300'], { cwd })).code, 0);
  const shown = await runCli(['inspect', 'set', '--rows', '2'], { cwd });
  assert.equal(shown.code, 0, shown.stderr);
  for (const word of ['transaction', '[30]', '300', 'financialNet', 'seed']) assert.ok(shown.stdout.includes(word), shown.stdout);
});

test('a contact sheet needs pictures, and says so where there are none', async (t) => {
  const cwd = temporaryFolder(t);
  assert.equal((await runCli(['generate', 'fraud', '--out', 'set', '--rows', '30'], { cwd })).code, 0);
  const refused = await runCli(['inspect', 'set', '--contact-sheet', 'sheet.png'], { cwd });
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /set has no column of pictures/);
});

test('the list of a contact sheet tells a picture from what the model says of it', async (t) => {
  const cwd = temporaryFolder(t);
  assert.equal((await runCli(['generate', 'vision', '--out', 'set', '--count', '2', '--size', '32', '--alpha', '0.25', '--answers', 'on'], { cwd })).code, 0);
  const { code, stdout, stderr } = await runCli(['inspect', 'set', '--contact-sheet', 'sheet.png'], { cwd });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^sheet\.png: 2 pictures, 76 × 62 pixels\n {2}line 1: row 0 painted-000000; the model says class \d+ \| row 1 painted-000001; the model says class \d+\n$/);
});
