import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { projectRoot, temporaryFolder } from '../support/paths.js';

const text = readFileSync(join(projectRoot, 'docs', 'result.md'), 'utf8');

test('the example for programs compiles under the strictest rules', (t) => {
  const folder = temporaryFolder(t);
  const [, example = ''] = /```ts\n(.*?)```/s.exec(text) ?? [];
  assert.match(example, /from 'inferplay'/);
  writeFileSync(join(folder, 'example.mts'), example.replace("'inferplay'", JSON.stringify(fileURLToPath(new URL('../../index.js', import.meta.url)))));
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  const options = ['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  const { status, stdout } = spawnSync(process.execPath, [join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc'), ...options, 'example.mts'], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

test('what is said of passwords and folders is so', () => {
  assert.doesNotMatch(text, /\*\*\*/, 'user and password are left out, not starred');
  assert.match(text, /only where it is given `out`/);
});
