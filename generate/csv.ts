/**
 * csv-parse's part: it reads the header and finds the dialect, and where lines are not rows (line breaks or quotes in quotes, another
 * delimiter) it rewrites the whole file as a regular CSV, with which the fast parser goes on.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';
import { InferplayError, messageOf } from '../core/errors.js';
import type { BadRow } from '../core/manifest.js';
import { faultOf } from './csv-row.js';
import type { CsvLayout } from './csv-row.js';
import { spoolError } from './source.js';

const DELIMITERS = [',', ';', '\t', '|'];
/** Written to the spool in pieces of about this size. */
const PIECE_CHARACTERS = 1 << 18;

export interface Header {
  readonly names: readonly string[];
  readonly delimiter: string;
  /** Offset of the first byte after the header's line. */
  readonly bodyOffset: number;
  /** 1-based line of the first row. */
  readonly bodyLine: number;
}

/**
 * The header, read with the delimiter that gives it the most of the columns that are looked for.
 * @throws InferplayError DATA for a header that csv-parse cannot read, or without an end
 */
export function readHeader(path: string, head: Buffer, wanted: readonly string[]): Header {
  let best: Header | null = null;
  let most = -1;
  let reason: unknown = null;
  for (const delimiter of DELIMITERS) {
    try {
      const [first] = parseSync(head, { bom: true, delimiter, to: 1, info: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true, trim: true }) as unknown as { record: string[]; info: { bytes: number; lines: number } }[];
      if (first === undefined) continue;
      const found = wanted.filter((name) => first.record.includes(name)).length;
      if (found > most || best === null) {
        most = found;
        best = { names: first.record, delimiter, ...endOfHeader(head, first.info.bytes) };
      }
    } catch (error) {
      reason ??= error;
    }
  }
  if (best === null) throw new InferplayError('DATA', `${path}, line 1: the header cannot be read (${reason === null ? 'there is none' : messageOf(reason)}); check the file.`, { cause: reason });
  return best;
}

/** csv-parse counts the bytes of the record with or without its line end; the rows begin after the line feed. */
function endOfHeader(head: Buffer, bytes: number): { bodyOffset: number; bodyLine: number } {
  const ended = bytes > 0 && head[bytes - 1] === 0x0a;
  const feed = ended ? bytes - 1 : head.indexOf(0x0a, bytes);
  const bodyOffset = feed < 0 ? head.length : feed + 1;
  let bodyLine = 1;
  for (let at = head.indexOf(0x0a); at >= 0 && at < bodyOffset; at = head.indexOf(0x0a, at + 1)) bodyLine += 1;
  return { bodyOffset, bodyLine };
}

export interface Spool {
  readonly path: string;
  readonly layout: CsvLayout;
  readonly badRows: { readonly count: number; readonly listed: readonly BadRow[] };
}

/**
 * Rewrites the wanted columns as a regular CSV without header.
 * @param onBad called for each bad row; it may throw, to stop at the first
 */
export async function normalise(
  path: string, header: Header, layout: CsvLayout, folder: string, signal: AbortSignal, onBad: (row: BadRow) => void,
): Promise<{ path: string; layout: CsvLayout }> {
  const spool = join(folder, 'normalised.csv');
  const wanted = layout.slots.flatMap((slot, column) => (slot < 0 ? [] : [column]));
  const parser = parse({
    bom: true, delimiter: header.delimiter, from: 2, relax_column_count: true, skip_empty_lines: false, info: true,
    max_record_size: 1 << 20,
  });
  const input = createReadStream(path);
  const output = createWriteStream(spool, { signal });
  input.on('error', (error) => parser.destroy(error)).pipe(parser);
  const failed = once(output, 'error').then(([error]) => { throw error; });
  failed.catch(() => {});
  try {
    let piece = '';
    let empty = 0;
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      // Empty lines are bad rows, unless nothing but empty lines follows.
      if (record.length === 1 && record[0].trim() === '') { empty += 1; continue; }
      for (let line = info.lines - empty; empty > 0; empty -= 1, line += 1) onBad({ line, ...faultOf([''], layout)! });
      const fault = faultOf(record, layout);
      if (fault !== null) onBad({ line: info.lines, ...fault });
      else piece += wanted.map((column) => record[column].trim()).join(',') + '\n';
      if (piece.length > PIECE_CHARACTERS) {
        if (!output.write(piece)) await Promise.race([once(output, 'drain'), failed]);
        piece = '';
      }
    }
    output.end(piece);
    await Promise.race([once(output, 'close'), failed]);
  } catch (error) {
    output.destroy();
    throw csvError(path, spool, error, signal);
  } finally {
    input.destroy();
  }
  return { path: spool, layout: { names: wanted.map((column) => layout.names[column]), slots: wanted.map((column) => layout.slots[column]), kinds: layout.kinds } };
}

function csvError(path: string, spool: string, error: unknown, signal: AbortSignal): unknown {
  const { code, lines } = error as { code?: string; lines?: number };
  if (code?.startsWith('CSV_') !== true) return spoolError(path, spool, error, signal);
  return new InferplayError('DATA', `${path}, line ${lines ?? 1}: ${messageOf(error)}; correct the file.`, { cause: error });
}
