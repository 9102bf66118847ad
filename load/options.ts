/** Options of the load stage, declared once for the command line and the library. */
import { InferplayError } from '../core/errors.js';
import { fixedRowsOf, type Column, type Manifest } from '../core/manifest.js';
import { parseOptions, type OptionTable, type OptionValues } from '../core/options.js';
import type { OnProgress } from '../core/progress.js';

/** The column whose values are preloaded; requests refer to them by id. A data set without it needs its models only. */
export const KEY_COLUMN = 'reference';

/** Rows in one run of a model: far more than any model was measured with. */
const BATCH_MAX = 100_000;

export const LOAD_OPTIONS = {
  put: { kind: 'choice', choices: ['auto', 'tensor', 'blob', 'both', 'none'], default: 'auto', help: 'keys for each row: referenceTensor, referenceBLOB, both, or none for the models only; auto is both for RedisAI and blob for a plain Redis' },
  models: { kind: 'boolean', default: true, help: 'leave the models out' },
  fromRow: { kind: 'integer', min: 0, help: 'first row to load, to go on after a load that was stopped (default: 0)' },
  toRow: { kind: 'integer', min: 0, help: 'row to stop before (default: all rows)' },
  batchKeys: { kind: 'integer', min: 1, max: 100_000, default: 500, help: 'commands sent in one write' },
  inFlight: { kind: 'integer', min: 1, max: 256, default: 4, help: 'writes on their way before a reply is waited for' },
  verifySample: { kind: 'integer', min: 0, max: 100_000, default: 100, help: 'rows that are read back and compared byte for byte at the end' },
  verifyOnly: { kind: 'boolean', default: false, help: 'write nothing: count all keys, compare a sample and the models' },
  seed: { kind: 'integer', min: 0, default: 1, help: 'chooses the sample' },
  modelForm: { kind: 'choice', choices: ['MODELSTORE', 'MODELSET'], default: 'MODELSTORE', help: 'command that stores a model; RedisAI before 1.2 knows AI.MODELSET only' },
  device: { kind: 'string', default: 'CPU', help: 'device of the models, for example CPU or GPU:0' },
  batchSize: { kind: 'integer', min: 0, max: BATCH_MAX, help: 'the server may put requests of several clients together, up to so many rows in one run (BATCHSIZE); 0 for not at all (default: 0)' },
  minBatchSize: { kind: 'integer', min: 0, max: BATCH_MAX, help: 'a run waits for so many rows (MINBATCHSIZE; default: 0)' },
  minBatchTimeout: { kind: 'integer', min: 0, max: 86_400_000, help: 'milliseconds after which it waits no longer (MINBATCHTIMEOUT; default: 0, for ever)' },
} as const satisfies OptionTable;

export type LoadSettings = OptionValues<typeof LOAD_OPTIONS>;

export interface LoadOptions extends Partial<LoadSettings> {
  /** URL of the server: redis://, rediss://, redisai:// or redisais://; parameters `ca`, `cert`, `key` and `insecure` for TLS. */
  readonly to: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** @throws InferplayError USAGE */
export function settingsOf(options: LoadOptions): LoadSettings {
  const { to: _to, signal: _signal, onProgress: _onProgress, ...rest } = options;
  const settings = parseOptions(LOAD_OPTIONS, rest, 'load');
  if (!/^(CPU|GPU)(:\d{1,3})?$/i.test(settings.device)) throw new InferplayError('USAGE', `load, option device: "${settings.device.slice(0, 40)}" is not CPU, GPU, CPU:n or GPU:n.`);
  refuseBatching(settings);
  return settings;
}

/** How a server batches the requests for a model; all 0 where it does not. */
export interface Batching {
  readonly batchSize: number;
  readonly minBatchSize: number;
  readonly minBatchTimeoutMs: number;
}

/** Whether anything was said about batching. */
export function saysBatching({ batchSize, minBatchSize, minBatchTimeout }: Partial<LoadSettings>): boolean {
  return batchSize !== undefined || minBatchSize !== undefined || minBatchTimeout !== undefined;
}

export function batchingOf({ batchSize = 0, minBatchSize = 0, minBatchTimeout = 0 }: Partial<LoadSettings>): Batching {
  return { batchSize, minBatchSize, minBatchTimeoutMs: minBatchTimeout };
}

/** RedisAI refuses the first two as well, but only after the bulk was loaded; with the third no run would ever be large enough. */
function refuseBatching(settings: LoadSettings): void {
  const { batchSize, minBatchSize, minBatchTimeoutMs } = batchingOf(settings);
  if (minBatchSize > 0 && batchSize === 0) throw new InferplayError('USAGE', `load, option min-batch-size: a batch of at least ${minBatchSize} rows needs a largest one too: give --batch-size.`);
  if (minBatchTimeoutMs > 0 && minBatchSize === 0) throw new InferplayError('USAGE', 'load, option min-batch-timeout: without --min-batch-size no run waits for others, so that there is no time to limit: give both, or neither.');
  if (minBatchSize > batchSize) throw new InferplayError('USAGE', `load, option min-batch-size: ${minBatchSize} is above --batch-size ${batchSize}, so that no batch could ever be large enough.`);
}

/** Keys that were asked for by name, of a data set that has none. @throws InferplayError USAGE */
export function refuseKeyless({ put }: LoadSettings, columns: readonly Column[]): void {
  if (put === 'auto' || put === 'none' || columns.some(({ name }) => name === KEY_COLUMN)) return;
  throw new InferplayError('USAGE', `The data set has no column "${KEY_COLUMN}", so that --put ${put} has no rows to put: leave it out, and its models alone are loaded.`);
}

/** Requests that are put together have more rows than one of them, and each of them has as many as a graph with a fixed first dimension takes. @throws InferplayError USAGE */
export function refuseFixed(settings: LoadSettings, manifest: Pick<Manifest, 'models' | 'columns'> | null): void {
  const { batchSize } = batchingOf(settings);
  for (const model of settings.models ? (manifest?.models ?? []) : []) {
    const rows = fixedRowsOf(model, manifest!.columns);
    if (rows === null || batchSize <= rows) continue;
    throw new InferplayError('USAGE', `The model ${model.name} takes exactly ${rows} ${rows === 1 ? 'row' : 'rows'} a run, its graph says, so that requests cannot be put together up to ${batchSize}: leave --batch-size out, or use a model whose first dimension is open.`);
  }
}

export interface Range {
  readonly fromRow: number;
  readonly toRow: number;
}

/** @throws InferplayError USAGE when the range is empty or beyond the data set */
export function rangeOf(settings: Partial<Pick<LoadSettings, 'fromRow' | 'toRow'>>, rows: number): Range {
  const { fromRow = 0, toRow = rows } = settings;
  if (toRow > rows || fromRow > toRow || (fromRow === toRow && rows > 0)) {
    throw new InferplayError('USAGE', `Rows ${fromRow} to ${toRow} cannot be loaded: the data set has rows 0 to ${rows - 1}, and --to-row is the row to stop before.`);
  }
  return { fromRow, toRow };
}
