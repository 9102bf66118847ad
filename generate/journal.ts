/**
 * What makes a stopped generation go on: a line that says what is being made, and a line for each shard that is whole.
 * A line is written after its shard was renamed, so that at worst one shard is made once more.
 */
import { appendFileSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { JOURNAL_FILE, sha256File, writeWhole } from '../core/folder.js';
import type { ShardEntry } from '../core/manifest.js';

export interface Journal {
  /** JSON of everything that determines the bytes. */
  readonly identity: string;
  readonly shards: readonly ShardEntry[];
}

/** null where there is none. A last line that was cut off is passed over; a file that is not a journal has the identity ''. */
export async function readJournal(folder: string): Promise<Journal | null> {
  const text = await readFile(join(folder, JOURNAL_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const [first, ...rest] = text.split('\n').flatMap(parseLine);
  const begun = first as { format?: string; identity?: unknown } | undefined;
  return begun?.format === 'inferplay-generation'
    ? { identity: JSON.stringify(begun.identity), shards: rest as ShardEntry[] }
    : { identity: '', shards: [] };
}

function parseLine(line: string): unknown[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

export async function beginJournal(folder: string, identity: string): Promise<void> {
  await writeWhole(join(folder, JOURNAL_FILE), `{"format":"inferplay-generation","identity":${identity}}\n`);
}

/** The line feed before it ends a line that a kill may have cut off. */
export function appendShard(folder: string, shard: ShardEntry): void {
  appendFileSync(join(folder, JOURNAL_FILE), `\n${JSON.stringify(shard)}\n`);
}

/** Of the shards that the journal knows, those that are on disk as it says. */
export async function wholeShards(folder: string, journal: Journal, wanted: readonly Pick<ShardEntry, 'file' | 'firstRow' | 'rows'>[], signal: AbortSignal): Promise<Map<string, ShardEntry>> {
  const whole = new Map<string, ShardEntry>();
  for (const { file, firstRow, rows } of wanted) {
    const entry = journal.shards.find((shard) => shard.file === file && shard.firstRow === firstRow && shard.rows === rows);
    if (entry === undefined) continue;
    const path = join(folder, file);
    const size = await stat(path).then((stats) => stats.size, () => -1);
    if (size === entry.sizeBytes && (await sha256File(path, signal)) === entry.sha256) whole.set(file, entry);
  }
  return whole;
}

export async function removeJournal(folder: string): Promise<void> {
  await rm(join(folder, JOURNAL_FILE), { force: true });
}
