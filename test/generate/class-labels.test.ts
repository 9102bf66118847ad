import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readClassLabels } from '../../generate/class-labels.js';
import { temporaryFolder } from '../support/paths.js';

test('each line is the name of a class', async (t) => {
  const path = join(temporaryFolder(t), 'labels.txt');
  writeFileSync(path, '\ufeffbackground\r\ntench, Tinca tinca \n\nlast\n\n');
  const labels = await readClassLabels(path);
  assert.deepEqual(labels.names, ['background', 'tench, Tinca tinca', '', 'last']);
  labels.check(4);
  assert.throws(() => labels.check(1001), { code: 'DATA', message: /labels\.txt has 4 lines, and the model answers 1001 classes; give one name for each/ });
});

test('a file that cannot be read or is too large is refused', async (t) => {
  const path = join(temporaryFolder(t), 'labels.txt');
  await assert.rejects(readClassLabels(path), { code: 'DATA', message: /there is no such file or folder; check the path in --labels/ });
  writeFileSync(path, '');
  truncateSync(path, (16 << 20) + 1);
  await assert.rejects(readClassLabels(path), { code: 'DATA', message: /has 16777217 bytes; a list of labels may have 16777216 at most/ });
});
