/** What a path is, for the commands that take data sets and results alike. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InferplayError } from '../core/errors.js';
import { MANIFEST_FILE } from '../core/manifest.js';
import { RESULT_FILE, whyManyResults } from '../core/result-folder.js';
import { SWEEP_FILE } from '../core/sweep-folder.js';

/** True for a result folder, its result.json, and `latest` in a folder of results; all else is taken as a data set. */
export function isResult(path: string): boolean {
  if (basename(path) === RESULT_FILE) return true;
  if (existsSync(join(path, RESULT_FILE))) return true;
  return basename(path) === 'latest' && !existsSync(path);
}

/** True for the folder of a sweep and its sweep.json. */
export function isSweep(path: string): boolean {
  return basename(path) === SWEEP_FILE || existsSync(join(path, SWEEP_FILE));
}

/** @throws InferplayError DATA for a folder of results, where one of them is meant */
export async function refuseManyResults(path: string): Promise<void> {
  if (existsSync(join(path, MANIFEST_FILE))) return;
  const why = await whyManyResults(path);
  if (why !== null) throw new InferplayError('DATA', why);
}
