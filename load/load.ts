/**
 * The load stage: puts into a server what requests will refer to, and proves that it is there. Keys of every row in bulk, the
 * models, a look back at all of it, and last the key that tells a replay which data set the server holds.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataset, type Dataset } from '../core/dataset.js';
import { InferplayError, messageOf } from '../core/errors.js';
import { strangeToRedisAi, type ModelEntry } from '../core/manifest.js';
import { inferplayVersion } from '../core/platform.js';
import { compareStoreManifest, type StoreManifest } from '../core/store-manifest.js';
import { idRuns } from './ids.js';
import { batchingOf, KEY_COLUMN, rangeOf, refuseFixed, refuseKeyless, saysBatching, settingsOf, type Batching, type LoadOptions, type LoadSettings, type Range } from './options.js';
import { partsBeside, replayRefusal, type Gap, type Parts } from './parts.js';
import type { ModelState, Sink } from './sink.js';
import { sinkOf } from './sinks/index.js';
import { complaint, sampler, verifyKeys, type Verified } from './verify.js';

export type { LoadOptions } from './options.js';

export interface LoadReport {
  /** Folder or file of the data set, as given. */
  readonly dataset: string;
  /** `host:port` */
  readonly server: string;
  /** Forms of the keys of each row. */
  readonly forms: readonly string[];
  /** Rows of the data set, and those that were loaded or looked at. */
  readonly rows: number;
  readonly fromRow: number;
  readonly toRow: number;
  /** Keys written, their replies read. */
  readonly keys: number;
  /** Bytes of their values. */
  readonly bytes: number;
  /** Error replies by kind; where there are any, the load has failed. */
  readonly errors: { readonly [kind: string]: { readonly count: number; readonly message: string } };
  /** Time of the bulk writes alone, and keys in each second of it. */
  readonly elapsedMs: number;
  readonly ratePerSecond: number;
  readonly verified: Verified;
  readonly models: readonly { readonly name: string; readonly sha256: string; readonly state: ModelState }[];
  /** How the server was asked to put requests for the models together; null where a look said nothing about it. */
  readonly batching: Batching | null;
  /** Rows that the server holds of this data set, in one piece. */
  readonly holds: Range;
  /** Rows that it still lacks, before and after them. */
  readonly gaps: readonly Gap[];
  /** Why a replay of the data set would be refused; null where it would run. */
  readonly refusal: string | null;
  /** The other data set that the server held according to its manifest key; keys and models that were not written over are still there. */
  readonly replaced: Pick<StoreManifest, 'useCase' | 'rows' | 'sha256'> | null;
}

type MutableErrors = { [kind: string]: { count: number; message: string } };

interface Stage {
  readonly path: string;
  readonly dataset: Dataset;
  readonly settings: LoadSettings;
  readonly range: Range;
  readonly sink: Sink;
  readonly options: LoadOptions;
  readonly tally: { stored: number; counted: number; errors: MutableErrors };
}

const KINDS_MAX = 16;

/**
 * @param path folder of a data set, or an Arrow file that has the column `reference`
 * @throws InferplayError USAGE, DATA (the data set, or what was verified), CONNECT, SERVER (error replies), INTERRUPTED;
 * after a failure in the middle the message says with which `--from-row` to go on
 */
export async function load(path: string, options: LoadOptions): Promise<LoadReport> {
  const settings = settingsOf(options);
  const kind = sinkOf(options.to);
  const dataset = await openDataset(path);
  const range = rangeOf(settings, dataset.rows);
  refuseKeyless(settings, dataset.columns);
  refuseFixed(settings, dataset.manifest);
  const tally: Stage['tally'] = { stored: 0, counted: 0, errors: {} };
  const started = performance.now();
  let step: (done: number) => void = () => {};
  const sink = await kind.open(options.to, {
    dataset,
    settings,
    signal: options.signal,
    onError: (name, message, keys) => countError(tally.errors, name, message, keys),
    onStored(keys) {
      tally.stored += keys;
      step(tally.stored);
    },
    onCounted(keys) {
      tally.counted += keys;
      if (settings.verifyOnly) step(tally.counted);
    },
  });
  try {
    const total = (range.toRow - range.fromRow) * sink.keys.length;
    step = (done) => options.onProgress?.({ unit: 'keys', done, total, elapsedMs: performance.now() - started });
    const stage: Stage = { path, dataset, settings, range, sink, options, tally };
    refuseNothing(stage);
    refuseTypes(stage);
    return settings.verifyOnly ? await lookOnly(stage) : await loadAll(stage);
  } finally {
    sink.close();
  }
}

