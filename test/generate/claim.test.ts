import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDataset } from '../../core/dataset.js';
import { JOURNAL_FILE } from '../../core/folder.js';
import { MANIFEST_FILE } from '../../core/manifest.js';
import { claimFolder, discardGeneration, STAGING } from '../../generate/claim.js';
import { generate } from '../../generate/generate.js';
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

test('folders above it that were made in vain go away too, others stay', async (t) => {
  const folder = temporaryFolder(t);
  await (await claimFolder(join(folder, 'a', 'b', 'c'), false)).release();
  assert.deepEqual(readdirSync(folder), []);
  mkdirSync(join(folder, 'a'));
  await (await claimFolder(join(folder, 'a', 'b', 'c'), false)).release();
  assert.deepEqual(readdirSync(join(folder, 'a')), []);
  const claim = await claimFolder(join(folder, 'a', 'b', 'c'), false);
  writeFileSync(join(folder, 'a', 'b', 'mine'), '');
  await claim.release();
  assert.deepEqual(readdirSync(join(folder, 'a', 'b')), ['mine']);
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

test('a data set whose manifest broke is made anew with --overwrite, and the old shards go', async (t) => {
  const out = join(temporaryFolder(t), 'set');
  await generate('fraud', { rows: 40, referenceValues: 0 }, { out, rowsPerShard: 10, threads: 1 });
  writeFileSync(join(out, MANIFEST_FILE), '{"format":');
  await assert.rejects(generate('fraud', { rows: 15, referenceValues: 0 }, { out, rowsPerShard: 10, threads: 1 }), { code: 'DATA', message: /manifest\.json cannot be read .*with --overwrite\.$/ });
  const made = await generate('fraud', { rows: 15, referenceValues: 0 }, { out, rowsPerShard: 10, threads: 1, overwrite: true });
  assert.deepEqual((await openDataset(out)).manifest, made);
  assert.deepEqual(readdirSync(out).filter((name) => name.endsWith('.arrow')).sort(), ['fraud-00000.arrow', 'fraud-00001.arrow']);
});

test("somebody else's manifest.json is not overwritten, nor a broken one among other files", async (t) => {
  for (const [manifest, beside] of [['{"name":"an app"}', 'fraud-00000.arrow'], ['{', 'thesis.tex']]) {
    const out = temporaryFolder(t);
    writeFileSync(join(out, MANIFEST_FILE), manifest);
    writeFileSync(join(out, beside), 'mine');
    await assert.rejects(claimFolder(out, true), { code: 'DATA' });
    assert.deepEqual(readdirSync(out).sort(), [MANIFEST_FILE, beside].sort());
  }
});

test('what differs is said in words', async (t) => {
  const out = temporaryFolder(t);
  await generate('fraud', { rows: 20, referenceValues: 4 }, { out, rowsPerShard: 10, threads: 1 });
  const cases: [object, object, RegExp][] = [
    [{ rows: 21 }, {}, /it has 20 rows, not 21/],
    [{ rows: 20, referenceValues: 8 }, {}, /its reference values are 4, not 8/],
    [{ rows: 20 }, { rowsPerShard: 5 }, /its rows per shard are 10, not 5/],
    [{ rows: 20 }, { seed: 2 }, /its seed is 1, not 2/],
  ];
  for (const [options, given, message] of cases) {
    await assert.rejects(generate('fraud', { referenceValues: 4, ...options }, { out, rowsPerShard: 10, threads: 1, ...given }), { code: 'DATA', message });
  }
});
