/** Reads rows of a regular CSV from any row on, in pieces of bounded size. Runs in worker threads. */
import { closeSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { InferplayError } from '../core/errors.js';
import type { BadRow } from '../core/manifest.js';
import { faultOfLine, rowParser } from './csv-row.js';
import type { CsvLayout } from './csv-row.js';
import { INDEX_ROWS, LINE_BYTES_MAX } from './csv-scan.js';
import { SLACK_BYTES } from './float.js';

const CHUNK_BYTES = 1 << 20;
const LINE_FEED = 0x0a;

/** A CSV and where its rows are: survives structured clone. */
export interface CsvFile {
  /** The file that is read. */
  readonly path: string;
  /** Name of the user's file, for messages. */
  readonly name: string;
  readonly layout: CsvLayout;
  /** Offsets of rows 0, INDEX_ROWS, …; bad rows do not count where they are skipped. */
  readonly offsets: Float64Array;
  readonly endOffset: number;
  readonly rows: number;
  /** 1-based line of the first row. */
  readonly firstLine: number;
  readonly skipBad: boolean;
}

export interface CsvReader {
  /** The values of the row last read, by slot of the layout. */
  readonly values: Float64Array;
  /** Goes to a row below `rows`. */
  seek(row: number): void;
  /** Reads the next row. After the last one comes the first again. @throws InferplayError DATA for a bad row that is not skipped */
  next(): void;
  close(): void;
}

export function openCsv(file: CsvFile): CsvReader {
  const lines = lineReader(file.path, file.endOffset);
  const parser = rowParser(file.layout);
  let row = -1;
  const seek = (wanted: number): void => {
    if (wanted === row) return;
    const indexed = Math.floor(wanted / INDEX_ROWS);
    lines.seek(file.offsets[indexed]);
    row = indexed * INDEX_ROWS;
    while (row < wanted) {
      // Where bad rows are skipped only the parser can tell which lines count.
      if (!file.skipBad || parser.parse(lines.buffer(), lines.view, lines.at()) >= 0) row += 1;
      lines.pass();
    }
  };
  return {
    values: parser.values,
    seek,
    next() {
      if (row === file.rows) seek(0);
      for (;;) {
        const after = parser.parse(lines.buffer(), lines.view, lines.at());
        if (after >= 0) {
          lines.passTo(after);
          row += 1;
          return;
        }
        if (!file.skipBad) throw badRowError(file.name, { line: file.firstLine + row, ...faultOfLine(lines.text(), file.layout) });
        lines.pass();
      }
    },
    close: lines.close,
  };
}

export function badRowError(name: string, bad: BadRow): InferplayError {
  const where = `${name}, line ${bad.line}${bad.column === null ? '' : `, column ${bad.column}`}`;
  return new InferplayError('DATA', `${where}: ${bad.reason} (${JSON.stringify(bad.text)}); correct the row, or leave bad rows out with --on-bad-row skip.`);
}

/** Goes once through all lines, lists the bad ones and indexes the good ones. It lets others run now and then, so that it can be stopped. */
export async function surveyCsv(file: CsvFile, lines: number, listedMax: number, signal: AbortSignal): Promise<{ file: CsvFile; badRows: { count: number; listed: BadRow[] } }> {
  const reader = lineReader(file.path, file.endOffset);
  const parser = rowParser(file.layout);
  const offsets: number[] = [];
  const listed: BadRow[] = [];
  let count = 0;
  let rows = 0;
  try {
    reader.seek(file.offsets[0] ?? 0);
    for (let line = 0; line < lines; line += 1) {
      if (line % INDEX_ROWS === 0) {
        await setImmediate();
        signal.throwIfAborted();
      }
      if (parser.parse(reader.buffer(), reader.view, reader.at()) < 0) {
        count += 1;
        if (listed.length < listedMax) listed.push({ line: file.firstLine + line, ...faultOfLine(reader.text(), file.layout) });
      } else {
        if (rows % INDEX_ROWS === 0) offsets.push(reader.offset());
        rows += 1;
      }
      reader.pass();
    }
  } finally {
    reader.close();
  }
  return { file: { ...file, offsets: Float64Array.from(offsets), rows }, badRows: { count, listed } };
}

/** A window of whole lines over a file: `buffer()` from `at()` on begins with a line that is there to its line feed. */
function lineReader(path: string, endOffset: number) {
  const fd = openSync(path, 'r');
  const bytes = Buffer.alloc(CHUNK_BYTES + LINE_BYTES_MAX + 1 + SLACK_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let end = 0;
  let held = 0;
  let position = 0;
  const fill = (): void => {
    bytes.copyWithin(0, at, held);
    held -= at;
    at = 0;
    const read = readSync(fd, bytes, held, Math.min(CHUNK_BYTES, endOffset - position), position);
    position += read;
    held += read;
    if (read === 0 && held === 0) throw new InferplayError('DATA', `${path} became shorter while it was read; run the command again when nothing writes to it.`);
    // The last line of a file may lack its line feed.
    if (position === endOffset && bytes[held - 1] !== LINE_FEED) bytes[held++] = LINE_FEED;
    end = bytes.lastIndexOf(LINE_FEED, held - 1) + 1;
    if (end === 0) throw new InferplayError('DATA', `${path} changed while it was read; run the command again when nothing writes to it.`);
  };
  const feed = (): number => bytes.indexOf(LINE_FEED, at);
  return {
    view,
    at: () => at,
    buffer(): Buffer {
      if (at >= end) fill();
      return bytes;
    },
    /** Offset in the file of the line at hand. */
    offset: () => position - (held - at),
    seek(offset: number): void {
      position = offset;
      at = 0;
      end = 0;
      held = 0;
    },
    pass(): void {
      if (at >= end) fill();
      at = feed() + 1;
    },
    passTo(after: number): void {
      at = after;
    },
    text: () => bytes.toString('utf8', at, feed()),
    close: () => closeSync(fd),
  };
}
