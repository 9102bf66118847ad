/**
 * The bridge to aibench (RedisAI/aibench): its fraud file is rows of 1152 bytes without a header, little-endian, each an id
 * (uint64), 30 float32 of the transaction and 256 float32 of the reference. Reading one makes a data set with the very
 * requests that aibench sends; writing one lets aibench replay ours.
 */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Batch, Dataset } from '../core/dataset.js';
import { InferplayError, reasonOf, reasonUnwritable } from '../core/errors.js';
import { sha256File } from '../core/folder.js';
import type { OnProgress } from '../core/progress.js';
import { DTYPES, tensorBytes } from '../core/tensor.js';

export const AIBENCH_TRANSACTION_VALUES = 30;
export const AIBENCH_REFERENCE_VALUES = 256;
const ID_BYTES = 8;
const TRANSACTION_BYTES = AIBENCH_TRANSACTION_VALUES * DTYPES.float32.sizeBytes;
const REFERENCE_BYTES = AIBENCH_REFERENCE_VALUES * DTYPES.float32.sizeBytes;
export const AIBENCH_ROW_BYTES = ID_BYTES + TRANSACTION_BYTES + REFERENCE_BYTES;

/** Rows written at a time: about 1.2 MB. */
const WRITE_ROWS = 1024;

/** Views that are valid until the next `readBatch`. */
export interface AibenchBatch {
  readonly ids: Float64Array;
  /** rows * 30. */
  readonly transactions: Float32Array;
  /** rows * 256. */
  readonly references: Float32Array;
}

