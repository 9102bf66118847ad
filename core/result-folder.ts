/** Writing and reading result folders. result.json comes last: a folder that has it is whole. */
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checkJson } from './check-json.js';
import { InferplayError, reasonOf } from './errors.js';
import { writeWhole } from './folder.js';
import { hlogOf } from './hlog.js';
import type { Recording } from './recording.js';
import { RESULT_SCHEMA } from './result-schema.js';
import type { Result } from './result.js';
import { timelineCsv } from './timeline.js';

export const RESULT_FILE = 'result.json';
export const HLOG_FILE = 'latency.hlog';
export const TIMELINE_FILE = 'timeline.csv';

/** A result of a day is below one megabyte; what is larger is something else. */
const RESULT_BYTES_MAX = 64 << 20;
/** Folders `name`, `name-2`, … that are tried before giving up. */
const NAMES_MAX = 1000;

/** `results/20250102T030405Z-fraud-redisai`. */
export function resultFolderName(now: Date, useCase: string | null, target: string): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(target)?.[0].toLowerCase() ?? 'target';
  return join('results', `${time}-${(useCase ?? 'data').replace(/[^\w-]+/g, '-')}-${scheme}`);
}

/**
 * Before a run, whose result would have nowhere to go. A folder that holds a result is no obstacle: see writeResult.
 * @throws InferplayError DATA where a data set, a sweep or files of somebody else are there: a result among them would hide them, or be hidden
 */
export async function refuseForeignFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [] as string[];
    throw unwritable(folder, cause);
  });
  if (!isForeign(names)) return;
  throw new InferplayError('DATA', `${folder} holds files that are no result (${names.sort().slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}): name an empty or new folder with --out.`);
}

/** What a writing that was cut short has left is ours. */
function isForeign(names: readonly string[]): boolean {
  return !names.includes(RESULT_FILE) && names.some((name) => name !== HLOG_FILE && name !== TIMELINE_FILE && !/^\..*\.part$/.test(name));
}

/**
 * Writes a result folder. One that already holds a result is never overwritten: the new one goes to `folder-2`, `folder-3`, …
 * @returns the folder it went to, and the result with the checksums of its files
 * @throws InferplayError DATA when the folder cannot be written, or holds something else
 */
