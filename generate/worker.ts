/** A worker thread: makes shards, batch by batch, with the use case's maker. Each shard is written under a temporary name and renamed when whole. */
import { renameSync } from 'node:fs';
import { dirname, basename, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { InferplayError, messageOf } from '../core/errors.js';
import type { ErrorCode } from '../core/errors.js';
import { sha256FileSync } from '../core/folder.js';
import type { Column } from '../core/manifest.js';
import { batchBuffers, openShard } from '../core/writer.js';
import type { BatchBuffers } from '../core/writer.js';
import type { BatchMaker, CreateMaker } from './use-case.js';

export interface WorkerSettings {
  readonly maker: string;
  /** One int32: shards of this number and above are no longer wanted. */
  readonly limit: SharedArrayBuffer;
}

export interface ShardJob {
  readonly number: number;
  readonly path: string;
  readonly firstRow: number;
  readonly rows: number;
}

type Metadata = { readonly [name: string]: string };

export type ToWorker =
  | { readonly kind: 'recipe'; readonly init: unknown; readonly columns: readonly Column[]; readonly rowsPerBatch: number; readonly first: Pick<ShardJob, 'firstRow' | 'rows'> | null }
  | { readonly kind: 'shard'; readonly metadata: Metadata; readonly job: ShardJob }
  | { readonly kind: 'hash'; readonly path: string }
  | { readonly kind: 'end' };

export type FromWorker =
  | { readonly kind: 'hashed'; readonly path: string; readonly sha256: string }
  | { readonly kind: 'rows'; readonly rows: number }
  | { readonly kind: 'done'; readonly number: number; readonly sizeBytes: number; readonly sha256: string }
  | { readonly kind: 'stopped'; readonly number: number }
  | { readonly kind: 'failed'; readonly number: number; readonly code: ErrorCode | null; readonly system: string; readonly message: string };

interface Bench {
  readonly maker: BatchMaker;
  readonly buffers: BatchBuffers;
  readonly columns: readonly Column[];
  readonly rowsPerBatch: number;
  /** First row and rows of the batch that is in the buffers already. */
  filled: readonly [number, number] | null;
}

/** The name of a shard while it is not whole. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.part`);
}

function serve(port: NonNullable<typeof parentPort>, settings: WorkerSettings): void {
  const limit = new Int32Array(settings.limit);
  const module = import(settings.maker) as Promise<{ createMaker: CreateMaker }>;
  module.catch(() => {});
  const send = (message: FromWorker): void => port.postMessage(message);
  let bench: Promise<Bench> | null = null;
  const handle = async (message: ToWorker): Promise<void> => {
    if (message.kind === 'recipe') {
      bench = module.then((loaded) => setUp(loaded, message));
      // What fails here fails again when a shard is asked for, and is told then.
      await bench.catch(() => {});
    } else if (message.kind === 'hash') {
      send({ kind: 'hashed', path: message.path, sha256: sha256FileSync(message.path, () => Atomics.load(limit, 0) < 0) });
    } else if (message.kind === 'shard') {
      const made = await makeShard(await bench!, message.job, message.metadata, limit, send);
      send(made === null ? { kind: 'stopped', number: message.job.number } : { kind: 'done', number: message.job.number, ...made });
    } else {
      await bench?.then(({ maker }) => maker.close(), () => {});
      port.close();
    }
  };
  // One after the other: nothing is closed or begun while a shard is being made.
  let last = Promise.resolve();
  port.on('message', (message: ToWorker) => {
    last = last.then(() => handle(message)).catch((error: unknown) => {
      const number = message.kind === 'shard' ? message.job.number : -1;
      const code = error instanceof InferplayError ? error.code : null;
      send({ kind: 'failed', number, code, system: code === null ? ((error as NodeJS.ErrnoException).code ?? '') : '', message: messageOf(error) });
    });
  });
}

async function setUp({ createMaker }: { createMaker: CreateMaker }, { init, columns, rowsPerBatch, first }: Extract<ToWorker, { kind: 'recipe' }>): Promise<Bench> {
  const bench: Bench = { maker: await createMaker(init), buffers: batchBuffers(columns, rowsPerBatch), columns, rowsPerBatch, filled: null };
  // A bad row is met again when its turn has come.
  if (first !== null) await fill(bench, first.firstRow, first.rows).catch(() => {});
  return bench;
}

/** Fills the buffers with the first batch of `rowsLeft` rows, which are the rest of the shard. Answers its rows. */
async function fill(bench: Bench, firstRow: number, rowsLeft: number): Promise<number> {
  const rows = Math.min(bench.rowsPerBatch, rowsLeft);
  const ready = bench.filled?.[0] === firstRow && bench.filled[1] === rows;
  bench.filled = null;
  if (ready) return rows;
  await bench.maker.fill(firstRow, rows, bench.buffers, rowsLeft - rows);
  bench.filled = [firstRow, rows];
  return rows;
}

async function makeShard(bench: Bench, job: ShardJob, metadata: Metadata, limit: Int32Array, send: (message: FromWorker) => void): Promise<{ sizeBytes: number; sha256: string } | null> {
  const temporary = temporaryName(job.path);
  const shard = openShard(temporary, bench.columns, metadata);
  try {
    for (let row = 0; row < job.rows; row += bench.rowsPerBatch) {
      if (job.number >= Atomics.load(limit, 0)) {
        shard.discard();
        return null;
      }
      const rows = await fill(bench, job.firstRow + row, job.rows - row);
      shard.write(bench.buffers, rows);
      send({ kind: 'rows', rows });
    }
  } catch (error) {
    shard.discard();
    throw error;
  }
  const made = shard.close();
  renameSync(temporary, job.path);
  return made;
}

if (parentPort !== null) serve(parentPort, workerData as WorkerSettings);
