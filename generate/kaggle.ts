/** The generated transactions of kaggle-rows.ts as batches of numbers, and as a CSV file in Kaggle's very format. */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { InferplayError, reasonUnwritable } from '../core/errors.js';
import type { OnProgress } from '../core/progress.js';
import { COMPONENTS, KaggleRows, POWERS_OF_TEN, TRANSACTION_VALUES, type KaggleRow } from './kaggle-rows.js';

const HEADER = `"Time",${Array.from({ length: COMPONENTS }, (_, index) => `"V${index + 1}"`).join(',')},"Amount","Class"\n`;

/** No row is longer: 28 components of at most 23 characters, and four short columns. */
const ROW_BYTES_MAX = 1024;
const BLOCK_BYTES = 1 << 20;

const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const QUOTE = 34;
const LINE_FEED = 10;
const LETTER_E = 101;

/**
 * Fills a batch. The values are those that a parser reads from the text of `writeKaggleCsv` with the same seed and rows.
 * @param transaction rows * 30 float32 values: Time, V1 to V28, Amount
 * @param labels 1 for a fraud; @param timeS the Time column, whole seconds
 * @param totalRows of the whole set
 */
export function fillKaggleRows(
  seed: number, firstRow: number, rows: number, transaction: Float32Array, labels: Uint8Array, timeS: Float64Array, totalRows: number,
): void {
  const maker = new KaggleRows(seed, totalRows);
  for (let index = 0; index < rows; index++) {
    const row = maker.make(firstRow + index);
    const at = index * TRANSACTION_VALUES;
    transaction[at] = row.timeS;
    for (let component = 0; component < COMPONENTS; component++) {
      transaction[at + 1 + component] = row.mantissas[component] / POWERS_OF_TEN[row.decimals[component]];
    }
    transaction[at + 1 + COMPONENTS] = row.amountCents / 100;
    labels[index] = row.label;
    timeS[index] = row.timeS;
  }
}

export interface KaggleCsvOptions {
  readonly rows: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * Writes `rows` rows with a header; 284,807 rows make about 150 MB. Memory is one block of a mebibyte. The file appears
 * under its name when it is whole.
 * @throws InferplayError INTERRUPTED when the signal is aborted, DATA when the file cannot be written
 */
export async function writeKaggleCsv(path: string, options: KaggleCsvOptions): Promise<{ readonly sizeBytes: number }> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    const file = await open(temporary, 'w');
    const sizeBytes = await writeRows(file, options).finally(() => file.close());
    await rename(temporary, path);
    return { sizeBytes };
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof InferplayError) throw error;
    throw new InferplayError('DATA', `${path} cannot be written: ${reasonUnwritable(path, error)}; name another file.`, { cause: error });
  }
}

async function writeRows(file: FileHandle, { rows, seed, signal, onProgress }: KaggleCsvOptions): Promise<number> {
  const started = performance.now();
  const maker = new KaggleRows(seed, rows);
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let length = block.write(HEADER, 'latin1');
  let sizeBytes = 0;
  const flush = async (done: number): Promise<void> => {
    if (signal?.aborted) throw new InferplayError('INTERRUPTED', `Writing the CSV file was stopped after ${done} of ${rows} rows; nothing was kept.`);
    await file.writeFile(block.subarray(0, length));
    sizeBytes += length;
    length = 0;
    onProgress?.({ unit: 'rows', done, total: rows, elapsedMs: performance.now() - started });
  };
  for (let index = 0; index < rows; index++) {
    if (length + ROW_BYTES_MAX > BLOCK_BYTES) await flush(index);
    length = writeRow(maker.make(index), block, length);
  }
  await flush(rows);
  return sizeBytes;
}

function writeRow(row: KaggleRow, into: Buffer, at: number): number {
  at = writeDecimal(row.timeS, 0, into, at);
  for (let component = 0; component < row.mantissas.length; component++) {
    into[at++] = COMMA;
    at = writeDecimal(row.mantissas[component], row.decimals[component], into, at);
  }
  into[at++] = COMMA;
  at = writeDecimal(row.amountCents, 2, into, at);
  into[at++] = COMMA;
  into[at++] = QUOTE;
  into[at++] = ZERO + row.label;
  into[at++] = QUOTE;
  into[at++] = LINE_FEED;
  return at;
}

/** Digits of the number at hand, most significant first; a whole number below 2^53 has at most 16. */
const digits = new Uint8Array(16);

/**
 * Writes mantissa / 10^decimals as R does, which wrote the real file: plain, or scientific where that is shorter, and
 * without trailing zeros. So 100000 becomes 1e+05 and 0.0000272 becomes 2.72e-05.
 */
function writeDecimal(mantissa: number, decimals: number, into: Buffer, at: number): number {
  if (mantissa === 0) {
    into[at] = ZERO;
    return at + 1;
  }
  if (mantissa < 0) into[at++] = MINUS;
  const all = splitDigits(Math.abs(mantissa));
  let count = all;
  while (digits[count - 1] === 0) count--;
  const exponent = all - 1 - decimals;
  const point = count > 1 ? 1 : 0;
  const plain = exponent < 0 ? 1 + count - exponent : Math.max(exponent + 1, count + (count > exponent + 1 ? 1 : 0));
  if (plain > count + point + 4) return writeScientific(count, exponent, into, at);
  if (exponent < 0) {
    into[at++] = ZERO;
    into[at++] = POINT;
    for (let zero = -1; zero > exponent; zero--) into[at++] = ZERO;
  }
  for (let index = 0; index < Math.max(count, exponent + 1); index++) {
    if (exponent >= 0 && index === exponent + 1) into[at++] = POINT;
    into[at++] = ZERO + (index < count ? digits[index] : 0);
  }
  return at;
}

function writeScientific(count: number, exponent: number, into: Buffer, at: number): number {
  for (let index = 0; index < count; index++) {
    if (index === 1) into[at++] = POINT;
    into[at++] = ZERO + digits[index];
  }
  into[at++] = LETTER_E;
  into[at++] = exponent < 0 ? MINUS : 43;
  const size = Math.abs(exponent);
  into[at++] = ZERO + Math.floor(size / 10);
  into[at++] = ZERO + (size % 10);
  return at;
}

/** Halves go through 32-bit integers, whose division is many times faster than that of doubles. */
function splitDigits(value: number): number {
  const upper = Math.floor(value / 1e8) | 0;
  let lower = (value - upper * 1e8) | 0;
  let count = 0;
  let rest = upper;
  let length = 0;
  for (let left = upper; left > 0; left = (left / 10) | 0) length++;
  for (let index = length - 1; index >= 0; index--) {
    const next = (rest / 10) | 0;
    digits[index] = rest - next * 10;
    rest = next;
  }
  count = length;
  let lowerLength = 8;
  if (upper === 0) for (lowerLength = 0, rest = lower; rest > 0; rest = (rest / 10) | 0) lowerLength++;
  for (let index = lowerLength - 1; index >= 0; index--) {
    const next = (lower / 10) | 0;
    digits[count + index] = lower - next * 10;
    lower = next;
  }
  return count + lowerLength;
}
