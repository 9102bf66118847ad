/**
 * Inferences that wait for a device. Those that share runs stand in one line, where batches form as requests come: each joins the last batch until
 * its rows have reached the batch size, so that one request may bring more than there was room for, as in RedisAI. What runs next is the
 * oldest batch that is complete.
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
    stand(line, job);
  }

  #lineOf({ model, inputs }: Job): Line {
    const { batchSize } = model.definition;
    const signature = signatureOf(inputs, batchSize);
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
    closeRanks(line, job);
    if (line.batches.length === 0) this.#lines.delete(line.key);
    return job;
  }
}

/** From when on a batch need not wait for company any more. */
function completeAtMs({ line, jobs, rows }: Batch): number {
  const { minBatchSize, minBatchTimeoutMs } = jobs[0].model.definition;
  // A full batch has all the company that there may be, even where it is less than what was asked for.
  if (!line.shared || rows >= Math.min(minBatchSize, line.batchSize)) return 0;
  return minBatchTimeoutMs > 0 ? jobs[0].queuedAtMs + minBatchTimeoutMs : Infinity;
}

/** The job joins the last batch of the line, or begins a new one behind it. */
function stand(line: Line, job: Job): void {
  let batch = line.batches.at(-1);
  if (batch === undefined || !line.shared || batch.rows >= line.batchSize) line.batches.push((batch = { line, jobs: [], rows: 0 }));
  batch.jobs.push(job);
  batch.rows += job.rows;
  job.batch = batch;
}

/** A job leaves its line: those behind it move up. */
function closeRanks(line: Line, gone: Job): void {
  const moved = line.batches.splice(line.batches.indexOf(gone.batch!)).flatMap(({ jobs }) => jobs);
  for (const job of moved) if (job !== gone) stand(line, job);
}
