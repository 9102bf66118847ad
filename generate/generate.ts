/**
 * recipe → data set. The main thread plans, hands shards to worker threads in order, and writes the manifest last. What is made
 * depends on the recipe alone: not on the threads, and not on how often the generation was stopped.
 */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataset } from '../core/dataset.js';
import { InferplayError } from '../core/errors.js';
import { manifestSha256, writeManifest } from '../core/manifest.js';
import type { Manifest, ShardEntry } from '../core/manifest.js';
import { parseOptions } from '../core/options.js';
import { inferplayVersion } from '../core/platform.js';
import type { OnProgress } from '../core/progress.js';
import { claimFolder, clearFolder, discardGeneration, STAGING, settleFolder } from './claim.js';
import { beginJournal, removeJournal, wholeShards } from './journal.js';
import { startCrew } from './crew.js';
import type { Crew, CrewJob } from './crew.js';
import type { Recipe } from './use-case.js';
import { useCaseByName } from './use-cases/index.js';

/** Rows of a file, unless the recipe or the user says otherwise. */
export const ROWS_PER_SHARD = 16_384;
/** Rows of a record batch, and of one call of the model, unless the recipe says otherwise. Part of the bytes: the same for every machine. */
export const ROWS_PER_BATCH = 4096;
const SHARDS_MAX = 100_000;

