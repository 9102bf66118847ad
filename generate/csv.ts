/**
 * csv-parse's part: it reads the header and finds the dialect, and where lines are not rows (line breaks or quotes in quotes, another
 * delimiter) it rewrites the whole file as a regular CSV, with which the fast parser goes on.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { CsvError, parse } from 'csv-parse';
import type { Parser } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';
import { InferplayError, reasonOf } from '../core/errors.js';
import type { BadRow } from '../core/manifest.js';
import { cappedText, faultOf } from './csv-row.js';
import type { CsvLayout } from './csv-row.js';
import { LINE_BYTES_MAX } from './csv-scan.js';
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
  /** Lines end with a carriage return alone, as on old Macintoshes. */
  readonly macintosh: boolean;
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
  if (best === null) throw new InferplayError('DATA', `${path}, line 1: the header cannot be read (${reason === null ? 'there is none' : reasonOf(reason)}); check the file.`, { cause: reason });
  return best;
}

/** csv-parse counts the bytes of the record with or without its line end; the rows begin after it. */
function endOfHeader(head: Buffer, bytes: number): Pick<Header, 'bodyOffset' | 'bodyLine' | 'macintosh'> {
  const macintosh = head.includes(0x0d) && !head.includes(0x0a);
  const lineEnd = macintosh ? 0x0d : 0x0a;
  const ended = bytes > 0 && head[bytes - 1] === lineEnd;
  const end = ended ? bytes - 1 : head.indexOf(lineEnd, bytes);
  const bodyOffset = end < 0 ? head.length : end + 1;
  let bodyLine = 1;
  for (let at = head.indexOf(lineEnd); at >= 0 && at < bodyOffset; at = head.indexOf(lineEnd, at + 1)) bodyLine += 1;
  return { bodyOffset, bodyLine, macintosh };
}

/**
 * Rewrites the wanted columns as a regular CSV without header.
 *
 * A stray quote is text: it makes its row bad where a number is wanted, and does no harm elsewhere. Where a quote is not closed as it
 * should be, nobody can tell what it was meant to hold: the first line of its row is bad, and reading goes on with the next line.
 * @param onBad called for each bad row, with the line where the row begins; it may throw, to stop at the first
 */
export async function normalise(
  path: string, header: Header, layout: CsvLayout, folder: string, signal: AbortSignal, onBad: (row: BadRow) => void,
): Promise<{ path: string; layout: CsvLayout }> {
  const spool = join(folder, 'normalised.csv');
  const wanted = layout.slots.flatMap((slot, column) => (slot < 0 ? [] : [column]));
  const output = createWriteStream(spool, { signal });
  const failed = once(output, 'error').then(([error]) => { throw error; });
  failed.catch(() => {});
  const place = { offset: header.bodyOffset, line: header.bodyLine };
  let piece = '';
  let empty = 0;
  // Empty lines are bad rows, unless nothing but empty lines follows.
  const reportEmpty = (): void => {
    for (; empty > 0; empty -= 1) onBad({ line: place.line - empty, ...faultOf([''], layout)! });
  };
  const take = (record: string[]): void => {
    if (record.length === 1 && record[0].trim() === '') { empty += 1; return; }
    reportEmpty();
    const fault = faultOf(record, layout);
    if (fault === null) piece += wanted.map((column) => record[column].trim()).join(',') + '\n';
    else if (record.some(isTorn)) throw new TornRow();
    else onBad({ line: place.line, ...fault });
  };
  const flush = async (leastCharacters: number): Promise<void> => {
    if (piece.length <= leastCharacters) return;
    const room = output.write(piece);
    piece = '';
    if (!room) await Promise.race([once(output, 'drain'), failed]);
  };
  try {
    for (let torn = 0; ; torn += 1) {
      const reason = await readRecords(path, header, place, signal, take, () => flush(PIECE_CHARACTERS));
      if (reason === null) break;
      reportEmpty();
      await passLine(path, header, place, signal, (text, isLong) => {
        const bad = { line: place.line, column: null, reason: isLong ? `the line is longer than ${LINE_BYTES_MAX} bytes` : reason, text: cappedText(text) };
        onBad(bad);
        if (torn === TORN_MAX) throw new InferplayError('DATA', `${path}, line ${place.line}: ${reason}, as in ${TORN_MAX} rows before it; correct the file's quotes.`);
      });
    }
    await flush(0);
    output.end();
    await Promise.race([once(output, 'close'), failed]);
  } catch (error) {
    output.destroy();
    throw spoolError(path, spool, error, signal);
  }
  return { path: spool, layout: { names: wanted.map((column) => layout.names[column]), slots: wanted.map((column) => layout.slots[column]), kinds: layout.kinds } };
}

