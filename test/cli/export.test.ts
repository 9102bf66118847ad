import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { temporaryFolder } from '../support/paths.js';

test("export writes aibench's rows, and refuses a data set that has none", async (t) => {
  const cwd = temporaryFolder(t);
  for (const values of ['256', '0']) assert.equal((await runCli(['generate', 'fraud', '--out', `set${values}`, '--rows', '50', '--reference-values', values], { cwd })).code, 0);
  const exported = await runCli(['export', 'aibench', 'set256', '--out', 'fraud.dat'], { cwd });
  assert.equal(exported.code, 0, exported.stderr);
  assert.match(exported.stdout, /50 rows of 1152 bytes/);
  assert.equal(statSync(join(cwd, 'fraud.dat')).size, 50 * 1152);
  assert.equal((await runCli(['export', 'aibench', 'set0', '--out', 'none.dat'], { cwd })).code, 3);
});
