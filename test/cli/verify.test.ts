import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { temporaryFolder } from '../support/paths.js';

test('verify passes a whole data set and names the file that is damaged', async (t) => {
  const cwd = temporaryFolder(t);
  assert.equal((await runCli(['generate', 'fraud', '--out', 'set', '--rows', '300'], { cwd })).code, 0);
  const whole = await runCli(['verify', 'set'], { cwd });
  assert.equal(whole.code, 0, whole.stderr);
  assert.match(whole.stdout, /set: all \d+ checks passed/);
  appendFileSync(join(cwd, 'set', 'fraud-00000.arrow'), 'x');
  const damaged = await runCli(['verify', 'set'], { cwd });
  assert.equal(damaged.code, 3);
  assert.match(damaged.stdout, /bad {2}fraud-00000\.arrow/);
  assert.match(damaged.stderr, /1 of \d+ checks failed; copy it again from where it is whole, else make it anew/);
});
