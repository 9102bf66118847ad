/** Reading a data set: ours (a folder with manifest.json) or anyone's Arrow IPC files that have the tensor columns. */
import { existsSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { arrow } from './arrow.js';
import type { Arrow } from './arrow.js';
import { viewBatch } from './batch.js';
import { InferplayError, reasonOf } from './errors.js';
import { readBlocks, type Blocks } from './footer.js';
import { JOURNAL_FILE } from './folder.js';
import { MANIFEST_FILE, readManifest } from './manifest.js';
import type { Column, Manifest } from './manifest.js';
import { RecordMemory, schemaMessage } from './record-memory.js';
import { columnsOf } from './schema.js';

export interface Dataset {
  readonly path: string;
  /** null where the data set is not ours. */
  readonly manifest: Manifest | null;
  readonly rows: number;
  readonly columns: readonly Column[];
  /** Record batches in row order, one at a time: memory is bounded by a few batches. */
  batches(range?: BatchRange): AsyncIterable<Batch>;
}

export interface BatchRange {
  readonly fromRow?: number;
  readonly toRow?: number;
  /** Read each batch into the memory of the one before, which costs less: views must then really not be used any longer than they are valid. */
  readonly reuse?: boolean;
}

/** Consecutive rows. Views are valid until the next batch is asked for. */
export interface Batch {
  readonly firstRow: number;
  readonly rows: number;
  /** Column `id`, or the row numbers where there is none. */
  readonly ids: Float64Array;
  /** Bytes of a column, contiguous, row after row: `rows * rowBytes`. @throws InferplayError DATA if there is no such column */
  bytes(column: string): Uint8Array;
  /** Value of a column of texts; null where it is missing. @throws InferplayError DATA if there is no such column */
  text(column: string, row: number): string | null;
  /** Validity of one value of a nullable column. */
  isNull(column: string, row: number): boolean;
}

export type OpenDataset = (path: string) => Promise<Dataset>;

interface Shard {
  readonly file: string;
  readonly firstRow: number;
  readonly rows: number;
}

/**
 * @param path a folder that generate made, a folder of `*.arrow` files (taken in the order of their names), or one Arrow IPC file
 * @throws InferplayError DATA, with a sentence of its own for each way in which it can be absent, unfinished or damaged
 */
export async function openDataset(path: string): Promise<Dataset> {
  const stats = await stat(path).catch((error: unknown) => {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? '' : ` (${reasonOf(error)})`;
    throw new InferplayError('DATA', `there is no data set at ${path}${why}; make one with \`inferplay generate\`.`, { cause: error });
  });
  if (!stats.isDirectory()) return basename(path) === MANIFEST_FILE ? openDataset(join(path, '..')) : openForeign(path, [path]);
  if (existsSync(join(path, MANIFEST_FILE))) return openOurs(path, await readManifest(path));
  if (existsSync(join(path, JOURNAL_FILE))) {
    throw new InferplayError('DATA', `the generation of ${path} was stopped before it was whole; run the same \`inferplay generate\` again, and it goes on where it was.`);
  }
  const names = (await readdir(path)).filter((name) => name.endsWith('.arrow') && !name.startsWith('.')).sort();
  if (names.length === 0) {
    throw new InferplayError('DATA', `${path} is no data set: it has neither ${MANIFEST_FILE} nor any *.arrow file; make one with \`inferplay generate\`.`);
  }
  return openForeign(path, names.map((name) => join(path, name)));
}

async function openOurs(path: string, manifest: Manifest): Promise<Dataset> {
  for (const shard of manifest.shards) {
    const file = join(path, shard.file);
    const stats = await stat(file).catch((error: unknown) => {
      throw new InferplayError('DATA', `${file} is missing from the data set; copy it again, or generate it again with --overwrite.`, { cause: error });
    });
    if (stats.size !== shard.sizeBytes) {
      throw new InferplayError('DATA', `${file} has ${stats.size} bytes and the manifest says ${shard.sizeBytes}; copy it again, or generate it again with --overwrite.`);
    }
  }
  const shards = manifest.shards.map((shard) => ({ file: join(path, shard.file), firstRow: shard.firstRow, rows: shard.rows }));
  return datasetOf(path, manifest, manifest.columns, manifest.rows, shards);
}

async function openForeign(path: string, files: readonly string[]): Promise<Dataset> {
  const shards: Shard[] = [];
  let columns: Column[] | null = null;
  let rows = 0;
  for (const file of files) {
    const opened = await openShardFile(file);
    try {
      const last = opened.blocks.records.at(-1);
      const { schema } = opened.reader;
      const own = attempt(file, 'its schema cannot be used', () => columnsOf(schema, file));
      columns ??= own;
      if (JSON.stringify(own) !== JSON.stringify(columns)) {
        throw new InferplayError('DATA', `${file} has other columns than ${files[0]}; a data set's files must all have the same.`);
      }
      shards.push({ file, firstRow: rows, rows: last === undefined ? 0 : last.firstRow + last.rows });
      rows += shards.at(-1)!.rows;
    } finally {
      await opened.handle.close();
    }
  }
  return datasetOf(path, null, columns ?? [], rows, shards);
}

function datasetOf(path: string, manifest: Manifest | null, columns: readonly Column[], rows: number, shards: readonly Shard[]): Dataset {
  return {
    path, manifest, rows, columns,
    async *batches(range = {}) {
      const fromRow = Math.max(0, range.fromRow ?? 0);
      const toRow = Math.min(rows, range.toRow ?? rows);
      if (fromRow >= toRow) return;
      const memory = range.reuse ? new RecordMemory() : null;
      for (const shard of shards) {
        if (shard.firstRow + shard.rows > fromRow && shard.firstRow < toRow) yield* shardBatches(shard, columns, fromRow, toRow, memory);
      }
    },
  };
}

async function* shardBatches(shard: Shard, columns: readonly Column[], fromRow: number, toRow: number, memory: RecordMemory | null): AsyncGenerator<Batch> {
  const { handle, reader, blocks: { records, dictionaries } } = await openShardFile(shard.file);
  try {
    const last = records.at(-1);
    if ((last === undefined ? 0 : last.firstRow + last.rows) !== shard.rows) {
      throw new InferplayError('DATA', `${shard.file} does not hold the ${shard.rows} rows that the manifest says; copy it again, or generate it again with --overwrite.`);
    }
    // Values in dictionaries are known to the reader of the whole file only.
    const schema = memory === null || dictionaries > 0 ? null : schemaMessage(reader.schema);
    for (const [at, block] of records.entries()) {
      const firstRow = shard.firstRow + block.firstRow;
      if (firstRow + block.rows <= fromRow || firstRow >= toRow || block.rows === 0) continue;
      const record = await readRecord(async () => (memory && schema ? memory.read(handle.fd, schema, block) : reader.readRecordBatch(at)), at, block.rows, shard.file);
      yield attempt(shard.file, `record batch ${at} cannot be used`, () => viewBatch(record, columns, shard.file, firstRow, Math.max(0, fromRow - firstRow), Math.min(block.rows, toRow - firstRow)));
    }
  } finally {
    await handle.close();
  }
}

async function readRecord(read: () => Promise<Arrow.RecordBatch | null>, at: number, rows: number, file: string): Promise<Arrow.RecordBatch> {
  try {
    const record = await read();
    if (record === null || record.numRows !== rows) throw new Error(`it does not hold its ${rows} rows`);
    return record;
  } catch (error) {
    throw damaged(file, `record batch ${at} cannot be read`, error);
  }
}

async function openShardFile(file: string): Promise<{ handle: FileHandle; reader: Arrow.AsyncRecordBatchFileReader; blocks: Blocks }> {
  const handle = await open(file).catch((error: unknown) => {
    throw new InferplayError('DATA', `${file} cannot be opened (${reasonOf(error)}); check the path and its permissions.`, { cause: error });
  });
  try {
    const blocks = await readBlocks(handle, file);
    const reader = (await arrow.RecordBatchReader.from(handle)) as Arrow.AsyncRecordBatchFileReader;
    await reader.open();
    return { handle, reader, blocks };
  } catch (error) {
    await handle.close();
    throw error instanceof InferplayError ? error : damaged(file, 'its schema cannot be read', error);
  }
}

function attempt<T>(file: string, what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof InferplayError ? error : damaged(file, what, error);
  }
}

function damaged(file: string, what: string, error: unknown): InferplayError {
  return new InferplayError('DATA', `${file} is a damaged Arrow file: ${what} (${reasonOf(error)}); make the file again.`, { cause: error });
}
