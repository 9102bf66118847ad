import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { temporaryFolder } from '../support/paths.js';

test('the demo goes from nothing to a result, and says what to try next', async (t) => {
  const cwd = temporaryFolder(t);
  const { code, stdout, stderr } = await runCli(['demo', '--rows', '2000', '--rate', '500', '--duration', '2s'], { cwd });
  assert.equal(code, 0, stderr + stdout);
  for (const step of ['1 generate', '2 serve', '3 load', '4 replay', 'response', 'service', 'lateness', 'next']) assert.ok(stdout.includes(step), stdout);
  assert.ok(existsSync(join(cwd, 'data', 'fraud-demo', 'manifest.json')));
  assert.ok(existsSync(join(cwd, 'results')));
});
