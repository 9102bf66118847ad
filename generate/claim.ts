/** The output folder: may we write there, what is there already, and the removal of what is ours and only that. */
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InferplayError, reasonOf } from '../core/errors.js';
import { JOURNAL_FILE } from '../core/folder.js';
import { isBroken, MANIFEST_FILE, readManifest } from '../core/manifest.js';
import type { Manifest, ShardEntry } from '../core/manifest.js';
import { kebab } from '../core/options.js';
import { readJournal } from './journal.js';
import type { Journal } from './journal.js';
import { temporaryName } from './worker.js';

/** Folder for models and temporary files while the data set is made; removed afterwards, and found and removed after a kill. */
export const STAGING = '.generate';

export interface Claim {
  /** Of a whole data set that is there already. */
  readonly manifest: Manifest | null;
  /** Of a generation that was stopped. */
  readonly journal: Journal | null;
  /** Removes the staging folder, and the folders that were made in vain: the output folder and those above it. */
  release(): Promise<void>;
}

/** @throws InferplayError DATA for a folder that cannot be written or that holds files of somebody else */
export async function claimFolder(out: string, overwrite: boolean): Promise<Claim> {
  const staging = join(out, STAGING);
  let made: string | undefined;
  let names: string[];
  try {
    made = await mkdir(out, { recursive: true });
    names = await readdir(out);
  } catch (error) {
    throw new InferplayError('DATA', `the folder ${out} cannot be made (${reasonOf(error)}); name another one with --out.`, { cause: error });
  }
  const broken = overwrite && names.includes(MANIFEST_FILE) && names.every(isOurs) && (await isBroken(out));
  const manifest = names.includes(MANIFEST_FILE) && !broken ? await readManifest(out) : null;
  const journal = broken ? journalOfBroken(names) : manifest === null ? await readJournal(out) : null;
  if (manifest === null && journal === null && names.some((name) => name !== STAGING)) {
    throw new InferplayError('DATA', `the folder ${out} holds files that are no data set of ours (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}); name an empty or new folder with --out.`);
  }
  if (journal?.identity === '' && !overwrite) throw new InferplayError('DATA', `${join(out, JOURNAL_FILE)} was damaged; add --overwrite to begin anew.`);
  try {
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging);
  } catch (error) {
    throw new InferplayError('DATA', `the folder ${out} cannot be written (${reasonOf(error)}); name another one with --out.`, { cause: error });
  }
  return {
    manifest,
    journal,
    async release() {
      await rm(staging, { recursive: true, force: true });
      if (made !== undefined) await removeEmpty(resolve(out), resolve(made));
    },
  };
}

const SHARD = /^[\w-]+-\d{5,}\.arrow$/;

/** By its name, a file such as generate leaves. A broken manifest can no longer say so. */
function isOurs(name: string): boolean {
  return [MANIFEST_FILE, JOURNAL_FILE, STAGING].includes(name) || SHARD.test(name) || name.endsWith('.onnx') || /^\..*\.part$/.test(name);
}

/** What is left of a data set without its manifest, as a generation to be thrown away. Models have the same names again. */
function journalOfBroken(names: readonly string[]): Journal {
  const shards = names.filter((name) => SHARD.test(name)).map((file) => ({ file, firstRow: 0, rows: 0, sizeBytes: 0, sha256: '' }));
  return { identity: '', shards };
}

/** From the innermost folder to the outermost one that was made; rmdir takes empty folders only. */
async function removeEmpty(inner: string, outer: string): Promise<void> {
  for (let folder = inner; folder.startsWith(outer); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}

type Draft = Omit<Manifest, 'shards' | 'sha256'>;

/**
 * Answers the data set that is there where it is the very one that is wanted; null where there is work to do.
 * @throws InferplayError DATA where something else is there and may not be replaced
 */
export function settleFolder(claim: Claim, identity: string, draft: Draft, out: string, overwrite: boolean): Manifest | null {
  const { manifest, journal } = claim;
  if (manifest !== null) {
    const difference = differenceOf(manifest, draft);
    if (difference === null) return manifest;
    if (!overwrite) throw new InferplayError('DATA', `${out} holds another data set (${difference}); name another folder with --out, or add --overwrite to replace it.`);
  }
  if (journal !== null && journal.identity !== identity && !overwrite) {
    throw new InferplayError('DATA', `${out} holds the stopped generation of another data set (${identityDifference(journal.identity, identity)}); go on with the command that began it, name another folder with --out, or add --overwrite to begin anew.`);
  }
  return null;
}

function differenceOf(manifest: Manifest, draft: Draft): string | null {
  const models = (of: Draft): string => JSON.stringify(of.models.map((model) => model.sha256));
  const part = ({ useCase, options, seed, source, rows, rowsPerShard, rowsPerBatch }: Draft): string => JSON.stringify({ useCase, ...options, seed, source, rows, rowsPerShard, rowsPerBatch });
  if (part(manifest) !== part(draft)) return identityDifference(part(manifest), part(draft));
  return models(manifest) === models(draft) ? null : 'its models differ';
}

/** Names the first thing that differs, with both values. */
function identityDifference(had: string, wanted: string): string {
  const before = JSON.parse(had) as { [name: string]: unknown };
  const now = JSON.parse(wanted) as { [name: string]: unknown };
  for (const name of Object.keys({ ...before, ...now })) {
    const [old, young] = [JSON.stringify(before[name]), JSON.stringify(now[name])];
    if (old !== young) return name === 'options' ? identityDifference(old ?? '{}', young ?? '{}') : differenceText(name, before[name], now[name]).slice(0, 300);
  }
  return 'it differs in its details';
}

/** `it has 50 rows, not 51`, `its reference values are 256, not 8`, `its seed is 1, not 2`. */
function differenceText(name: string, old: unknown, young: unknown): string {
  if (name === 'rows') return `it has ${String(old)} rows, not ${String(young)}`;
  if (name === 'source') return sourceDifference(nameOf(old), nameOf(young));
  if (name === 'models') return 'its models differ';
  const words = kebab(name).replaceAll('-', ' ');
  return `its ${words} ${/s$| per /.test(words) ? 'are' : 'is'} ${valueText(old)}, not ${valueText(young)}`;
}

function sourceDifference(old: string | null, young: string | null): string {
  if (old === young) return `the content of its source ${old ?? ''} has changed`;
  return `it was made ${old === null ? 'without a source' : `from ${old}`}, and this one would be ${young === null ? 'without one' : `from ${young}`}`;
}

function nameOf(source: unknown): string | null {
  return (source as { name?: string } | null | undefined)?.name ?? null;
}

function valueText(value: unknown): string {
  return value === null || value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** Removes the data set or the stopped generation that is there, file by file. */
export async function clearFolder(out: string, { manifest, journal }: Claim): Promise<void> {
  // The manifest goes first: without it nobody takes the rest for a whole data set.
  await rm(join(out, MANIFEST_FILE), { force: true });
  for (const { file } of [...(manifest?.shards ?? []), ...(manifest?.models ?? [])]) await rm(join(out, file), { force: true });
  if (journal !== null) await discardGeneration(out, journal.shards);
}

/** Removes shards, whole or not, and the journal. */
export async function discardGeneration(out: string, shards: readonly Pick<ShardEntry, 'file'>[]): Promise<void> {
  for (const { file } of shards) {
    const path = join(out, file);
    await rm(path, { force: true });
    await rm(temporaryName(path), { force: true });
  }
  await rm(join(out, JOURNAL_FILE), { force: true });
}
