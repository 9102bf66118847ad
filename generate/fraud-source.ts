/** The fraud use case's CSV: from a path to rows that worker threads can read, whatever the file is like. */
import { basename } from 'node:path';
import { InferplayError } from '../core/errors.js';
import type { BadRow, Manifest } from '../core/manifest.js';
import { normalise, readHeader } from './csv.js';
import type { Header } from './csv.js';
import { badRowError, surveyCsv } from './csv-reader.js';
import type { CsvFile } from './csv-reader.js';
import type { CsvLayout } from './csv-row.js';
import { scanCsv } from './csv-scan.js';
import { CLASS_COLUMN, TRANSACTION_COLUMNS } from './fraud-columns.js';
import type { PlanContext } from './use-case.js';
import { checkText, decompress, isGzip, readHead } from './source.js';

/** Bad rows listed in the manifest; all are counted. */
export const BAD_ROWS_LISTED_MAX = 100;

export interface FraudSource {
  readonly csv: CsvFile;
  /** The checksum is the caller's to find. */
  readonly source: Omit<NonNullable<Manifest['source']>, 'sha256'>;
  readonly badRows: Manifest['badRows'];
}

/** @throws InferplayError DATA for anything that is not a CSV with the wanted columns and at least one row */
export async function openFraudCsv(path: string, onBadRow: 'fail' | 'skip', { folder, signal }: Pick<PlanContext, 'folder' | 'signal'>): Promise<FraudSource> {
  let text = path;
  let head = await readHead(path);
  const { sizeBytes } = head;
  if (isGzip(head.bytes)) {
    text = await decompress(path, folder, signal);
    head = await readHead(text);
  }
  checkText(path, head.bytes);
  const header = readHeader(path, head.bytes, [...TRANSACTION_COLUMNS, CLASS_COLUMN]);
  const layout = layoutOf(path, header);
  const scan = await scanCsv(text, header.bodyOffset, signal);
  const found = header.delimiter === ',' && scan.regular && !header.macintosh
    ? await regular({ path: text, name: path, layout, ...scan, firstLine: header.bodyLine, skipBad: onBadRow === 'skip' }, signal)
    : await irregular(path, text, header, layout, onBadRow, folder, signal);
  if (found.csv.rows === 0) {
    throw new InferplayError('DATA', `${path} has a header and no ${found.badRows.count > 0 ? 'good ' : ''}row${found.badRows.count > 0 ? ` (${found.badRows.count} bad ones were skipped)` : ''}; download or copy it again.`);
  }
  return { ...found, source: { name: basename(path), sizeBytes, rows: found.csv.rows } };
}

async function regular(file: CsvFile, signal: AbortSignal): Promise<Omit<FraudSource, 'source'>> {
  const { path, name, layout, offsets, endOffset, rows, firstLine, skipBad } = file;
  const csv = { path, name, layout, offsets, endOffset, rows, firstLine, skipBad };
  if (!skipBad) return { csv, badRows: { count: 0, listed: [] } };
  const survey = await surveyCsv(csv, rows, BAD_ROWS_LISTED_MAX, signal);
  return { csv: survey.file, badRows: survey.badRows };
}

async function irregular(
  path: string, text: string, header: Header, layout: CsvLayout, onBadRow: 'fail' | 'skip', folder: string, signal: AbortSignal,
): Promise<Omit<FraudSource, 'source'>> {
  const listed: BadRow[] = [];
  let count = 0;
  const normal = await normalise(text, header, layout, folder, signal, (row) => {
    if (onBadRow === 'fail') throw badRowError(path, row);
    count += 1;
    if (listed.length < BAD_ROWS_LISTED_MAX) listed.push(row);
  });
  const { offsets, endOffset, rows } = await scanCsv(normal.path, 0, signal);
  return { csv: { path: normal.path, name: path, layout: normal.layout, offsets, endOffset, rows, firstLine: 1, skipBad: false }, badRows: { count, listed } };
}

function layoutOf(path: string, header: Header): CsvLayout {
  const wanted = [...TRANSACTION_COLUMNS, CLASS_COLUMN];
  const missing = TRANSACTION_COLUMNS.filter((name) => !header.names.includes(name));
  if (missing.length > 0) {
    const seen = header.names.slice(0, 40).join(', ').slice(0, 300);
    throw new InferplayError('DATA', `${path}, line 1: the header lacks ${missing.length === 1 ? 'the column' : 'the columns'} ${missing.join(', ')}; it has: ${seen}.`);
  }
  const twice = wanted.find((name) => header.names.indexOf(name) !== header.names.lastIndexOf(name));
  if (twice !== undefined) throw new InferplayError('DATA', `${path}, line 1: the header has the column ${twice} more than once; remove one of them.`);
  const hasClass = header.names.includes(CLASS_COLUMN);
  return {
    names: header.names,
    slots: header.names.map((name) => wanted.indexOf(name)),
    kinds: [...TRANSACTION_COLUMNS.map((name) => (name === 'Time' ? 'exact' as const : 'float32' as const)), ...(hasClass ? ['class' as const] : [])],
  };
}
