/** What a path is, for the commands that take data sets and results alike. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InferplayError } from '../core/errors.js';
import { MANIFEST_FILE } from '../core/manifest.js';
import { readResult, RESULT_FILE, startedMsOf, whyManyResults } from '../core/result-folder.js';
import { latestSweep, SWEEP_FILE } from '../core/sweep-folder.js';

/** True for a result folder, its result.json, and `latest` in a folder of results; all else is taken as a data set. */
export function isResult(path: string): boolean {
  if (basename(path) === RESULT_FILE) return true;
  if (existsSync(join(path, RESULT_FILE))) return true;
  return basename(path) === 'latest' && !existsSync(path);
}

/**
 * `latest` in a folder of results is whatever was measured last there, a sweep too; any other path is what it says.
 * @returns the path, or the folder of the sweep that it stands for
 */
export async function placeOf(path: string): Promise<string> {
  if (basename(path) !== 'latest' || existsSync(path)) return path;
  const sweep = await latestSweep(dirname(path));
  if (sweep === null) return path;
  const result = await readResult(path).catch(() => null);
  return result !== null && (await startedMsOf(result)) > sweep.startedMs ? path : sweep.folder;
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
