/** The output folder: may we write there, what is there already, and the removal of what is ours and only that. */
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InferplayError, messageOf } from '../core/errors.js';
import { JOURNAL_FILE } from '../core/folder.js';
import { MANIFEST_FILE, readManifest } from '../core/manifest.js';
import type { Manifest, ShardEntry } from '../core/manifest.js';
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
  /** Removes the staging folder, and the folder itself where it was made in vain. */
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
    throw new InferplayError('DATA', `the folder ${out} cannot be made (${messageOf(error)}); name another one with --out.`, { cause: error });
  }
  const manifest = names.includes(MANIFEST_FILE) ? await readManifest(out) : null;
  const journal = manifest === null ? await readJournal(out) : null;
  if (manifest === null && journal === null && names.some((name) => name !== STAGING)) {
    throw new InferplayError('DATA', `the folder ${out} holds files that are no data set of ours (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}); name an empty or new folder with --out.`);
  }
  if (journal?.identity === '' && !overwrite) throw new InferplayError('DATA', `${join(out, JOURNAL_FILE)} was damaged; add --overwrite to begin anew.`);
  try {
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging);
  } catch (error) {
    throw new InferplayError('DATA', `the folder ${out} cannot be written (${messageOf(error)}); name another one with --out.`, { cause: error });
  }
  return {
    manifest,
    journal,
    async release() {
      await rm(staging, { recursive: true, force: true });
      // rmdir takes empty folders only.
      if (made !== undefined) await rmdir(out).catch(() => {});
    },
  };
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
  if (models(manifest) !== models(draft) && manifest.seed === draft.seed) return 'its models differ';
  const part = ({ useCase, options, seed, source, rows, rowsPerShard, rowsPerBatch }: Draft): string => JSON.stringify({ useCase, ...options, seed, source, rows, rowsPerShard, rowsPerBatch });
  return part(manifest) === part(draft) ? null : identityDifference(part(manifest), part(draft));
}

/** Names the first thing that differs, with both values. */
function identityDifference(had: string, wanted: string): string {
  const before = JSON.parse(had) as { [name: string]: unknown };
  const now = JSON.parse(wanted) as { [name: string]: unknown };
  for (const name of Object.keys({ ...before, ...now })) {
    const [old, young] = [JSON.stringify(before[name]), JSON.stringify(now[name])];
    if (old !== young) return name === 'options' ? identityDifference(old ?? '{}', young ?? '{}') : `its ${name} is ${old}, not ${young}`.slice(0, 300);
  }
  return 'it differs in its details';
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
