/** What the store holds besides the rows that were loaded, and whether a replay could begin with it. */
import { chosenModel, type Manifest } from '../core/manifest.js';
import { compareStoreManifest, type StoreManifest } from '../core/store-manifest.js';
import { KEY_COLUMN, type Range } from './options.js';
import { complaint, type Verified } from './verify.js';

/** Rows that must be loaded before the store holds the whole data set. */
export interface Gap extends Range {
  /** What is missing or different in the part of the data set that was looked at. */
  readonly complaint: string;
}

export interface Parts {
  /** Rows that the store holds in one piece. */
  readonly holds: Range;
  readonly gaps: readonly Gap[];
}

/** After a range was loaded: are the rows before and after it there too, from an earlier load of the same data? */
export async function partsBeside(loaded: Range, rows: number, look: (part: Range) => Promise<Verified>): Promise<Parts> {
  const before = await gapIn({ fromRow: 0, toRow: loaded.fromRow }, look);
  const after = await gapIn({ fromRow: loaded.toRow, toRow: rows }, look);
  return {
    holds: { fromRow: before === null ? 0 : loaded.fromRow, toRow: after === null ? rows : loaded.toRow },
    gaps: [before, after].filter((gap) => gap !== null),
  };
}

/** Null where the store holds the part; else the rows from the first missing one on, or all of them where a value is another. */
async function gapIn(part: Range, look: (part: Range) => Promise<Verified>): Promise<Gap | null> {
  if (part.toRow === part.fromRow) return null;
  const verified = await look(part);
  const wrong = complaint(verified, `rows ${part.fromRow} to ${part.toRow - 1}`);
  if (wrong === null) return null;
  const sound = verified.different > 0 ? 0 : (verified.firstMissingAt ?? 0);
  return { fromRow: part.fromRow + sound, toRow: part.toRow, complaint: wrong };
}

/** How to load what is missing: options of the command. */
export function optionsFor({ fromRow, toRow }: Range, rows: number): string {
  return [fromRow > 0 ? `--from-row ${fromRow}` : '', toRow < rows ? `--to-row ${toRow}` : ''].filter((text) => text !== '').join(' ');
}

/** Why a replay that says no more than its target would be refused by what the store holds; null where it would run. */
export function replayRefusal(manifest: Manifest | null, stored: StoreManifest | null): string | null {
  const model = chosenModel(manifest?.models ?? []);
  if (manifest === null || model === undefined) return 'The data set does not say which model answers it: a replay needs ?model= in the URL of its target.';
  return compareStoreManifest(manifest, stored, { models: [model.name], keys: model.inputs.includes(KEY_COLUMN) ? [`${KEY_COLUMN}Tensor`] : [] });
}
