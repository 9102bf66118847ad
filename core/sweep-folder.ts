/**
 * The folder of a sweep: sweep.json says what it is and lists its runs, and each run's result is a folder below. sweep.json is written
 * once, before the first run; which runs are done is told by their results alone, so that nothing can disagree.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checkJson, type JsonSchema } from './check-json.js';
import { InferplayError, reasonOf } from './errors.js';
import { writeWhole } from './folder.js';
import type { Recording } from './recording.js';
import { readResult, RESULT_FILE, startedMsOf, writeResult } from './result-folder.js';
import type { Result } from './result.js';
import { AXES, differencesOf, isOfGrid, RUNS_MAX, type SweepDefinition, type SweepRun } from './sweep.js';

export const SWEEP_FILE = 'sweep.json';

export interface SweepState {
  readonly format: 'inferplay-sweep';
  readonly version: 1;
  readonly definition: SweepDefinition;
  readonly runs: readonly SweepRun[];
}

/** Ten thousand runs take some 3 MB. */
const SWEEP_BYTES_MAX = 64 << 20;
const RUNS = 'runs';
/** Differences that are named when a sweep is refused. */
const DIFFERENCES_MAX = 5;

const count = { type: 'integer', minimum: 1 } as const;
const axes: JsonSchema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['name', 'values'],
    properties: { name: { enum: Object.keys(AXES) }, values: { type: 'array', items: { type: 'number', minimum: 0 } } },
  },
};
const point: JsonSchema = { type: 'object', properties: Object.fromEntries(Object.keys(AXES).map((name) => [name, { type: 'number' }])), additionalProperties: false };
const store: JsonSchema = { anyOf: [{ type: 'null' }, { type: 'object', required: ['device', 'modelForm'], properties: { device: { type: 'string' }, modelForm: { type: 'string' } } }] };

const SCHEMA: JsonSchema = {
  type: 'object',
  required: ['definition', 'runs'],
  properties: {
    definition: {
      type: 'object',
      required: ['plan', 'axes', 'repeat', 'cooldownMs', 'store'],
      properties: { plan: { type: 'object' }, axes, repeat: count, cooldownMs: { type: 'number', minimum: 0 }, store },
    },
    runs: {
      type: 'array',
      items: { type: 'object', required: ['run', 'repetition', 'point', 'folder'], properties: { run: count, repetition: count, point, folder: { type: 'string' } } },
    },
  },
};

/** `results/sweep-fraud-redisai-1a2b3c4d`: the same command finds the folder again, and any other command another one. */
export function sweepFolderName(definition: SweepDefinition, useCase: string | null): string {
  const { plan } = definition;
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(String(plan.target))?.[0].toLowerCase() ?? 'target';
  const { dataset, ...rest } = plan;
  const identity = JSON.stringify({ ...definition, plan: { ...rest, dataset: plan.datasetSha256 ?? dataset } });
  return join('results', `sweep-${(useCase ?? 'data').replace(/[^\w-]+/g, '-')}-${scheme}-${createHash('sha256').update(identity).digest('hex').slice(0, 8)}`);
}

/**
 * @param path folder of a sweep, or its sweep.json
 * @throws InferplayError DATA with what is wrong with it
 */
