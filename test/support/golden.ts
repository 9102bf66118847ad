/** Texts that are compared with files in test/golden, so that a change of them is seen. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './paths.js';

const folder = join(projectRoot, 'test', 'golden');

/** Written anew with INFERPLAY_UPDATE_GOLDENS=1; read the difference before committing it. */
export function compareGolden(name: string, text: string): void {
  const file = join(folder, `${name}.txt`);
  if (process.env.INFERPLAY_UPDATE_GOLDENS) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `${text}\n`);
  }
  assert.equal(`${text}\n`, readFileSync(file, 'utf8'), `${name}: if this is meant, run the test with INFERPLAY_UPDATE_GOLDENS=1`);
}
