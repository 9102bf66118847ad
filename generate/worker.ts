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

export type ToWorker =
  | { readonly kind: 'recipe'; readonly init: unknown; readonly columns: readonly Column[]; readonly metadata: { readonly [name: string]: string }; readonly rowsPerBatch: number }
  | { readonly kind: 'shard'; readonly job: ShardJob }
  | { readonly kind: 'hash'; readonly path: string }
  | { readonly kind: 'end' };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'hashed'; readonly path: string; readonly sha256: string }
  | { readonly kind: 'rows'; readonly rows: number }
  | { readonly kind: 'done'; readonly number: number; readonly sizeBytes: number; readonly sha256: string }
  | { readonly kind: 'stopped'; readonly number: number }
  | { readonly kind: 'failed'; readonly number: number; readonly code: ErrorCode | null; readonly system: string; readonly message: string };

interface Bench {
  readonly maker: BatchMaker;
  readonly buffers: BatchBuffers;
  readonly columns: readonly Column[];
  readonly metadata: { readonly [name: string]: string };
  readonly rowsPerBatch: number;
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
  let bench: Bench | null = null;
  const handle = async (message: ToWorker): Promise<void> => {
    if (message.kind === 'recipe') {
      const { init, columns, metadata, rowsPerBatch } = message;
      bench = { maker: await (await module).createMaker(init), buffers: batchBuffers(columns, rowsPerBatch), columns, metadata, rowsPerBatch };
      send({ kind: 'ready' });
    } else if (message.kind === 'hash') {
      send({ kind: 'hashed', path: message.path, sha256: sha256FileSync(message.path) });
    } else if (message.kind === 'shard') {
      const made = await makeShard(bench!, message.job, limit, send);
      send(made === null ? { kind: 'stopped', number: message.job.number } : { kind: 'done', number: message.job.number, ...made });
    } else {
      await bench?.maker.close();
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

async function makeShard(bench: Bench, job: ShardJob, limit: Int32Array, send: (message: FromWorker) => void): Promise<{ sizeBytes: number; sha256: string } | null> {
  const temporary = temporaryName(job.path);
  const shard = openShard(temporary, bench.columns, bench.metadata);
  try {
    for (let row = 0; row < job.rows; row += bench.rowsPerBatch) {
      if (job.number >= Atomics.load(limit, 0)) {
        shard.discard();
        return null;
      }
      const rows = Math.min(bench.rowsPerBatch, job.rows - row);
      await bench.maker.fill(job.firstRow + row, rows, bench.buffers);
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
