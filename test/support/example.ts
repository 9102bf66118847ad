/** Examples of the documentation, compiled as a reader would who is strict. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectRoot, temporaryFolder } from './paths.js';

const OPTIONS = ['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];

/** The first TypeScript block of a page must import the library and have no fault. */
export function assertExampleCompiles(test: { after(fn: () => void): void }, page: string): void {
  const folder = temporaryFolder(test);
  const [, example = ''] = /```ts\n(.*?)```/s.exec(page) ?? [];
  assert.match(example, /from 'inferplay'/);
  writeFileSync(join(folder, 'example.mts'), example.replace("'inferplay'", JSON.stringify(fileURLToPath(new URL('../../index.js', import.meta.url)))));
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  const { status, stdout } = spawnSync(process.execPath, [join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc'), ...OPTIONS, 'example.mts'], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stdout);
}
