import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256File, sha256FileSync, writeWhole } from '../../core/folder.js';
import { temporaryFolder } from '../support/paths.js';

test('checksums are those of the whole file', async (t) => {
  const file = join(temporaryFolder(t), 'x');
  for (const size of [0, 1, 1 << 20, (1 << 20) + 1]) {
    const bytes = randomBytes(size);
    writeFileSync(file, bytes);
    const wanted = createHash('sha256').update(bytes).digest('hex');
    assert.equal(await sha256File(file), wanted);
    assert.equal(sha256FileSync(file), wanted);
  }
});

test('a checksum can be stopped', async (t) => {
  const file = join(temporaryFolder(t), 'x');
  writeFileSync(file, 'abc');
  await assert.rejects(sha256File(file, AbortSignal.abort()), { name: 'AbortError' });
});

test('a file is written whole, replaces the old one, and leaves nothing beside it', async (t) => {
  const folder = temporaryFolder(t);
  await writeWhole(join(folder, 'x'), 'old');
  await writeWhole(join(folder, 'x'), 'new');
  assert.equal(readFileSync(join(folder, 'x'), 'utf8'), 'new');
  assert.deepEqual(readdirSync(folder), ['x']);
  await assert.rejects(writeWhole(join(folder, 'none', 'x'), 'new'), { code: 'ENOENT' });
  assert.equal(existsSync(join(folder, 'none')), false);
});