export async function readSweep(path: string): Promise<{ folder: string; state: SweepState }> {
  const folder = basename(path) === SWEEP_FILE ? dirname(path) : path;
  const file = join(folder, SWEEP_FILE);
  let state: { format?: unknown; version?: unknown } | null;
  try {
    const { size } = await stat(file);
    if (size > SWEEP_BYTES_MAX) throw new Error(`it has ${size} bytes, more than ${SWEEP_BYTES_MAX}`);
    state = JSON.parse(await readFile(file, 'utf8')) as typeof state;
  } catch (cause) {
    throw new InferplayError('DATA', `${file} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
  if (state?.format !== 'inferplay-sweep') throw new InferplayError('DATA', `${file} is not a sweep of inferplay: it has no "format": "inferplay-sweep".`);
  if (state.version !== 1) throw new InferplayError('DATA', `${file} is of version ${String(state.version).slice(0, 20)}, and this inferplay reads version 1; read it with a newer inferplay.`);
  const fault = checkJson(SCHEMA, state) ?? faultOf(state as unknown as SweepState);
  if (fault !== null) throw new InferplayError('DATA', `${file} is damaged: ${fault}.`);
  return { folder, state: state as unknown as SweepState };
}

/** What readers rely on: runs are numbered, of points of the grid, and stay within the folder. */
function faultOf({ definition, runs }: SweepState): string | null {
  if (runs.length > RUNS_MAX) return `it lists ${runs.length} runs, more than ${RUNS_MAX}`;
  const wrong = runs.findIndex(({ run, folder, point }, index) => run !== index + 1 || folder !== `${RUNS}/${basename(folder)}` || !isOfGrid(definition.axes, point));
  return wrong === -1 ? null : `runs[${wrong}] is not one of its runs`;
}

/**
 * Makes the folder of a new sweep, or finds the very same sweep there.
 * @throws InferplayError DATA where another sweep or something else is there, or nothing can be written
 */
export async function openSweep(folder: string, definition: SweepDefinition, runs: readonly SweepRun[]): Promise<SweepState> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [] as string[];
    throw unwritable(folder, cause);
  });
  if (names.includes(SWEEP_FILE)) {
    const { state } = await readSweep(folder);
    const different = differencesOf(state.definition, definition);
    if (different.length === 0) return state;
    const more = different.length > DIFFERENCES_MAX ? ', and more' : '';
    throw new InferplayError('DATA', `${folder} holds another sweep: ${different.slice(0, DIFFERENCES_MAX).join(', ')}${more}. Name another folder with --out, or repeat the command that began it.`);
  }
  if (names.some((name) => !/^\..*\.part$/.test(name))) {
    throw new InferplayError('DATA', `${folder} holds files that are no sweep (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}): name an empty or new folder with --out.`);
  }
  const state: SweepState = { format: 'inferplay-sweep', version: 1, definition, runs };
  try {
    await mkdir(folder, { recursive: true });
    await writeWhole(join(folder, SWEEP_FILE), JSON.stringify(state, null, 2) + '\n');
  } catch (cause) {
    throw unwritable(folder, cause);
  }
  return state;
}

/** After a sweep that ended before any run did: a command that could not work leaves nothing behind. */
export async function abandonSweep(folder: string): Promise<void> {
  if ((await readdir(folder).catch(() => [])).some((name) => name !== SWEEP_FILE)) return;
  await rm(join(folder, SWEEP_FILE), { force: true });
  await rmdir(folder).catch(() => {});
}

function unwritable(folder: string, cause: unknown): InferplayError {
  return new InferplayError('DATA', `The sweep cannot be written to ${folder}: ${reasonOf(cause)}. Name another folder with --out.`, { cause });
}

/** A run of a sweep that is done. */
export interface DoneRun {
  readonly run: SweepRun;
  readonly result: Result;
}

/**
 * Which runs are done, and which are to be done: those without a result that is whole, and those that were interrupted. Results come without
 * their series, ten thousand of which would be too much to keep.
 */
export async function readRuns(folder: string, runs: readonly SweepRun[]): Promise<{ done: DoneRun[]; left: SweepRun[] }> {
  const [done, left]: [DoneRun[], SweepRun[]] = [[], []];
  const there = new Set(await readdir(join(folder, RUNS)).catch(() => [] as string[]));
  for (const run of runs) {
    const result = there.has(basename(run.folder)) ? await readRun(folder, run) : null;
    if (result === null) left.push(run);
    else done.push({ run, result: { ...result, recording: { ...result.recording, series: { secondsPerPoint: 1, points: [] } } } });
  }
  return { done, left };
}

async function readRun(folder: string, run: SweepRun): Promise<Result | null> {
  try {
    const { result } = await readResult(join(folder, run.folder));
    return result.recording.ending === 'interrupted' ? null : result;
  } catch (error) {
    if (error instanceof InferplayError) return null;
    throw error;
  }
}

/** The sweep in a folder of results whose runs were measured last; null where no sweep there has a run. Those that cannot be read are passed over. */
export async function latestSweep(parent: string): Promise<{ folder: string; startedMs: number } | null> {
  let newest: { folder: string; startedMs: number } | null = null;
  for (const name of (await readdir(parent).catch(() => [] as string[])).sort()) {
    const startedMs = await sweepStartedMs(join(parent, name));
    if (startedMs !== null && startedMs >= (newest?.startedMs ?? -Infinity)) newest = { folder: join(parent, name), startedMs };
  }
  return newest;
}

/** When the last of its runs began: runs are made in their order, so that one result is enough to know. */
async function sweepStartedMs(folder: string): Promise<number | null> {
  if (!(await readdir(folder).catch(() => [] as string[])).includes(SWEEP_FILE)) return null;
  const names = (await readdir(join(folder, RUNS)).catch(() => [] as string[])).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  for (const name of names) {
    const found = await readResult(join(folder, RUNS, name)).catch(() => null);
    if (found !== null) return startedMsOf(found);
  }
  return null;
}

/** Takes the place of what an interrupted run left, once the new result is there to be written. */
export async function writeRun(folder: string, run: SweepRun, result: Result, recording: Recording): Promise<Result> {
  const place = join(folder, run.folder);
  // Only this file makes it a result; the others are overwritten.
  await rm(join(place, RESULT_FILE), { force: true });
  return (await writeResult(place, result, recording)).result;
}
