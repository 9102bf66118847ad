import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { JOURNAL_FILE } from '../../core/folder.js';
import { claimFolder, discardGeneration, STAGING } from '../../generate/claim.js';
import { temporaryName } from '../../generate/worker.js';
import { temporaryFolder } from '../support/paths.js';

test('a folder that was made in vain goes away, one that was there stays', async (t) => {
  const folder = temporaryFolder(t);
  const claim = await claimFolder(join(folder, 'new'), false);
  assert.ok(existsSync(join(folder, 'new', STAGING)));
  assert.deepEqual([claim.manifest, claim.journal], [null, null]);
  await claim.release();
  assert.deepEqual(readdirSync(folder), []);
  await (await claimFolder(folder, false)).release();
  assert.ok(existsSync(folder));
});

test('a staging folder that a kill left behind is made anew', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, STAGING));
  writeFileSync(join(folder, STAGING, 'old'), '');
  const claim = await claimFolder(folder, false);
  assert.deepEqual(readdirSync(join(folder, STAGING)), []);
  await claim.release();
});

test('a damaged journal needs a decision', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, JOURNAL_FILE), 'x');
  await assert.rejects(claimFolder(folder, false), /was damaged; add --overwrite/);
  await (await claimFolder(folder, true)).release();
});

test('only shards and the journal are discarded', async (t) => {
  const folder = temporaryFolder(t);
  for (const name of ['a.arrow', 'b.arrow', 'mine.arrow', JOURNAL_FILE]) writeFileSync(join(folder, name), '');
  writeFileSync(temporaryName(join(folder, 'b.arrow')), '');
  await discardGeneration(folder, [{ file: 'a.arrow' }, { file: 'b.arrow' }, { file: 'c.arrow' }]);
  assert.deepEqual(readdirSync(folder), ['mine.arrow']);
});
