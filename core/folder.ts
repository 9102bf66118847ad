/** Files on disk: whole or absent, and their checksums. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Bytes read at a time. */
const CHUNK_BYTES = 1 << 20;

/** Writes under a temporary name, waits for the disk, and renames. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.part`);
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** SHA-256 of a file as hex text, read piece by piece. */
export async function sha256File(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(path);
  try {
    const piece = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(piece, 0, CHUNK_BYTES);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/** The same at once, for a thread with nothing else to do: without a promise for every piece. @param stopped asked before each piece */
export function sha256FileSync(path: string, stopped: () => boolean = () => false): string {
  const hash = createHash('sha256');
  const fd = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let read = readSync(fd, piece); read > 0; read = readSync(fd, piece)) {
      if (stopped()) throw new Error('the reading was stopped');
      hash.update(piece.subarray(0, read));
    }
    return hash.digest('hex');
  } finally {
    closeSync(fd);
  }
}

/** What a generation leaves while it is not whole; see generate/journal.ts. */
export const JOURNAL_FILE = '.generate.jsonl';