/** Where a record begins. */
interface Place {
  offset: number;
  line: number;
}

/** Bad quotes after which reading went on: each costs up to LINE_BYTES_MAX that are read again. */
const TORN_MAX = 1000;

/** A quote was opened and closed in the middle of another field, lines below. */
class TornRow extends Error {}

/** csv-parse gives such a field its opening quote back. Text that begins so by right is rare, and costs no more than another bad row. */
function isTorn(field: string): boolean {
  return field.startsWith('"') && /[\r\n]/.test(field);
}

/** Reads records and moves `place` on behind each. Answers null at the end of the file, or what is wrong with the record at `place`. */
async function readRecords(path: string, header: Header, place: Place, signal: AbortSignal, take: (record: string[]) => void, rest: () => Promise<void>): Promise<string | null> {
  const begun = place.offset;
  const lineEnd = header.macintosh ? '\r' : '\n';
  const parser = parse({
    delimiter: header.delimiter, record_delimiter: header.macintosh ? ['\r'] : ['\r\n', '\n'], relax_column_count: true, relax_quotes: true, max_record_size: LINE_BYTES_MAX,
    on_record: (record: string[], { bytes }) => {
      take(record);
      place.offset = begun + bytes;
      place.line += record.reduce((sum, field) => sum + field.split(lineEnd).length - 1, 1);
      return null;
    },
  });
  parser.on('error', () => {}).resume();
  const input = createReadStream(path, { start: begun, signal });
  try {
    for await (const bytes of input) {
      await given(parser, bytes as Buffer);
      await rest();
    }
    await given(parser, null);
    return null;
  } catch (error) {
    if (error instanceof TornRow || (error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED')) return 'a quote opens in this row and is never closed';
    if (error instanceof CsvError && error.code === 'CSV_MAX_RECORD_SIZE') return `a quote opens in this row and is not closed within ${LINE_BYTES_MAX} bytes`;
    if (error instanceof CsvError) throw new InferplayError('DATA', `${path}, line ${place.line}: ${reasonOf(error)}; correct the file.`, { cause: error });
    throw error;
  } finally {
    input.destroy();
    parser.destroy();
  }
}

/** One piece at a time, or null for the end: csv-parse calls back when it has taken all records out of it. */
function given(parser: Parser, bytes: Buffer | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const taken = (error?: Error | null): void => (error ? reject(error) : resolve());
    if (bytes === null) parser.end(taken);
    else parser.write(bytes, taken);
  });
}

/** Moves `place` to the next line, after it told the text of this one, or its beginning. */
async function passLine(path: string, header: Header, place: Place, signal: AbortSignal, tell: (text: string, isLong: boolean) => void): Promise<void> {
  let text = '';
  let length = 0;
  for await (const bytes of createReadStream(path, { start: place.offset, signal }) as AsyncIterable<Buffer>) {
    const end = bytes.indexOf(header.macintosh ? 0x0d : 0x0a);
    if (length === 0) text = bytes.toString('utf8', 0, end < 0 ? undefined : end).trimEnd();
    length += end < 0 ? bytes.length : end + 1;
    if (end >= 0) break;
  }
  tell(text, length > LINE_BYTES_MAX);
  place.offset += length;
  place.line += 1;
}
