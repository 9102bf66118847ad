/** Finds the rows of a CSV: one pass over the bytes, on the main thread. */
import { open } from 'node:fs/promises';

/** An offset is kept for every so many rows: any row is then at most this many line feeds away. */
export const INDEX_ROWS = 1024;
const CHUNK_BYTES = 4 << 20;
/** A longer line is not a row of numbers; it also bounds the buffers of the parsers. */
export const LINE_BYTES_MAX = 1 << 20;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;

export interface CsvIndex {
  /** Offsets of rows 0, INDEX_ROWS, 2 * INDEX_ROWS, …, in memory that threads share. */
  readonly offsets: Float64Array;
  /** Offset after the last row; empty lines at the end of the file are not rows. */
  readonly endOffset: number;
  readonly rows: number;
  /**
   * False where a quote does not simply surround a field, or a line is too long for the parsers' buffers: then only csv-parse can tell
   * what is a row, and the rest of the index means nothing.
   */
  readonly regular: boolean;
  readonly sizeBytes: number;
}

/**
 * Stops at the first line that is irregular.
 * @param bodyOffset where the rows begin, after the header's line
 */
export async function scanCsv(path: string, bodyOffset: number, signal: AbortSignal): Promise<CsvIndex> {
  const handle = await open(path);
  const scan = newScan();
  let position = 0;
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES + LINE_BYTES_MAX);
    let held = 0;
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, held, CHUNK_BYTES, position);
      if (bytesRead === 0) break;
      const from = Math.max(0, bodyOffset - position);
      position += bytesRead;
      if (from >= bytesRead) continue;
      const end = held + bytesRead;
      const at = scanLines(scan, buffer, held === 0 ? from : 0, held, end, position - end);
      held = end - at;
      if (held > LINE_BYTES_MAX) scan.regular = false;
      if (!scan.regular) break;
      buffer.copyWithin(0, at, end);
    }
    if (held > 0 && scan.regular) {
      buffer[held] = LINE_FEED;
      scanLines(scan, buffer, 0, held, held + 1, position - held);
    }
  } finally {
    await handle.close();
  }
  const offsets = new Float64Array(new SharedArrayBuffer(scan.offsets.length * 8));
  offsets.set(scan.offsets);
  return { offsets, endOffset: Math.min(scan.endOffset, position), rows: scan.rowsKept, regular: scan.regular, sizeBytes: position };
}

function newScan() {
  return { offsets: [] as number[], rows: 0, rowsKept: 0, endOffset: 0, regular: true };
}

/**
 * Takes the whole lines of `buffer[start, end)`; answers where the first line that is not whole begins.
 * @param fresh line feeds before it were looked for already; @param base offset in the file of the buffer's first byte
 */
function scanLines(scan: ReturnType<typeof newScan>, buffer: Buffer, start: number, fresh: number, end: number, base: number): number {
  const view = buffer.subarray(0, end);
  let at = start;
  let quote = view.indexOf(QUOTE, at);
  for (let feed = view.indexOf(LINE_FEED, Math.max(fresh, at)); feed >= 0; feed = view.indexOf(LINE_FEED, at)) {
    if (feed - at > LINE_BYTES_MAX) scan.regular = false;
    if (scan.rows % INDEX_ROWS === 0) scan.offsets.push(base + at);
    scan.rows += 1;
    if (quote >= 0 && quote < feed) {
      if (!quotesAreSimple(view, at, quote, feed)) scan.regular = false;
      quote = view.indexOf(QUOTE, feed + 1);
    }
    if (!scan.regular) break;
    // Empty lines count as rows, which are bad, unless nothing but empty lines follows.
    if (feed > at + 1 || (feed === at + 1 && view[at] !== CARRIAGE_RETURN)) {
      scan.rowsKept = scan.rows;
      scan.endOffset = base + feed + 1;
    }
    at = feed + 1;
  }
  return at;
}

/** Whether every quote of the line opens at a field's begin or closes at its end, with no other quote between. */
function quotesAreSimple(view: Buffer, start: number, first: number, feed: number): boolean {
  for (let open = first; open >= 0 && open < feed; ) {
    if (open !== start && view[open - 1] !== COMMA) return false;
    const close = view[open + 2] === QUOTE ? open + 2 : view.indexOf(QUOTE, open + 1);
    if (close < 0 || close >= feed) return false;
    const after = view[close + 1];
    if (after !== COMMA && after !== LINE_FEED && after !== CARRIAGE_RETURN) return false;
    if (close + 3 >= feed) return true;
    open = view.indexOf(QUOTE, close + 1);
  }
  return true;
}