export async function writeResult(folder: string, result: Result, recording: Recording): Promise<{ folder: string; result: Result }> {
  const contents: [string, string][] = [
    [HLOG_FILE, await hlogOf(recording)],
    [TIMELINE_FILE, timelineCsv(recording.seconds)],
  ];
  const files = Object.fromEntries(contents.map(([name, text]) => [name, { sizeBytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') }]));
  const whole: Result = { ...result, files };
  await refuseForeignFolder(folder);
  try {
    const free = await freeFolder(folder);
    await mkdir(free, { recursive: true });
    for (const [name, text] of contents) await writeWhole(join(free, name), text);
    await writeWhole(join(free, RESULT_FILE), JSON.stringify(whole, null, 2) + '\n');
    return { folder: free, result: whole };
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}

function unwritable(folder: string, cause: unknown): InferplayError {
  return new InferplayError('DATA', `The result cannot be written to ${folder}: ${reasonOf(cause)}. Name another folder with --out.`, { cause });
}

async function freeFolder(folder: string): Promise<string> {
  for (let number = 1; number <= NAMES_MAX; number++) {
    const candidate = number === 1 ? folder : `${folder}-${number}`;
    const names = await readdir(candidate).catch(() => [] as string[]);
    if (!names.includes(RESULT_FILE) && !isForeign(names)) return candidate;
  }
  throw new Error(`${NAMES_MAX} results of this name are there already`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}

/**
 * @param path a result folder, its result.json, or `…/latest` for the newest in a folder of results
 * @throws InferplayError DATA with what is wrong with it
 */
export async function readResult(path: string): Promise<{ folder: string; result: Result }> {
  if (basename(path) === RESULT_FILE) return readFolder(dirname(path));
  return basename(path) === 'latest' && !(await exists(path)) ? readLatest(dirname(path)) : readFolder(path);
}

async function readFolder(folder: string): Promise<{ folder: string; result: Result }> {
  const file = join(folder, RESULT_FILE);
  const result = parse(await readText(folder, file), file) as { format?: unknown; version?: unknown } | null;
  if (result?.format !== 'inferplay-result') {
    throw new InferplayError('DATA', `${file} is not a result of inferplay: it has no "format": "inferplay-result".`);
  }
  if (result.version !== 1) {
    throw new InferplayError('DATA', `${file} is of version ${String(result.version).slice(0, 20)}, and this inferplay reads version 1; read it with a newer inferplay.`);
  }
  const fault = checkJson(RESULT_SCHEMA, result);
  if (fault !== null) throw new InferplayError('DATA', `${file} is damaged: ${fault}.`);
  return { folder, result: result as unknown as Result };
}

/** By when the runs were measured: names are free, so they say nothing. Results that cannot be read are passed over. */
async function readLatest(parent: string): Promise<{ folder: string; result: Result }> {
  let newest: { folder: string; result: Result } | null = null;
  let newestMs = -Infinity;
  let unreadable: unknown = null;
  for (const folder of await resultFolders(parent)) {
    try {
      const found = await readFolder(folder);
      const startedMs = await startedMsOf(found);
      if (startedMs < newestMs) continue;
      newest = found;
      newestMs = startedMs;
    } catch (error) {
      unreadable ??= error;
    }
  }
  if (newest !== null) return newest;
  if (unreadable !== null) throw unreadable;
  throw new InferplayError('DATA', `There is no result in ${parent} yet; run inferplay replay first.`);
}

/** A run in which nothing was measured has no start: its file's age stands for it. */
export async function startedMsOf({ folder, result }: { folder: string; result: Result }): Promise<number> {
  const startedMs = Date.parse(result.recording.startedAt ?? '');
  return Number.isNaN(startedMs) ? (await stat(join(folder, RESULT_FILE))).mtimeMs : startedMs;
}

/** Of results that started together, `run-10` comes after `run-9`. */
async function resultFolders(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => !entry.isFile()).map(({ name }) => name);
  const folders: string[] = [];
  for (const name of names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))) {
    if (await exists(join(parent, name, RESULT_FILE))) folders.push(join(parent, name));
  }
  return folders;
}

/**
 * For commands that were given a folder of results instead of one of them.
 * @returns the sentence that says so, or null where there is no result in the folder
 */
export async function whyManyResults(folder: string): Promise<string | null> {
  const count = (await resultFolders(folder)).length;
  if (count === 0) return null;
  return `${folder} is a folder of ${count === 1 ? 'one result' : `${count} results`}; name ${join(folder, 'latest')} for the newest, or one of its folders.`;
}

async function readText(folder: string, file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > RESULT_BYTES_MAX) throw new Error(`it has ${size} bytes, more than ${RESULT_BYTES_MAX}`);
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new InferplayError('DATA', await whyUnreadable(folder, file, cause), { cause });
  }
}

async function whyUnreadable(folder: string, file: string, cause: unknown): Promise<string> {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOTDIR') return `${folder} is a file; name the folder of a result.`;
  if (code !== 'ENOENT') return `${file} cannot be read: ${reasonOf(cause)}.`;
  if (!(await exists(folder))) return `There is no folder ${folder}.`;
  if (await exists(join(folder, 'manifest.json'))) return `${folder} is a data set, not a result; look at it with inferplay inspect.`;
  return (await whyManyResults(folder)) ?? `${folder} holds no ${RESULT_FILE}: it is not a result, or the run ended before it was written.`;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InferplayError('DATA', `${file} is not JSON: ${reasonOf(cause)}.`, { cause });
  }
}
