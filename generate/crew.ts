/** The worker threads of a generation. They start while the plan is made, and take shards in order. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { InferplayError } from '../core/errors.js';
import type { Column, ShardEntry } from '../core/manifest.js';
import type { OnProgress } from '../core/progress.js';
import { appendShard } from './journal.js';
import type { FromWorker, ToWorker, WorkerSettings } from './worker.js';

export interface CrewJob {
  readonly folder: string;
  readonly init: unknown;
  readonly columns: readonly Column[];
  readonly metadata: { readonly [name: string]: string };
  readonly rowsPerBatch: number;
}

type Parts = Pick<CrewJob, 'init' | 'columns' | 'rowsPerBatch'>;
type Wanted = readonly Pick<ShardEntry, 'file' | 'firstRow' | 'rows'>[];

export interface Crew {
  /** SHA-256 of a file, worked out in a worker thread. @throws the signal's reason; then the threads are good for nothing but their end */
  sha256(path: string, signal: AbortSignal): Promise<string>;
  /** Lets each thread make ready what it can without the metadata, its first batch included. `make` with the same parts takes it up. */
  prepare(parts: Parts, wanted: Wanted): void;
  /**
   * Makes the shards that are not in `whole` and adds them to it.
   * @throws the failure of the earliest shard that failed, whatever the number of threads
   */
  make(job: CrewJob, wanted: Wanted, whole: Map<string, ShardEntry>, rows: number, signal: AbortSignal, onProgress?: OnProgress): Promise<void>;
  end(): Promise<void>;
}

const NONE = 2 ** 31 - 1;

export function startCrew(maker: string, threads: number): Crew {
  const limit = new SharedArrayBuffer(4);
  const limits = new Int32Array(limit).fill(NONE);
  const workerData: WorkerSettings = { maker, limit };
  const workers = Array.from({ length: threads }, () => new Worker(new URL('./worker.js', import.meta.url), { workerData }));
  const exits = workers.map((worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve())));
  const deaths: Error[] = [];
  let prepared = false;
  const prepare = ({ init, columns, rowsPerBatch }: Parts, wanted: Wanted): void => {
    prepared = true;
    for (const [at, worker] of workers.entries()) worker.postMessage({ kind: 'recipe', init, columns, rowsPerBatch, first: wanted[at] ?? null } satisfies ToWorker);
  };
  for (const worker of workers) worker.on('error', (error) => deaths.push(error));
  return {
    sha256: (path, signal) => hashIn(workers[0], limits, path, signal),
    prepare,
    async make(job, wanted, whole, rows, signal, onProgress) {
      if (deaths.length > 0) throw deaths[0];
      if (!prepared) prepare(job, []);
      await makeShards(workers, limits, job, wanted, whole, rows, signal, onProgress);
    },
    async end() {
      Atomics.store(limits, 0, -1);
      for (const worker of workers) worker.postMessage({ kind: 'end' } satisfies ToWorker);
      await Promise.all(exits);
    },
  };
}

function hashIn(worker: Worker, limits: Int32Array, path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      Atomics.store(limits, 0, -1);
      reject(signal.reason as Error);
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    const hear = (message: FromWorker): void => {
      if (message.kind === 'hashed' && message.path === path) resolve(message.sha256);
      else if (message.kind === 'failed') reject(new InferplayError('DATA', `${path} cannot be read to its end (${message.message}); check the file.`));
      else return;
      worker.off('message', hear);
      signal.removeEventListener('abort', stop);
    };
    worker.on('message', hear);
    worker.once('exit', () => reject(new Error(`a worker thread ended while it read ${path}`)));
    worker.postMessage({ kind: 'hash', path } satisfies ToWorker);
  });
}

function makeShards(
  workers: readonly Worker[], limits: Int32Array, job: CrewJob, wanted: Wanted, whole: Map<string, ShardEntry>, rows: number, signal: AbortSignal, onProgress?: OnProgress,
): Promise<void> {
  const startedMs = performance.now();
  const numbers = wanted.flatMap(({ file }, number) => (whole.has(file) ? [] : [number])).values();
  let done = wanted.reduce((sum, { file, rows: own }) => sum + (whole.has(file) ? own : 0), 0);
  let working = workers.length;
  let failure: Extract<FromWorker, { kind: 'failed' }> | null = null;
  return new Promise<void>((resolve, reject) => {
    const stop = (): void => void Atomics.store(limits, 0, -1);
    const rest = (): void => {
      working -= 1;
      if (working > 0) return;
      signal.removeEventListener('abort', stop);
      if (failure !== null) reject(errorOf(failure, job.folder));
      else if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const next = (worker: Worker): void => {
      const number = signal.aborted || failure !== null ? undefined : numbers.next().value;
      if (number === undefined) return rest();
      const { file, firstRow, rows: own } = wanted[number];
      worker.postMessage({ kind: 'shard', metadata: job.metadata, job: { number, path: join(job.folder, file), firstRow, rows: own } } satisfies ToWorker);
    };
    const hear = (worker: Worker, message: FromWorker): void => {
      if (message.kind === 'rows') {
        done += message.rows;
        onProgress?.({ unit: 'rows', done, total: rows, elapsedMs: performance.now() - startedMs });
        return;
      }
      if (message.kind === 'failed' && (failure === null || message.number < failure.number)) {
        failure = message;
        // Shards before it go on, since one of them may hold an earlier fault; those after it are not wanted.
        Atomics.store(limits, 0, Math.min(Atomics.load(limits, 0), message.number));
      }
      if (message.kind === 'done') {
        const { number, sizeBytes, sha256 } = message;
        const entry: ShardEntry = { file: wanted[number].file, firstRow: wanted[number].firstRow, rows: wanted[number].rows, sizeBytes, sha256 };
        whole.set(entry.file, entry);
        appendShard(job.folder, entry);
      }
      next(worker);
    };
    signal.addEventListener('abort', stop, { once: true });
    for (const worker of workers) {
      worker.on('message', (message: FromWorker) => hear(worker, message));
      worker.on('error', (error) => {
        stop();
        failure ??= { kind: 'failed', number: -1, code: null, system: '', message: `a worker thread died: ${error.message}` };
        rest();
      });
      next(worker);
    }
  });
}

/** A failure without a code of ours came from the system; its cause tells the stage that the input is not to blame. */
function errorOf({ code, system, message }: Extract<FromWorker, { kind: 'failed' }>, folder: string): Error {
  if (code !== null) return new InferplayError(code, message);
  const cause = new Error(message);
  if (system === 'ENOSPC' || system === 'EDQUOT' || system === 'EFBIG') {
    return new InferplayError('DATA', `the disk is full: a shard did not fit into ${folder}; make room, then run the same command again: it goes on where it was.`, { cause });
  }
  return system === '' ? cause : new InferplayError('DATA', `a shard could not be written to ${folder} (${message}); when that is mended run the same command again: it goes on where it was.`, { cause });
}
