/**
 * One device and its queue. A model runs on the thread that asks when it is known to be short and its device has nothing waiting;
 * otherwise on a worker thread, as many runs of a device at a time as it has threads, in order, with requests batched where the model says so.
 */
import { concatenate, takeApart } from './batch.js';
import type { InferenceThread, ThreadResult } from './inference-thread.js';
import { GIVEN_UP_RUNS_MAX, QUEUED_INFERENCES_MAX } from './limits.js';
import { backendText, inputBytes, type Model } from './models.js';
import { Job, Queue, TIMEDOUT, type Done, type Owner } from './queue.js';
import type { Tensor } from './tensor-value.js';

export interface DeviceSettings {
  /** A running model is given up after this long (RedisAI's MODEL_EXECUTION_TIMEOUT). */
  readonly executionTimeoutMs: number;
  /** Runs of one device at a time (RedisAI's THREADS_PER_QUEUE). */
  readonly threadsPerQueue: number;
}

const TIMER_MS_MAX = 2 ** 31 - 1;

/** What ONNX Runtime says when a run is told to stop. */
const GIVEN_UP = 'Exiting due to terminate flag being set to true.';
const TOO_MANY_GIVEN_UP = 'ERR too many runs of this device were given up and have not ended yet';

export class Device {
  readonly #queue = new Queue();
  readonly #thread: (slot: number) => InferenceThread;
  readonly #timeoutMs: number;
  /** Threads of this device that have nothing to do, by their number in it. */
  readonly #idle: number[] = [];
  /** Something is being started: whatever its answer leads to waits for its turn. */
  #pumping = false;
  #closed = false;
  /** Runs that were given up and go on for nobody, each on a thread that was replaced. */
  givenUp = 0;
  /** Requests whose run is in progress. */
  running = 0;
  #wake: NodeJS.Timeout | undefined;

  constructor(thread: (slot: number) => InferenceThread, { executionTimeoutMs, threadsPerQueue }: DeviceSettings) {
    this.#thread = thread;
    this.#timeoutMs = executionTimeoutMs;
    for (let slot = threadsPerQueue - 1; slot >= 0; slot--) this.#idle.push(slot);
  }

  /** Requests that wait for their run. */
  get queued(): number {
    return this.#queue.size;
  }

  get #busy(): boolean {
    return this.#closed || this.#idle.length === 0;
  }

  submit(model: Model, inputs: readonly Tensor[], timeoutMs: number, owner: Owner, done: Done): void {
    const { batchSize, minBatchSize } = model.definition;
    const idle = !this.#pumping && !this.#busy && this.#queue.size === 0;
    if (idle && (batchSize === 0 || minBatchSize <= 1) && model.isShort(inputBytes(inputs))) return done(model.run(inputs));
    if (this.#queue.size >= QUEUED_INFERENCES_MAX) return done('ERR too many inferences are waiting for this device');
    const job = new Job(model, inputs, owner, done);
    if (timeoutMs > 0) job.timer = setTimeout(() => this.withdraw(owner), Math.min(timeoutMs, TIMER_MS_MAX));
    this.#queue.add(job);
    this.#pump();
  }

  /** The owner's job, if it waits here, has waited for too long, or for somebody who is gone. */
  withdraw(owner: Owner): void {
    const job = this.#queue.withdraw(owner);
    if (job === null) return;
    if (job.timer) clearTimeout(job.timer);
    job.done(TIMEDOUT);
    this.#pump();
  }

  /** From now on nothing begins here. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#wake);
  }

  /** Starts whatever is complete, as long as there are threads for it. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    clearTimeout(this.#wake);
    while (!this.#busy) {
      const jobs = this.#queue.next(Date.now());
      if (jobs === null) break;
      for (const { timer } of jobs) if (timer) clearTimeout(timer);
      if (jobs.length === 1 && jobs[0].model.isShort(inputBytes(jobs[0].inputs))) this.#runHere(jobs[0]);
      else if (this.givenUp >= GIVEN_UP_RUNS_MAX) this.#answer(jobs, { error: TOO_MANY_GIVEN_UP });
      else this.#start(jobs);
    }
    this.#pumping = false;
    const { wakeAtMs } = this.#queue;
    if (!this.#busy && wakeAtMs < Infinity) this.#wake = setTimeout(() => this.#pump(), Math.min(wakeAtMs - Date.now(), TIMER_MS_MAX));
  }

  /** Runs a job that had to queue, but is short. */
  #runHere({ model, inputs, done }: Job): void {
    done(model.run(inputs));
  }

  #start(jobs: readonly Job[]): void {
    const slot = this.#idle.pop()!;
    this.running += jobs.length;
    let over = false;
    const thread = this.#thread(slot);
    const finish = (result: ThreadResult): void => {
      if (over) return;
      over = true;
      clearTimeout(watchdog);
      this.#idle.push(slot);
      this.running -= jobs.length;
      this.#answer(jobs, result);
      this.#pump();
    };
    let watchdog: NodeJS.Timeout | undefined;
    const started = (): void => {
      watchdog = setTimeout(() => {
        // It is left to finish for nobody, and another thread takes its place.
        this.givenUp++;
        void thread.abandon().then(() => this.givenUp--);
        finish({ error: GIVEN_UP });
      }, this.#timeoutMs);
    };
    let inputs: readonly Tensor[];
    try {
      inputs = jobs.length === 1 ? jobs[0].inputs : concatenate(jobs);
    } catch (error) {
      // There is no memory for all of them together.
      return finish({ error: backendText(error) });
    }
    thread.run(jobs[0].model, inputs, started, finish);
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
      if (typeof own === 'string') model.info.failed();
      const answer = typeof own === 'string' ? own : model.finish(result.us, own);
      job.done(answer);
    });
  }
}
