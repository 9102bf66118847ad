/** The footer of an Arrow IPC file: where each record batch is and how many rows it has, without decoding any of them. */
import type { FileHandle } from 'node:fs/promises';
import { InferplayError, reasonOf } from './errors.js';
import { BLOCK_BYTES, checkFooter, checkMessage, fieldAt, vectorAt } from './flatbuffer.js';

/** A record batch within its file. */
export interface Block {
  readonly firstRow: number;
  readonly rows: number;
  /** Where its message begins, and the length of all of it: prefix, metadata and body. */
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface Blocks {
  readonly records: readonly Block[];
  /** Values that records refer to; our own files have none. */
  readonly dictionaries: number;
}

const MAGIC = 'ARROW1';
/** The footer's length and the magic at the end of the file. */
const TRAILER_BYTES = 10;
/** Footer and metadata messages are small; a longer one is damage, not a reason to allocate. */
const METADATA_BYTES_MAX = 64 << 20;

/** @throws InferplayError DATA for anything that is not a whole Arrow IPC file */
export async function readBlocks(handle: FileHandle, file: string): Promise<Blocks> {
  const { size } = await handle.stat();
  await checkMagic(handle, size, file);
  const trailer = await readAt(handle, size - TRAILER_BYTES, TRAILER_BYTES, file);
  const length = trailer.readInt32LE(0);
  if (length <= 0 || length > METADATA_BYTES_MAX || length + TRAILER_BYTES + 8 > size) {
    throw new InferplayError('DATA', `${file} is a damaged Arrow file: its footer says ${length} bytes; make the file again.`);
  }
  const footer = await readAt(handle, size - TRAILER_BYTES - length, length, file);
  const offsets = decode(file, 'its footer', () => {
    checkFooter(footer);
    return { dictionaries: blockOffsets(footer, 2), records: blockOffsets(footer, 3) };
  });
  for (const at of offsets.dictionaries) await messageAt(handle, at, size, file);
  const records: Block[] = [];
  let firstRow = 0;
  for (const offset of offsets.records) {
    const { rows, sizeBytes } = await messageAt(handle, offset, size, file);
    records.push({ firstRow, rows, offset, sizeBytes });
    firstRow += rows;
  }
  return { records, dictionaries: offsets.dictionaries.length };
}

async function checkMagic(handle: FileHandle, size: number, file: string): Promise<void> {
  const head = size >= 8 ? await readAt(handle, 0, 8, file) : Buffer.alloc(8);
  const tail = size >= 8 ? await readAt(handle, size - 6, 6, file) : head;
  const begins = head.toString('latin1', 0, 6) === MAGIC;
  if (begins && tail.toString('latin1') === MAGIC) return;
  if (begins) throw new InferplayError('DATA', `${file} is cut short: it begins as an Arrow file and has no footer at its end; make or copy it again.`);
  if (head.toString('latin1', 0, 4) === 'PAR1') throw new InferplayError('DATA', `${file} is a Parquet file, and data sets are Arrow IPC files; convert it first (pyarrow.feather.write_feather with compression="uncompressed").`);
  if (head.readInt32LE(0) === -1) throw new InferplayError('DATA', `${file} is an Arrow stream, and data sets are Arrow IPC files with a footer; convert it first (pyarrow.ipc.new_file).`);
  throw new InferplayError('DATA', `${file} is not an Arrow IPC file; name a folder that \`inferplay generate\` made, or a file in Arrow IPC format.`);
}

async function readAt(handle: FileHandle, position: number, length: number, file: string): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  if (bytesRead < length) throw new InferplayError('DATA', `${file} ends in the middle of its metadata; make or copy it again.`);
  return bytes;
}

/** Offsets of the dictionary (field 2) or record batches (field 3), which are the first 8 bytes of each 24-byte `Block`. */
function blockOffsets(footer: Buffer, field: 2 | 3): number[] {
  const position = fieldAt(footer, footer.readUInt32LE(0), field);
  if (position === 0) return [];
  const { start, count } = vectorAt(footer, position, BLOCK_BYTES);
  return Array.from({ length: count }, (_, at) => Number(footer.readBigInt64LE(start + at * BLOCK_BYTES)));
}

/** The metadata of the message at an offset, checked; its length, and rows where it is a record batch. */
async function messageAt(handle: FileHandle, offset: number, size: number, file: string): Promise<{ rows: number; sizeBytes: number }> {
  if (!(offset >= 8 && offset + 8 <= size)) {
    throw new InferplayError('DATA', `${file} is a damaged Arrow file: its footer points outside of it; make the file again.`);
  }
  const prefix = await readAt(handle, offset, 8, file);
  const modern = prefix.readInt32LE(0) === -1;
  const length = prefix.readInt32LE(modern ? 4 : 0);
  const start = offset + (modern ? 8 : 4);
  if (length <= 0 || length > METADATA_BYTES_MAX || start + length > size) {
    throw new InferplayError('DATA', `${file} is a damaged Arrow file: the message at byte ${offset} has no metadata; make the file again.`);
  }
  const bytes = await readAt(handle, start, length, file);
  return decode(file, `the message at byte ${offset}`, () => {
    const { rows, bodyBytes, compressed } = checkMessage(bytes);
    if (compressed) throw new InferplayError('DATA', `${file} has compressed buffers, which are not read; write it uncompressed (pyarrow.feather.write_feather with compression="uncompressed").`);
    if (start + length + bodyBytes > size) throw new Error('its body is longer than the file');
    // A row of any column takes a bit at least.
    if (rows !== null && rows > 8 * bodyBytes) throw new Error(`its body of ${bodyBytes} bytes cannot hold ${rows} rows`);
    return { rows: rows ?? 0, sizeBytes: start + length + bodyBytes - offset };
  });
}

function decode<T>(file: string, what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof InferplayError) throw error;
    throw new InferplayError('DATA', `${file} is a damaged Arrow file: ${what} makes no sense (${reasonOf(error)}); make the file again.`, { cause: error });
  }
}
