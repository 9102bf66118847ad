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
  const count = /set: all (\d+) checks passed/.exec(whole.stdout)?.[1];
  assert.ok(count, whole.stdout);
  appendFileSync(join(cwd, 'set', 'fraud-00000.arrow'), 'x');
  const damaged = await runCli(['verify', 'set'], { cwd });
  assert.equal(damaged.code, 3);
  assert.match(damaged.stdout, /bad {2}fraud-00000\.arrow/);
  assert.match(damaged.stderr, new RegExp(`1 of ${count} checks failed, 1 more could not be made; copy it again from where it is whole, else make it anew`));
});