export interface AibenchFile {
  readonly rows: number;
  readonly sizeBytes: number;
  readonly transactionValues: number;
  readonly referenceValues: number;
  /** @throws InferplayError DATA where the range goes beyond the file or the file became shorter */
  readBatch(firstRow: number, rows: number): Promise<AibenchBatch>;
  /** Of the whole file, as hex text. It may be called after `close`. */
  sha256(signal?: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

/** @throws InferplayError DATA for a file that is not there, empty, or of another size than whole rows */
export async function openAibench(path: string): Promise<AibenchFile> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    throw new InferplayError('DATA', `The aibench file ${path} cannot be opened: ${reasonOf(error)}; check the path.`, { cause: error });
  }
  try {
    const stats = await file.stat();
    const rows = rowsOf(path, stats.isFile(), stats.size);
    return { ...reader(file, path, rows), rows, sizeBytes: stats.size, transactionValues: AIBENCH_TRANSACTION_VALUES, referenceValues: AIBENCH_REFERENCE_VALUES };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function rowsOf(path: string, isFile: boolean, sizeBytes: number): number {
  if (!isFile) throw new InferplayError('DATA', `${path} is not a file; name the .dat file that aibench_generate_data wrote.`);
  if (sizeBytes === 0) throw new InferplayError('DATA', `The aibench file ${path} is empty; write it again with aibench_generate_data.`);
  const rest = sizeBytes % AIBENCH_ROW_BYTES;
  if (rest !== 0) {
    throw new InferplayError('DATA', `${path} is not aibench's fraud format: ${sizeBytes} bytes are ${Math.floor(sizeBytes / AIBENCH_ROW_BYTES)} rows of ${AIBENCH_ROW_BYTES} bytes and ${rest} bytes more; the file is cut short or is of another kind.`);
  }
  return sizeBytes / AIBENCH_ROW_BYTES;
}

function reader(file: FileHandle, path: string, total: number): Pick<AibenchFile, 'readBatch' | 'sha256' | 'close'> {
  let raw = Buffer.alloc(0);
  let batch = allocate(0);
  return {
    async readBatch(firstRow, rows) {
      if (firstRow < 0 || rows < 0 || firstRow + rows > total) {
        throw new InferplayError('DATA', `${path} has ${total} rows; rows ${firstRow} to ${firstRow + rows} are beyond it.`);
      }
      const sizeBytes = rows * AIBENCH_ROW_BYTES;
      if (raw.length < sizeBytes) {
        raw = Buffer.allocUnsafeSlow(sizeBytes);
        batch = allocate(rows);
      }
      for (let done = 0; done < sizeBytes; ) {
        const { bytesRead } = await file.read(raw, done, sizeBytes - done, firstRow * AIBENCH_ROW_BYTES + done);
        if (bytesRead === 0) throw new InferplayError('DATA', `${path} became shorter while it was read; do not write to it meanwhile.`);
        done += bytesRead;
      }
      takeApart(raw, rows, firstRow, path, batch);
      return {
        ids: batch.ids.subarray(0, rows),
        transactions: batch.transactions.subarray(0, rows * AIBENCH_TRANSACTION_VALUES),
        references: batch.references.subarray(0, rows * AIBENCH_REFERENCE_VALUES),
      };
    },
    sha256: (signal) => sha256File(path, signal),
    close: () => file.close(),
  };
}

function allocate(rows: number): AibenchBatch {
  return {
    ids: new Float64Array(rows),
    transactions: new Float32Array(rows * AIBENCH_TRANSACTION_VALUES),
    references: new Float32Array(rows * AIBENCH_REFERENCE_VALUES),
  };
}

function takeApart(raw: Buffer, rows: number, firstRow: number, path: string, { ids, transactions, references }: AibenchBatch): void {
  const transactionBytes = new Uint8Array(transactions.buffer);
  const referenceBytes = new Uint8Array(references.buffer);
  for (let row = 0; row < rows; row++) {
    const at = row * AIBENCH_ROW_BYTES;
    const high = raw.readUInt32LE(at + 4);
    if (high >= 2 ** 21) throw new InferplayError('DATA', `${path}, row ${firstRow + row}: the id is above 2^53; this is not aibench's fraud format.`);
    ids[row] = high * 2 ** 32 + raw.readUInt32LE(at);
    transactionBytes.set(raw.subarray(at + ID_BYTES, at + ID_BYTES + TRANSACTION_BYTES), row * TRANSACTION_BYTES);
    referenceBytes.set(raw.subarray(at + ID_BYTES + TRANSACTION_BYTES, at + AIBENCH_ROW_BYTES), row * REFERENCE_BYTES);
  }
}

export interface ExportOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * Writes the data set as aibench's rows. The file appears under its name when it is whole.
 * @throws InferplayError DATA where the data set has not the two columns of aibench's sizes, INTERRUPTED on the signal
 */
export async function exportAibench(dataset: Dataset, out: string, options: ExportOptions = {}): Promise<void> {
  requireColumn(dataset, 'transaction', AIBENCH_TRANSACTION_VALUES);
  requireColumn(dataset, 'reference', AIBENCH_REFERENCE_VALUES);
  const temporary = join(dirname(out), `.${basename(out)}.${process.pid}.part`);
  try {
    const file = await open(temporary, 'w');
    try {
      await writeRows(dataset, file, out, options);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, out);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof InferplayError) throw error;
    throw new InferplayError('DATA', `${out} cannot be written: ${reasonUnwritable(out, error)}; name another file.`, { cause: error });
  }
}

function requireColumn(dataset: Dataset, name: string, values: number): void {
  const column = dataset.columns.find((each) => each.name === name);
  const shape = column?.shape ?? [];
  if (column?.dtype === 'float32' && shape.length > 0 && tensorBytes('float32', shape) === values * DTYPES.float32.sizeBytes) return;
  const found = column ? `is ${column.dtype} [${shape.join(', ')}]` : 'is missing';
  throw new InferplayError('DATA', `${dataset.path} cannot be exported to aibench: the column "${name}" ${found}, and aibench's rows have float32 [${values}]; generate the data set with \`inferplay generate fraud --reference-values ${AIBENCH_REFERENCE_VALUES}\`.`);
}

async function writeRows(dataset: Dataset, file: FileHandle, out: string, { signal, onProgress }: ExportOptions): Promise<void> {
  const started = performance.now();
  const block = Buffer.allocUnsafeSlow(WRITE_ROWS * AIBENCH_ROW_BYTES);
  let done = 0;
  for await (const batch of dataset.batches()) {
    for (let from = 0; from < batch.rows; from += WRITE_ROWS) {
      if (signal?.aborted) throw new InferplayError('INTERRUPTED', `The export to ${out} was stopped after ${done} of ${dataset.rows} rows; nothing was kept.`);
      const rows = Math.min(WRITE_ROWS, batch.rows - from);
      putTogether(batch, from, rows, block);
      await file.writeFile(block.subarray(0, rows * AIBENCH_ROW_BYTES));
      done += rows;
      onProgress?.({ unit: 'rows', done, total: dataset.rows, elapsedMs: performance.now() - started });
    }
  }
}

function putTogether(batch: Batch, from: number, rows: number, into: Buffer): void {
  const transactions = batch.bytes('transaction');
  const references = batch.bytes('reference');
  for (let index = 0; index < rows; index++) {
    const row = from + index;
    const at = index * AIBENCH_ROW_BYTES;
    into.writeUInt32LE(batch.ids[row] % 2 ** 32, at);
    into.writeUInt32LE(Math.floor(batch.ids[row] / 2 ** 32), at + 4);
    into.set(transactions.subarray(row * TRANSACTION_BYTES, (row + 1) * TRANSACTION_BYTES), at + ID_BYTES);
    into.set(references.subarray(row * REFERENCE_BYTES, (row + 1) * REFERENCE_BYTES), at + ID_BYTES + TRANSACTION_BYTES);
  }
}
