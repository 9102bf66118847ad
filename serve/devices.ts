/**
 * Devices and their queues. A model runs on the thread that asks when it is known to be short and its device is idle;
 * otherwise on a worker thread, one run of a device at a time, in order, with requests batched where the model says so.
 */
import { concatenate, gather, takeApart } from './batch.js';
import { InferenceThread, type ThreadResult } from './inference-thread.js';
import { MODEL_EXECUTION_TIMEOUT_MS, QUEUED_INFERENCES_MAX } from './limits.js';
import { inputBytes, type Model, type Models, type RunResult } from './models.js';
import type { Tensor } from './tensor-value.js';

/** What becomes of a run; TIMEDOUT when it waited too long for its turn. */
export const TIMEDOUT = Symbol('TIMEDOUT');
export type Done = (result: RunResult | typeof TIMEDOUT) => void;

export interface Job {
  readonly model: Model;
  readonly inputs: readonly Tensor[];
  readonly done: Done;
  readonly queuedAtMs: number;
  timer: NodeJS.Timeout | null;
}

/** Devices share this many threads, whatever names clients invent. */
const THREADS_MAX = 8;

/** What ONNX Runtime says when a run is told to stop. */
const GIVEN_UP = 'Exiting due to terminate flag being set to true.';

class Device {
  readonly #queue: Job[] = [];
  readonly #thread: () => InferenceThread;
  readonly #timeoutMs: number;
  #busy = false;
  #wake: NodeJS.Timeout | null = null;

  constructor(thread: () => InferenceThread, timeoutMs: number) {
    this.#thread = thread;
    this.#timeoutMs = timeoutMs;
  }

  submit(model: Model, inputs: readonly Tensor[], timeoutMs: number, done: Done): void {
    const { batchSize, minBatchSize } = model.definition;
    const idle = !this.#busy && this.#queue.length === 0;
    if (idle && (batchSize === 0 || minBatchSize <= 1) && model.isShort(inputBytes(inputs))) return done(model.run(inputs));
    if (this.#queue.length >= QUEUED_INFERENCES_MAX) return done('ERR too many inferences are waiting for this device');
    const job: Job = { model, inputs, done, queuedAtMs: Date.now(), timer: null };
    if (timeoutMs > 0) job.timer = setTimeout(() => this.#timedOut(job), Math.min(timeoutMs, 2 ** 31 - 1));
    model.use();
    this.#queue.push(job);
    this.#pump();
  }

  #timedOut(job: Job): void {
    const at = this.#queue.indexOf(job);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    job.model.release();
    job.done(TIMEDOUT);
  }

  /** Starts the first batch that is ready. */
  #pump(): void {
    if (this.#busy) return;
    let wakeInMs = Infinity;
    for (let at = 0; at < this.#queue.length && !this.#busy; at++) {
      const jobs = gather(this.#queue[at], this.#queue);
      const waitMs = missingMs(jobs);
      wakeInMs = Math.min(wakeInMs, waitMs > 0 ? waitMs : Infinity);
      if (waitMs > 0) continue;
      this.#take(jobs);
      if (jobs.length === 1 && jobs[0].model.isShort(inputBytes(jobs[0].inputs))) this.#runHere(jobs[0]);
      else return this.#start(jobs);
      // Whatever was queued meanwhile is looked at from the front again.
      at = -1;
      wakeInMs = Infinity;
    }
    if (this.#wake) clearTimeout(this.#wake);
    this.#wake = wakeInMs < Infinity ? setTimeout(() => this.#pump(), wakeInMs) : null;
  }

  #take(jobs: readonly Job[]): void {
    for (const job of jobs) {
      this.#queue.splice(this.#queue.indexOf(job), 1);
      if (job.timer) clearTimeout(job.timer);
    }
  }

  /** Runs a job that had to queue, but is short: those that its answer leads to wait until it is over. */
  #runHere({ model, inputs, done }: Job): void {
    this.#busy = true;
    const result = model.run(inputs);
    model.release();
    done(result);
    this.#busy = false;
  }

  #start(jobs: readonly Job[]): void {
    const { model } = jobs[0];
    this.#busy = true;
    let over = false;
    const thread = this.#thread();
    const finish = (result: ThreadResult): void => {
      if (over) return;
      over = true;
      clearTimeout(watchdog);
      this.#busy = false;
      this.#answer(jobs, result);
      model.release();
      for (let i = 1; i < jobs.length; i++) model.release();
      this.#pump();
    };
    let watchdog: NodeJS.Timeout | undefined;
    const started = (): void => {
      watchdog = setTimeout(() => {
        // A thread inside ONNX Runtime cannot be stopped: it is left to finish for nobody, and another takes its place.
        thread.abandon();
        finish({ error: GIVEN_UP });
      }, this.#timeoutMs);
    };
    thread.run(model, jobs.length === 1 ? jobs[0].inputs : concatenate(jobs), started, finish);
  }

  #answer(jobs: readonly Job[], result: ThreadResult): void {
    const { model } = jobs[0];
    if ('error' in result) {
      for (const job of jobs) {
        model.info.failed();
        job.done(result.error);
      }
      return;
    }
    model.learn(result.us, jobs.reduce((bytes, job) => bytes + inputBytes(job.inputs), 0));
    const outputs = jobs.length === 1 ? [result.outputs] : takeApart(jobs, result.outputs);
    jobs.forEach((job, i) => {
      const own = outputs[i];
      if (typeof own === 'string') {
        model.info.failed();
        job.done(own);
      } else job.done(model.finish(result.us, job.inputs, own));
    });
  }
}

/** How long a batch must still wait for company; 0 or less when it may run, Infinity when only company helps. */
function missingMs(jobs: readonly Job[]): number {
  const { batchSize, minBatchSize, minBatchTimeoutMs } = jobs[0].model.definition;
  if (batchSize === 0 || minBatchSize === 0) return 0;
  const samples = jobs.reduce((sum, job) => sum + (job.inputs[0]?.batch ?? 1), 0);
  if (samples >= minBatchSize) return 0;
  return minBatchTimeoutMs > 0 ? jobs[0].queuedAtMs + minBatchTimeoutMs - Date.now() : Infinity;
}

export class Devices {
  readonly executionTimeoutMs: number;
  readonly #devices = new Map<string, Device>();
  readonly #threads: (InferenceThread | undefined)[] = [];
  #closed = false;

  constructor(models: Models, executionTimeoutMs = MODEL_EXECUTION_TIMEOUT_MS) {
    this.executionTimeoutMs = executionTimeoutMs;
    models.onClosed((model) => {
      for (const thread of this.#threads) thread?.forget(model);
    });
  }

  /** Makes the device's thread ready ahead of its first run. */
  prepare(name: string): void {
    this.#device(name);
    this.#threads[0] ??= new InferenceThread();
  }

  /** Runs a model; `done` is called before this returns when the run happened at once. */
  run(model: Model, inputs: readonly Tensor[], timeoutMs: number, done: Done): void {
    this.#device(model.definition.device).submit(model, inputs, timeoutMs, done);
  }

  #device(name: string): Device {
    const key = name.toUpperCase();
    let device = this.#devices.get(key);
    if (!device) {
      const slot = this.#devices.size % THREADS_MAX;
      device = new Device(() => this.#thread(slot), this.executionTimeoutMs);
      this.#devices.set(key, device);
    }
    return device;
  }

  #thread(slot: number): InferenceThread {
    const thread = this.#threads[slot];
    if (thread?.usable) return thread;
    if (this.#closed) throw new Error('the server is shutting down');
    return (this.#threads[slot] = new InferenceThread());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map((thread) => thread?.close()));
  }
}
