/**
 * What `load` leaves in a store beside the data: the key by which `replay` refuses to run on the wrong data.
 * It is removed before the first key is written and written after the last one was verified.
 */
import { InferplayError } from './errors.js';
import type { Manifest } from './manifest.js';
import { counted } from './quantity.js';

export const STORE_MANIFEST_KEY = 'inferplay:dataset';

/** Longer values of the key are not ours. */
const TEXT_MAX = 1 << 20;

export interface StoreManifest {
  readonly format: 'inferplay-store';
  readonly version: 1;
  /** inferplay's version that loaded it. */
  readonly inferplay: string;
  /** Identity of the data set (manifest.sha256); null for one that is not ours. */
  readonly sha256: string | null;
  readonly useCase: string | null;
  /** Rows of the whole data set. */
  readonly rows: number;
  /** Rows that the store holds: from `fromRow` up to, not including, `toRow`. */
  readonly fromRow: number;
  readonly toRow: number;
  /** Forms of the keys, for example `referenceTensor:{<id>}`; empty where only models were loaded. */
  readonly keys: readonly string[];
  readonly models: readonly { readonly name: string; readonly sha256: string }[];
}

/** @throws InferplayError DATA when the key holds something else */
export function parseStoreManifest(text: string | Uint8Array): StoreManifest {
  let value: unknown = null;
  try {
    if (text.length <= TEXT_MAX) value = JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
  } catch {
    // Falls through to the one sentence below.
  }
  if (!isStoreManifest(value)) {
    throw new InferplayError('DATA', `The key ${STORE_MANIFEST_KEY} of the server does not hold what "inferplay load" writes there; delete it and load the data set again.`);
  }
  return value;
}

function isStoreManifest(value: unknown): value is StoreManifest {
  if (typeof value !== 'object' || value === null) return false;
  const { format, version, inferplay, sha256, useCase, rows, fromRow, toRow, keys, models } = value as { [name: string]: unknown };
  return (
    format === 'inferplay-store' &&
    version === 1 &&
    typeof inferplay === 'string' &&
    (sha256 === null || typeof sha256 === 'string') &&
    (useCase === null || typeof useCase === 'string') &&
    [rows, fromRow, toRow].every((count) => Number.isSafeInteger(count) && (count as number) >= 0) &&
    Array.isArray(keys) && keys.every((key) => typeof key === 'string') &&
    Array.isArray(models) && models.every((model) => typeof model?.name === 'string' && typeof model?.sha256 === 'string')
  );
}

/** What a replay is going to ask the store for. */
export interface StoreNeeds {
  /** Name of the keys that requests read, for example `referenceTensor`. */
  readonly keys?: readonly string[];
  readonly models?: readonly string[];
}

/**
 * Whether the store holds this data set.
 * @param stored null where the store has no such key
 * @returns null when it does, else one sentence that says what is wrong and what to do
 */
export function compareStoreManifest(manifest: Manifest, stored: StoreManifest | null, needs: StoreNeeds = {}): string | null {
  const reload = 'run "inferplay load" with it first';
  if (stored === null) return `The server holds no data set that was loaded to its end: ${reload}.`;
  if (stored.sha256 !== manifest.sha256) {
    return `The server holds another data set (${describeDataset(stored)}) than this one (${describeDataset(manifest)}): ${reload}, or replay the other.`;
  }
  for (const form of needs.keys ?? []) {
    if (!stored.keys.some((key) => key.startsWith(`${form}:`))) return `The server holds no keys ${form}:{id} of this data set${stored.keys.length > 0 ? `, only ${stored.keys.join(', ')}` : ''}: load it with --put both.`;
  }
  if (stored.keys.length > 0 && (stored.fromRow > 0 || stored.toRow < manifest.rows)) {
    return `The server holds only rows ${stored.fromRow} to ${stored.toRow - 1} of the ${manifest.rows} in this data set: load the rest with --from-row and --to-row.`;
  }
  for (const name of needs.models ?? []) {
    const model = stored.models.find((entry) => entry.name === name);
    const entry = manifest.models.find((own) => own.name === name);
    if (entry && !model) return `The server did not get the model ${name} of this data set: load it without --no-models.`;
    if (entry && model && entry.sha256 !== model.sha256) return `The server holds another model under the name ${name} than this data set: ${reload}.`;
  }
  return null;
}

/** For example `fraud, 2000 rows, sha256 0123456789ab…`. */
export function describeDataset({ sha256, useCase, rows }: Pick<StoreManifest, 'sha256' | 'useCase' | 'rows'>): string {
  return `${useCase ?? 'not made by inferplay'}, ${counted(rows, 'row')}, ${sha256 === null ? 'no checksum' : `sha256 ${sha256.slice(0, 12)}…`}`;
}