/** A load that would put nothing is a mistake in the command, or the wrong server. */
function refuseNothing({ sink, dataset, settings, path }: Stage): void {
  const models = settings.models ? (dataset.manifest?.models.length ?? 0) : 0;
  if (sink.keys.length > 0 || (models > 0 && sink.models)) return;
  if (settings.put === 'none') throw new InferplayError('USAGE', `There is nothing to load: --put none leaves out the keys of rows, and ${models > 0 ? `${sink.where} is a plain Redis, which cannot hold the models` : settings.models ? `${path} has no models` : '--no-models the models'}.`);
  const why = models > 0 ? `${sink.where} is a plain Redis, which cannot hold its models` : 'it has no models to load either';
  throw new InferplayError('USAGE', `There is nothing to load: ${path} has no column "${KEY_COLUMN}", and ${why}.`);
}

/** Nobody could send such a tensor to RedisAI, so that its model would lie there in vain. */
function refuseTypes({ sink, dataset: { manifest }, settings }: Stage): void {
  const column = manifest && sink.models && settings.models ? strangeToRedisAi(manifest) : null;
  if (column) throw new InferplayError('DATA', `RedisAI has no tensors of type ${column.dtype}, which the model would be given in the column "${column.name}": generate the data set with --dtype float32 or uint8.`);
}

function countError(errors: MutableErrors, kind: string, message: string, keys: number): void {
  const name = Object.hasOwn(errors, kind) || Object.keys(errors).length < KINDS_MAX ? kind : 'OTHER';
  errors[name] ??= { count: 0, message };
  errors[name].count += keys;
}

async function loadAll(stage: Stage): Promise<LoadReport> {
  const { sink, dataset, tally, settings } = stage;
  const before = await sink.begin();
  const other = before !== null && before.sha256 !== (dataset.manifest?.sha256 ?? null);
  // A load of models only leaves alone what an earlier load of the same data set has put there.
  const kept = settings.put === 'none' && !other && dataset.manifest !== null ? before : null;
  const models = await eachModel(stage, async (model) => sink.putModel(model, await readModel(stage.path, model)));
  const started = performance.now();
  const { verified, elapsedMs } = await putRows(stage, started);
  const refused = Object.entries(tally.errors);
  if (refused.length > 0) {
    const list = refused.map(([kind, { count, message }]) => `${count} × ${kind} (${message})`).join(', ');
    throw new InferplayError('SERVER', `${sink.where} refused ${refused.reduce((sum, [, { count }]) => sum + count, 0)} of ${verified.expected} keys: ${list}; the data set is not loaded.`);
  }
  const wrong = complaint(verified, sink.where);
  if (wrong) throw new InferplayError('DATA', `${wrong}, although every write was answered with OK; does something else write there, or does the server evict keys (maxmemory-policy)?`);
  const { holds, gaps } = kept === null ? await partsOf(stage) : { holds: { fromRow: kept.fromRow, toRow: kept.toRow }, gaps: [] };
  const stored = storeManifest(dataset, { keys: kept?.keys ?? sink.keys, ...holds }, models);
  await sink.finish(stored);
  const replaced = other ? { useCase: before.useCase, rows: before.rows, sha256: before.sha256 } : null;
  return report(stage, { verified, models, holds, gaps, refusal: replayRefusal(dataset.manifest, stored), replaced, elapsedMs });
}

/** Puts, counts and compares. Ids are remembered while they pass, so that the data set is read once. */
async function putRows({ dataset, sink, range, settings }: Stage, started: number): Promise<{ verified: Verified; elapsedMs: number }> {
  const sample = sampler(range, settings.verifySample, settings.seed);
  const runs = idRuns();
  if (sink.keys.length > 0) {
    try {
      for await (const batch of dataset.batches(range)) {
        runs.add(batch.ids);
        sample.add(batch);
        await sink.put(batch);
      }
      await sink.flush();
    } catch (error) {
      throw withRowToGoOn(error, sink.storedRow(), range);
    }
  }
  const elapsedMs = performance.now() - started;
  const ids = runs.overflow ? idsOf(dataset, range) : runs.chunks(4096);
  return { verified: await verifyKeys(sink, ids, () => runs.count, sample), elapsedMs };
}

async function* idsOf(dataset: Dataset, range: Range): AsyncGenerator<Float64Array> {
  for await (const batch of dataset.batches(range)) yield batch.ids;
}

