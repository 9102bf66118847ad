/** The input file: is it there, is it what it claims to be, and its first bytes. What is compressed is decompressed beside the output. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { InferplayError, messageOf } from '../core/errors.js';

/** Enough for any header, and for what tells one kind of file from another. */
const HEAD_BYTES = 64 << 10;

export interface Head {
  readonly bytes: Buffer;
  readonly sizeBytes: number;
}

/** @throws InferplayError DATA for a file that is missing, a folder, or unreadable */
export async function readHead(path: string): Promise<Head> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw new InferplayError('DATA', `${path} is a folder; name the CSV file in it.`);
    const handle = await open(path);
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return { bytes: buffer.subarray(0, bytesRead), sizeBytes: stats.size };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof InferplayError) throw error;
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new InferplayError('DATA', absent ? `there is no file ${path}; check the path, or leave the option input out to make rows up.` : `${path} cannot be read (${messageOf(error)}); check its permissions.`, { cause: error });
  }
}

export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Refuses what is certainly no CSV. @throws InferplayError DATA, with a sentence for each kind */
export function checkText(path: string, head: Buffer): void {
  const text = head.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  const refuse = (what: string): never => {
    throw new InferplayError('DATA', `${path} ${what}`);
  };
  if (text.trim() === '') refuse('is empty; download or copy it again.');
  if (text.startsWith('version https://git-lfs.github.com/spec/')) refuse('is a Git LFS pointer, not the data; fetch the file with `git lfs pull`.');
  if (/^\s*(?:<!doctype html|<html|<\?xml)/i.test(text)) refuse('is a web page, not a CSV (a download that needed a login?); download the file itself.');
  if (text.startsWith('PK\x03\x04')) refuse('is a zip archive; unpack it and name the CSV in it.');
  if (text.startsWith('PAR1')) refuse('is a Parquet file; convert it to CSV first.');
  if (/^(?:\xff\xfe|\xfe\xff)/.test(text)) refuse('is UTF-16 text; convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8).');
  if (text.includes('\0')) refuse('is binary, not a CSV; check the path.');
}

/** Decompresses a .gz file into the folder and answers the path of the text. */
export async function decompress(path: string, folder: string, signal: AbortSignal): Promise<string> {
  const spool = join(folder, 'source.csv');
  try {
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(spool), { signal });
  } catch (error) {
    throw spoolError(path, spool, error, signal);
  }
  return spool;
}

/** Explains why a temporary file could not be made. */
export function spoolError(path: string, spool: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || error instanceof InferplayError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new InferplayError('DATA', `the disk is full: the text of ${path} did not fit into ${spool}; make room, or name another folder with --out.`, { cause: error });
  }
  if (code.startsWith('Z_')) return new InferplayError('DATA', `${path} is a damaged gzip file (${messageOf(error)}); download or copy it again.`, { cause: error });
  return new InferplayError('DATA', `the text of ${path} could not be written to ${spool} (${messageOf(error)}); check the folder.`, { cause: error });
}
