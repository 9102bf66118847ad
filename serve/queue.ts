/**
 * Inferences that wait for a device. Those that may share a run stand in one line, where batches form as requests come: each joins the first
 * batch that has room for it, so that no batch has room for a request of a later one. What runs next is the oldest batch that is complete.
 */
import { signatureOf } from './batch.js';
import type { Model, RunResult } from './models.js';
import type { Tensor } from './tensor-value.js';

/** What becomes of a run that has waited too long for its turn. */
export const TIMEDOUT = Symbol('TIMEDOUT');
export type Done = (result: RunResult | typeof TIMEDOUT) => void;

/** Whoever waits for a job, one at a time. */
export interface Owner {
  /** Nobody would hear of the result. */
  readonly gone: boolean;
}

export class Job {
  readonly queuedAtMs = Date.now();
  /** Its place in the order of arrival. */
  number = 0;
  timer: NodeJS.Timeout | null = null;
  batch: Batch | null = null;

  constructor(readonly model: Model, readonly inputs: readonly Tensor[], readonly owner: Owner, readonly done: Done) {}

  get rows(): number {
    return this.inputs[0]?.batch ?? 1;
  }
}

interface Batch {
  readonly line: Line;
  readonly jobs: Job[];
  rows: number;
}

/** Batches of one model and one shape, the oldest first. */
interface Line {
  readonly key: string;
  readonly batchSize: number;
  /** False for requests that must run alone. */
  readonly shared: boolean;
  batches: Batch[];
}

export class Queue {
  readonly #lines = new Map<string, Line>();
  readonly #byOwner = new Map<Owner, Job>();
  #arrivals = 0;
  /** When `next` has found nothing: the time at which a batch has waited long enough for company. */
  wakeAtMs = Infinity;

  get size(): number {
    return this.#byOwner.size;
  }

  add(job: Job): void {
    job.number = this.#arrivals++;
    this.#byOwner.set(job.owner, job);
    const line = this.#lineOf(job);
    let batch = line.shared ? line.batches.find(({ rows }) => rows + job.rows <= line.batchSize) : undefined;
    if (batch === undefined) line.batches.push((batch = { line, jobs: [], rows: 0 }));
    join(batch, job);
  }

  #lineOf({ model, inputs }: Job): Line {
    const { batchSize } = model.definition;
    const signature = batchSize === 0 ? null : signatureOf(inputs);
    const key = `${model.id} ${signature ?? ''}`;
    let line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, (line = { key, batchSize, shared: signature !== null, batches: [] }));
    return line;
  }

  /** Takes the oldest batch that is complete; null when there is none. */
  next(nowMs: number): readonly Job[] | null {
    let oldest: Batch | null = null;
    this.wakeAtMs = Infinity;
    for (const { batches } of this.#lines.values()) {
      for (const batch of batches) {
        if (oldest !== null && batch.jobs[0].number > oldest.jobs[0].number) break;
        const readyAtMs = completeAtMs(batch);
        if (readyAtMs <= nowMs) {
          oldest = batch;
          break;
        }
        this.wakeAtMs = Math.min(this.wakeAtMs, readyAtMs);
      }
    }
    if (oldest === null) return null;
    for (const { owner } of oldest.jobs) this.#byOwner.delete(owner);
    const { line } = oldest;
    line.batches.splice(line.batches.indexOf(oldest), 1);
    if (line.batches.length === 0) this.#lines.delete(line.key);
    return oldest.jobs;
  }

  /** Takes out the job that nobody waits for any more; null when the owner has none here. Batches may be complete after that. */
  withdraw(owner: Owner): Job | null {
    const job = this.#byOwner.get(owner);
    if (job === undefined) return null;
    this.#byOwner.delete(owner);
    const { line } = job.batch!;
    leave(job);
    if (line.shared) closeRanks(line, job.batch!);
    line.batches = line.batches.filter(({ jobs }) => jobs.length > 0);
    if (line.batches.length === 0) this.#lines.delete(line.key);
    return job;
  }
}

/** From when on a batch need not wait for company any more. */
function completeAtMs({ jobs, rows }: Batch): number {
  const { batchSize, minBatchSize, minBatchTimeoutMs } = jobs[0].model.definition;
  if (batchSize === 0 || rows >= minBatchSize) return 0;
  return minBatchTimeoutMs > 0 ? jobs[0].queuedAtMs + minBatchTimeoutMs : Infinity;
}

function join(batch: Batch, job: Job): void {
  batch.jobs.push(job);
  batch.rows += job.rows;
  job.batch = batch;
}

function leave(job: Job): void {
  const { jobs } = job.batch!;
  jobs.splice(jobs.indexOf(job), 1);
  job.batch!.rows -= job.rows;
}

/** A batch has become smaller: requests of later ones that fit into it now join it, and others those that they have left. */
function closeRanks({ batches, batchSize }: Line, smaller: Batch): void {
  const shrunk = new Set([smaller]);
  for (let at = batches.indexOf(smaller); at < batches.length; at++) {
    const batch = batches[at];
    if (!shrunk.has(batch)) continue;
    for (let from = at + 1; from < batches.length && batch.rows < batchSize; from++) {
      for (const job of [...batches[from].jobs]) {
        if (batch.rows + job.rows > batchSize) continue;
        leave(job);
        join(batch, job);
        shrunk.add(batches[from]);
      }
    }
    batch.jobs.sort((a, b) => a.number - b.number);
  }
  batches.sort((a, b) => (a.jobs[0]?.number ?? 0) - (b.jobs[0]?.number ?? 0));
}