function withRowToGoOn(error: unknown, storedRow: number, range: Range): unknown {
  if (!(error instanceof InferplayError) || error.code === 'DATA' || error.code === 'USAGE') return error;
  const row = Math.max(storedRow, range.fromRow);
  if (row === range.fromRow) return error;
  return new InferplayError(error.code, `${error.message} Rows ${range.fromRow} to ${row} (not included) are stored; go on with --from-row ${row}.`, { cause: error.cause ?? error });
}

/** Reads the range, or another one, only to look at it. */
async function look({ dataset, sink, settings }: Stage, range: Range): Promise<Verified> {
  const sample = sampler(range, settings.verifySample, settings.seed);
  let rows = 0;
  const ids = async function* (): AsyncGenerator<Float64Array> {
    for await (const batch of dataset.batches(range)) {
      sample.add(batch);
      rows += batch.rows;
      yield batch.ids;
    }
  };
  return verifyKeys(sink, sink.keys.length > 0 ? ids() : [], () => rows, sample);
}

async function partsOf(stage: Stage): Promise<Parts> {
  if (stage.sink.keys.length === 0) return { holds: stage.range, gaps: [] };
  return partsBeside(stage.range, stage.dataset.rows, (part) => look(stage, part));
}

async function lookOnly(stage: Stage): Promise<LoadReport> {
  const { sink, dataset, range } = stage;
  const started = performance.now();
  const stored = await sink.stored();
  const faults: string[] = [];
  const models = await eachModel(stage, async (model) => {
    const fault = await sink.checkModel(model);
    if (fault !== null) faults.push(`the model ${model.name} ${fault}`);
    return 'present';
  });
  const verified = await look(stage, range);
  const wrong = [complaint(verified, sink.where), ...faults].filter((text) => text !== null);
  if (wrong.length > 0) throw new InferplayError('DATA', `${wrong.join(', and ')}; load the data set again.`);
  const mismatch = dataset.manifest === null ? null : compareStoreManifest(dataset.manifest, stored);
  if (mismatch !== null) throw new InferplayError('DATA', `Keys and models are all there, but a replay would refuse: ${mismatch}`);
  return report(stage, { verified, models, holds: range, gaps: [], refusal: replayRefusal(dataset.manifest, stored), replaced: null, elapsedMs: performance.now() - started });
}

async function eachModel(stage: Stage, act: (model: ModelEntry) => Promise<ModelState>): Promise<LoadReport['models']> {
  const done: { name: string; sha256: string; state: ModelState }[] = [];
  if (!stage.settings.models || !stage.sink.models) return done;
  for (const model of stage.dataset.manifest?.models ?? []) done.push({ name: model.name, sha256: model.sha256, state: await act(model) });
  return done;
}

/** @throws InferplayError DATA when the file is gone or is not the one that the manifest names */
async function readModel(path: string, model: ModelEntry): Promise<Buffer> {
  const file = join(path, model.file);
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new InferplayError('DATA', `The model ${model.name} of the data set cannot be read: ${messageOf(cause)}.`, { cause });
  });
  if (createHash('sha256').update(bytes).digest('hex') !== model.sha256) {
    throw new InferplayError('DATA', `${file} is not the file that manifest.json lists (its SHA-256 differs): generate the data set again.`);
  }
  return bytes;
}

type Kept = Pick<StoreManifest, 'keys' | 'fromRow' | 'toRow'>;

function storeManifest(dataset: Dataset, kept: Kept, models: LoadReport['models']): StoreManifest {
  const { manifest } = dataset;
  return {
    format: 'inferplay-store',
    version: 1,
    inferplay: inferplayVersion(),
    sha256: manifest?.sha256 ?? null,
    useCase: manifest?.useCase ?? null,
    rows: dataset.rows,
    ...kept,
    models: models.map(({ name, sha256 }) => ({ name, sha256 })),
  };
}

type Outcome = Pick<LoadReport, 'verified' | 'models' | 'holds' | 'gaps' | 'refusal' | 'replaced' | 'elapsedMs'>;

function report({ path, dataset, sink, range, settings, tally }: Stage, outcome: Outcome): LoadReport {
  const keys = settings.verifyOnly ? 0 : (range.toRow - range.fromRow) * sink.keys.length;
  return {
    dataset: path,
    server: sink.where,
    forms: sink.keys,
    rows: dataset.rows,
    ...range,
    keys,
    bytes: settings.verifyOnly ? 0 : (range.toRow - range.fromRow) * sink.rowBytes,
    errors: tally.errors,
    ratePerSecond: outcome.elapsedMs > 0 ? (keys / outcome.elapsedMs) * 1000 : 0,
    batching: settings.verifyOnly && !saysBatching(settings) ? null : batchingOf(settings),
    ...outcome,
  };
}
