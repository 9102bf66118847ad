/**
 * `manifest.json`: what is in a data set, and the marker that it is whole.
 * It is written last; a folder without it is a generation that was stopped.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InferplayError, reasonOf } from './errors.js';
import { writeWhole } from './folder.js';
import type { ModelPort } from './inference.js';
import { sentDtype, type Conversion } from './conversion.js';
import { DTYPES } from './tensor.js';
import type { DType } from './tensor.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A column of every shard. Tensor columns are FixedSizeList with `arrow.fixed_shape_tensor` metadata. */
export interface Column {
  readonly name: string;
  /** `utf8` is a text, never a tensor. */
  readonly dtype: DType | 'uint64' | 'utf8';
  /** Shape of the tensor in each row; null for a plain scalar column (id, label, time_s). */
  readonly shape: readonly number[] | null;
  readonly nullable: boolean;
  /** Names of a tensor's dimensions, for example H, W and C; absent where nobody named them. */
  readonly dimNames?: readonly string[];
  /** How the stored values become the ones that a model is given; absent where they are the same. */
  readonly sent?: Conversion;
}

export interface ShardEntry {
  /** Name within the data set's folder. */
  readonly file: string;
  readonly firstRow: number;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface ModelEntry {
  /** Key under which load stores it, for example `financialNet`. */
  readonly name: string;
  readonly file: string;
  readonly backend: 'ONNX';
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Input names in the graph's order; each is the name of a tensor column. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** True for the model whose answers the column `expected` holds. */
  readonly expected: boolean;
  /** The inputs as the graph has them, in its order; absent in data sets of older versions. */
  readonly ports?: readonly ModelPort[];
}

/** The model that a replay asks where nothing else is said: the one whose answers the data set has, or its only one. */
export function chosenModel(models: readonly ModelEntry[]): ModelEntry | undefined {
  return models.find(({ expected }) => expected) ?? (models.length === 1 ? models[0] : undefined);
}

/**
 * Rows that the model's graph insists on; null where it takes any number, or where nothing tells. An input has one dimension more than a row
 * of its column: the batch. Ports are in the order of the model's inputs, whatever they are called.
 */
export function fixedRowsOf({ ports, inputs }: ModelEntry, columns: readonly Column[]): number | null {
  for (const [at, { shape }] of (ports ?? []).entries()) {
    const column = columns.find(({ name }) => name === inputs[at]);
    if (column?.shape && shape.length === column.shape.length + 1 && shape[0] !== null) return shape[0];
  }
  return null;
}

/** A column that some model is given and that RedisAI has no tensors for (float16); null where there is none. */
export function strangeToRedisAi({ models, columns }: Pick<Manifest, 'models' | 'columns'>): Column | null {
  const given = columns.filter(({ name, shape }) => shape !== null && models.some(({ inputs }) => inputs.includes(name)));
  return given.find((column) => DTYPES[sentDtype(column) as DType]?.redisai === null) ?? null;
}

export interface BadRow {
  /** 1-based line in the source. */
  readonly line: number;
  /** Column name, or null where the whole row is at fault. */
  readonly column: string | null;
  readonly reason: string;
  /** The offending text, capped. */
  readonly text: string;
}

export interface Manifest {
  readonly format: 'inferplay-dataset';
  readonly version: 1;
  readonly useCase: string;
  /** What a row is, for rates: `image`. Absent where a row is just a row. */
  readonly rowName?: string;
  /** inferplay's version that wrote it. */
  readonly generator: string;
  /** Every option that determines the bytes, by option name. Paths are base names. */
  readonly options: { readonly [name: string]: Json };
  readonly seed: number;
  /** What the rows were made from; null when the generator made everything up. */
  readonly source: { readonly name: string; readonly sha256: string; readonly sizeBytes: number; readonly rows: number } | null;
  readonly rows: number;
  readonly rowsPerShard: number;
  readonly rowsPerBatch: number;
  readonly columns: readonly Column[];
  readonly shards: readonly ShardEntry[];
  readonly models: readonly ModelEntry[];
  readonly badRows: { readonly count: number; readonly listed: readonly BadRow[] };
  /** Identity of the data set: SHA-256 over the shards' and the models' hashes, in order, as hex text joined by newlines. */
  readonly sha256: string;
}

export const MANIFEST_FILE = 'manifest.json';

/** Identity of a data set; see `Manifest.sha256`. */
export function manifestSha256(shards: readonly { readonly sha256: string }[], models: readonly { readonly sha256: string }[]): string {
  const hashes = [...shards, ...models].map((entry) => entry.sha256);
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}

/** @throws InferplayError DATA where it is absent, unreadable, or of a format or version that is not ours */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_FILE);
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(await readFile(path, 'utf8')) as Partial<Manifest> | null;
  } catch (error) {
    throw new InferplayError('DATA', `${path} cannot be read (${reasonOf(error)}); copy it again, or generate the data set again with --overwrite.`, { cause: error });
  }
  if (manifest?.format !== 'inferplay-dataset') {
    throw new InferplayError('DATA', `${path} is not the manifest of an inferplay data set; name a folder that \`inferplay generate\` made, or a folder of Arrow files without a manifest.`);
  }
  if (manifest.version !== 1) {
    throw new InferplayError('DATA', `${path} has format version ${String(manifest.version)}, and this inferplay reads version 1; generate the data set again with --overwrite, or use the inferplay that wrote it (${String(manifest.generator)}).`);
  }
  const fault = faultOf(manifest);
  if (fault !== null) throw new InferplayError('DATA', `${path} was damaged: ${fault}; copy it again, or generate the data set again with --overwrite.`);
  return manifest as Manifest;
}

/** Whether the manifest is damaged, not merely of another format or version: then only `--overwrite` helps. */
export async function isBroken(folder: string): Promise<boolean> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, MANIFEST_FILE), 'utf8')) as Partial<Manifest> | null;
    return manifest?.format === 'inferplay-dataset' && manifest.version === 1 && faultOf(manifest) !== null;
  } catch (error) {
    return error instanceof SyntaxError;
  }
}

/** Checks what the readers of a manifest rely on: names stay within the folder, and counts add up. */
function faultOf(manifest: Partial<Manifest>): string | null {
  const { shards, models, columns, rows } = manifest;
  if (!Array.isArray(shards) || !Array.isArray(models) || !Array.isArray(columns)) return 'shards, models or columns are missing';
  let next = 0;
  for (const shard of shards) {
    if (typeof shard?.file !== 'string' || basename(shard.file) !== shard.file) return `the shard name ${JSON.stringify(shard?.file)} is not a plain file name`;
    if (shard.firstRow !== next || !Number.isSafeInteger(shard.rows) || shard.rows < 0) return `the rows of ${shard.file} do not follow on from those before`;
    next += shard.rows;
  }
  if (models.some((model) => typeof model?.file !== 'string' || basename(model.file) !== model.file)) return 'a model is not named by a plain file name';
  if (columns.some((column) => column?.dtype !== 'uint64' && column?.dtype !== 'utf8' && !Object.hasOwn(DTYPES, String(column?.dtype)))) return 'a column has an unknown type';
  return next === rows ? null : `it promises ${String(rows)} rows and its shards have ${next}`;
}

/** Written last, under a temporary name, and renamed: it is there whole or not at all. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeWhole(join(folder, MANIFEST_FILE), JSON.stringify(manifest, null, 2) + '\n');
}
