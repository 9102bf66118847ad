import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writePng } from '../../core/image.js';
import { temporaryFolder } from '../support/paths.js';

test('a picture becomes a PNG file of its size', async (t) => {
  const path = join(temporaryFolder(t), 'one.png');
  await writePng(path, new Uint8Array(5 * 2 * 3).fill(200), 5, 2);
  const bytes = readFileSync(path);
  assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
  assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [5, 2]);
});

test('a folder that is not there is said', async (t) => {
  const path = join(temporaryFolder(t), 'missing', 'one.png');
  await assert.rejects(writePng(path, new Uint8Array(3), 1, 1), { code: 'DATA', message: /one\.png cannot be written .*; name a file in a folder that can be\.$/ });
});
