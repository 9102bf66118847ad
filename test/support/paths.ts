/** Where tests find things, wherever they were built to. */
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

export const projectRoot = dirname(realpathSync(createRequire(import.meta.url).resolve('inferplay/package.json')));

/** Real inputs that live beside the project and are never copied into it. */
export const sharedData = join(projectRoot, '..', 'shared', 'data');
export const sharedReference = join(projectRoot, '..', 'shared', 'reference');

/** The reason to skip a test that needs a file beside the project, or false when it is there. */
export function missing(path: string): string | false {
  return existsSync(path) ? false : `needs ${relative(projectRoot, path)}, which is not on this machine`;
}

/** A fresh folder that is removed when the test ends. */
export function temporaryFolder(test: { after(fn: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'inferplay-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