export interface GenerateOptions {
  /** Folder of the data set. It is made where it is missing. */
  readonly out: string;
  /** Whole number from 0 to 2^53 - 1. */
  readonly seed?: number;
  readonly threads?: number;
  /** Default: as many as the use case finds right for rows of its size. */
  readonly rowsPerShard?: number;
  /** Replaces a different data set (or a stopped generation of one) in the folder. Files that are not ours stay. */
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * Makes a data set, or goes on with one whose generation was stopped, or finds it whole and leaves it as it is.
 * @param options of the use case, by name: texts or typed values
 * @throws InferplayError USAGE for options that cannot be, DATA for a source that cannot be read or a folder that holds something else,
 *   INTERRUPTED when the signal was aborted: then the finished shards stay, and the same call goes on
 */
export async function generate(useCaseName: string, options: { readonly [name: string]: unknown }, given: GenerateOptions): Promise<Manifest> {
  const useCase = useCaseByName(useCaseName);
  const values = parseOptions(useCase.options, options, `use case ${useCase.name}`);
  const settings = settingsOf(given);
  const { out, seed, threads, signal } = settings;
  const claim = await claimFolder(out, settings.overwrite);
  const crew = startCrew(useCase.maker, threads);
  try {
    const staging = join(out, STAGING);
    const recipe = await useCase.plan(values, { folder: staging, seed, threads, signal, sha256: (path) => crew.sha256(path, signal) });
    const rowsPerShard = settings.rowsPerShard ?? recipe.rowsPerShard ?? ROWS_PER_SHARD;
    const wanted = shardsOf(useCase.name, recipe.rows, rowsPerShard);
    // Where there is nothing to be compared with, the threads need not wait for the source's checksum.
    if (claim.manifest === null && claim.journal === null) crew.prepare(partsOf(recipe), wanted);
    const draft = await draftOf(useCase.name, recipe, settings.seed, rowsPerShard);
    const identity = JSON.stringify(identityOf(draft));
    const found = settleFolder(claim, identity, draft, out, settings.overwrite);
    if (found !== null && (await isWhole(out, settings.overwrite))) return found;
    if (settings.overwrite) await clearFolder(out, claim);
    return await make(crew, recipe, wanted, draft, identity, settings, settings.overwrite ? null : claim.journal);
  } catch (error) {
    throw signal.aborted ? interrupted(out, error) : error;
  } finally {
    await crew.end();
    await claim.release();
  }
}

/** Whether all shards are there. @throws InferplayError DATA where they are not, and may not be made again */
async function isWhole(out: string, overwrite: boolean): Promise<boolean> {
  try {
    await openDataset(out);
    return true;
  } catch (error) {
    if (!overwrite) throw error;
    return false;
  }
}

type Settings = Required<Omit<GenerateOptions, 'onProgress' | 'rowsPerShard'>> & Pick<GenerateOptions, 'onProgress' | 'rowsPerShard'>;
type Draft = Omit<Manifest, 'shards' | 'sha256'>;

function settingsOf(given: GenerateOptions): Settings {
  const { out, seed = 1, threads = 2, rowsPerShard, overwrite = false, signal = new AbortController().signal, onProgress } = given;
  const check = (name: string, value: number, min: number, max: number): void => {
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      throw new InferplayError('USAGE', `generate: ${name} is ${value}, and must be a whole number from ${min} to ${max}.`);
    }
  };
  check('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  check('threads', threads, 1, 256);
  if (rowsPerShard !== undefined) check('rowsPerShard', rowsPerShard, 1, 2 ** 31 - 1);
  if (out === '') throw new InferplayError('USAGE', 'generate: out is empty; name the folder of the data set.');
  return { out, seed, threads, rowsPerShard, overwrite, signal, onProgress };
}

async function draftOf(useCase: string, recipe: Recipe, seed: number, rowsPerShard: number): Promise<Draft> {
  const { rows, columns, badRows, rowName } = recipe;
  // Both end before either fails: neither may write into a folder that is gone.
  await Promise.allSettled([recipe.models, recipe.source?.sha256]);
  const models = await recipe.models;
  const source = recipe.source === null ? null : { ...recipe.source, sha256: await recipe.source.sha256 };
  return {
    format: 'inferplay-dataset', version: 1, useCase, ...(rowName && { rowName }), generator: inferplayVersion(), options: recipe.identity, seed, source,
    rows, rowsPerShard, rowsPerBatch: recipe.rowsPerBatch ?? ROWS_PER_BATCH, columns, models, badRows,
  };
}

/** Everything that determines the bytes. Another version of inferplay may make other bytes, so it is part of it. */
function identityOf(draft: Draft): object {
  const { useCase, generator, options, seed, source, rows, rowsPerShard, rowsPerBatch, models } = draft;
  return { useCase, generator, options, seed, source, rows, rowsPerShard, rowsPerBatch, models: models.map((model) => model.sha256) };
}

async function make(crew: Crew, recipe: Recipe, wanted: ReturnType<typeof shardsOf>, draft: Draft, identity: string, settings: Settings, journal: Parameters<typeof wholeShards>[1] | null): Promise<Manifest> {
  const { out, signal, onProgress } = settings;
  const whole = journal === null ? new Map<string, ShardEntry>() : await wholeShards(out, journal, wanted, signal);
  if (journal === null) await beginJournal(out, identity);
  try {
    await crew.make({ folder: out, ...partsOf(recipe), metadata: metadataOf(draft) }, wanted, whole, draft.rows, signal, onProgress);
  } catch (error) {
    // Bad input: the same command would fail again, so that nothing half-written stays. A full disk or a stop is another matter.
    if (error instanceof InferplayError && error.code === 'DATA' && error.cause === undefined && !signal.aborted) await discardGeneration(out, wanted);
    throw error;
  }
  signal.throwIfAborted();
  for (const model of draft.models) await rename(join(out, STAGING, model.file), join(out, model.file));
  const shards = wanted.map(({ file }) => whole.get(file)!);
  const manifest: Manifest = { ...draft, shards, sha256: manifestSha256(shards, draft.models) };
  await writeManifest(out, manifest);
  await removeJournal(out);
  return manifest;
}

function partsOf({ init, columns, rowsPerBatch = ROWS_PER_BATCH }: Recipe): Pick<CrewJob, 'init' | 'columns' | 'rowsPerBatch'> {
  return { init, columns, rowsPerBatch };
}

/** @throws InferplayError USAGE for more files than a folder should have */
function shardsOf(useCase: string, rows: number, rowsPerShard: number): Pick<ShardEntry, 'file' | 'firstRow' | 'rows'>[] {
  if (rows / rowsPerShard > SHARDS_MAX) {
    throw new InferplayError('USAGE', `generate: ${rows} rows in shards of ${rowsPerShard} would be more than ${SHARDS_MAX} files; give more rows per shard.`);
  }
  const count = Math.ceil(rows / rowsPerShard);
  return Array.from({ length: count }, (_, at) => ({
    file: `${useCase}-${String(at).padStart(5, '0')}.arrow`, firstRow: at * rowsPerShard, rows: Math.min(rowsPerShard, rows - at * rowsPerShard),
  }));
}

/** Each shard says by itself what it is. */
function metadataOf({ format, version, useCase, options, seed, source }: Draft): { [name: string]: string } {
  return {
    'inferplay.format': format, 'inferplay.version': String(version), 'inferplay.use_case': useCase, 'inferplay.options': JSON.stringify(options),
    'inferplay.seed': String(seed), 'inferplay.source': source === null ? '' : source.name, 'inferplay.source_sha256': source === null ? '' : source.sha256,
  };
}

function interrupted(out: string, error: unknown): InferplayError {
  return new InferplayError('INTERRUPTED', `the generation of ${out} was stopped; run the same command again, and it goes on where it was.`, { cause: error });
}
