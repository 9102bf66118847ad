/**
 * Devices and their queues. A model runs on the thread that asks when it is known to be short and its device has nothing waiting;
 * otherwise on a worker thread, as many runs of a device at a time as it has threads, in order, with requests batched where the model says so.
 */
import { concatenate, gather, takeApart, waits } from './batch.js';
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

export interface DeviceSettings {
  /** A running model is given up after this long (RedisAI's MODEL_EXECUTION_TIMEOUT). */
  readonly executionTimeoutMs: number;
  /** Runs of one device at a time (RedisAI's THREADS_PER_QUEUE). */
  readonly threadsPerQueue: number;
}

/** So many devices have threads of their own; further ones, whatever names clients invent, share them. */
const DEVICES_MAX = 8;

/** What ONNX Runtime says when a run is told to stop. */
const GIVEN_UP = 'Exiting due to terminate flag being set to true.';

class Device {
  readonly #queue: Job[] = [];
  readonly #thread: (slot: number) => InferenceThread;
  readonly #timeoutMs: number;
  /** Threads of this device that have nothing to do, by their number in it. */
  readonly #idle: number[] = [];
  /** A short run happens on this thread: those that its answer leads to wait until it is over. */
  #here = false;
  #wake: NodeJS.Timeout | null = null;

  constructor(thread: (slot: number) => InferenceThread, { executionTimeoutMs, threadsPerQueue }: DeviceSettings) {
    this.#thread = thread;
    this.#timeoutMs = executionTimeoutMs;
    for (let slot = threadsPerQueue - 1; slot >= 0; slot--) this.#idle.push(slot);
  }

  get #busy(): boolean {
    return this.#here || this.#idle.length === 0;
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
    let incomplete = new Set<Job>();
    for (let at = 0; at < this.#queue.length && !this.#busy; at++) {
      // Those that an earlier one could have taken along, and still was not complete, are not complete without it either.
      if (incomplete.has(this.#queue[at])) continue;
      const jobs = gather(this.#queue[at], this.#queue, at);
      const waitMs = missingMs(jobs);
      if (waitMs > 0) {
        wakeInMs = Math.min(wakeInMs, waitMs);
        for (const job of jobs) incomplete.add(job);
        continue;
      }
      this.#take(jobs);
      if (jobs.length === 1 && jobs[0].model.isShort(inputBytes(jobs[0].inputs))) this.#runHere(jobs[0]);
      else this.#start(jobs);
      // Whatever was queued meanwhile is looked at from the front again.
      at = -1;
      wakeInMs = Infinity;
      incomplete = new Set();
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

  /** Runs a job that had to queue, but is short. */
  #runHere({ model, inputs, done }: Job): void {
    this.#here = true;
    const result = model.run(inputs);
    model.release();
    done(result);
    this.#here = false;
  }

  #start(jobs: readonly Job[]): void {
    const { model } = jobs[0];
    const slot = this.#idle.pop()!;
    let over = false;
    const thread = this.#thread(slot);
    const finish = (result: ThreadResult): void => {
      if (over) return;
      over = true;
      clearTimeout(watchdog);
      this.#idle.push(slot);
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
    model.info.runs++;
    model.learn(result.us, jobs.reduce((bytes, job) => bytes + inputBytes(job.inputs), 0));
    const outputs = jobs.length === 1 ? [result.outputs] : takeApart(jobs, result.outputs);
    jobs.forEach((job, i) => {
      const own = outputs[i];
      if (typeof own === 'string') {
        model.info.failed();
        job.done(own);
      } else job.done(model.finish(result.us, own));
    });
  }
}

/** How long a batch must still wait for company; 0 or less when it may run, Infinity when only company helps. */
function missingMs(jobs: readonly Job[]): number {
  const { batchSize, minBatchSize, minBatchTimeoutMs } = jobs[0].model.definition;
  if (batchSize === 0 || minBatchSize === 0 || !waits(jobs[0], batchSize)) return 0;
  const samples = jobs.reduce((sum, job) => sum + (job.inputs[0]?.batch ?? 1), 0);
  if (samples >= minBatchSize) return 0;
  return minBatchTimeoutMs > 0 ? jobs[0].queuedAtMs + minBatchTimeoutMs - Date.now() : Infinity;
}

export class Devices {
  readonly settings: DeviceSettings;
  readonly #devices = new Map<string, Device>();
  readonly #threads: (InferenceThread | undefined)[] = [];
  #closed = false;

  constructor(models: Models, { executionTimeoutMs = MODEL_EXECUTION_TIMEOUT_MS, threadsPerQueue = 1 }: Partial<DeviceSettings> = {}) {
    this.settings = { executionTimeoutMs, threadsPerQueue };
    models.onClosed((model) => {
      for (const thread of this.#threads) thread?.forget(model);
    });
  }

  /** Devices that have been used, in upper case. */
  get names(): Iterable<string> {
    return this.#devices.keys();
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
      const first = (this.#devices.size % DEVICES_MAX) * this.settings.threadsPerQueue;
      device = new Device((slot) => this.#thread(first + slot), this.settings);
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
