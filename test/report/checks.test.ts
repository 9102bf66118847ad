import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { fileProblem, short, startChecks } from '../../report/checks.js';
import { temporaryFolder } from '../support/paths.js';

test('problems are collected, thrown ones too, and every check is counted', async () => {
  const seen: string[] = [];
  const checks = startChecks('x', undefined, ({ unit, done, total }) => seen.push(`${done}/${total} ${unit}`));
  checks.expect(10);
  assert.equal(await checks.check('a', () => null), true);
  checks.read(4);
  assert.equal(await checks.check('b', async () => 'is odd'), false);
  assert.equal(await checks.check('c', () => { throw new Error('two\nlines'); }), false);
  checks.read(8);
  checks.leaveOut(2);
  checks.leaveOut(1);
  const problems = [{ file: 'b', problem: 'is odd' }, { file: 'c', problem: 'two lines' }];
  assert.deepEqual(checks.verification(), { ok: false, problems, checked: 3, undone: 3, bytes: 12 });
  assert.deepEqual(seen, ['4/10 bytes', '12/12 bytes']);
});

test('a signal stops the next check, and the one that is running', async () => {
  const stopped = (error: unknown): boolean => error instanceof InferplayError && error.code === 'INTERRUPTED' && /after 0 checks/.test(error.message);
  await assert.rejects(startChecks('x', AbortSignal.abort()).check('a', () => null), stopped);
  const controller = new AbortController();
  await assert.rejects(startChecks('x', controller.signal).check('a', () => { controller.abort(); throw new Error('aborted'); }), stopped);
});

test('a file is missing, cut short, changed, or whole', async (t) => {
  const folder = temporaryFolder(t);
  const bytes = Buffer.from('hello');
  const entry = { file: 'a', sizeBytes: 5, sha256: createHash('sha256').update(bytes).digest('hex') };
  assert.equal(await fileProblem(folder, entry), 'is missing');
  writeFileSync(join(folder, 'a'), 'hell');
  assert.equal(await fileProblem(folder, entry), 'has 4 bytes, and 5 are expected');
  writeFileSync(join(folder, 'a'), 'hellO');
  assert.match(String(await fileProblem(folder, entry)), new RegExp(`has other content: .*${short(entry.sha256)} is expected`));
  writeFileSync(join(folder, 'a'), bytes);
  assert.equal(await fileProblem(folder, entry), null);
});
