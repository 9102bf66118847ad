/** The near side of a worker thread that runs models: one session of each model there, loaded on its first run. */
import { Worker } from 'node:worker_threads';
import type { BareTensor, ModelOptions } from '../core/inference.js';
import { giveUp, terminateGently } from '../core/native-gate.js';
import { messageOf } from '../core/errors.js';
import { backendText, type Model } from './models.js';
import { toOnnx } from './onnx-tensor.js';
import type { Tensor } from './tensor-value.js';

export type ToThread =
  | { readonly kind: 'load'; readonly model: number; readonly blob: Uint8Array; readonly threads: ModelOptions }
  | { readonly kind: 'forget'; readonly model: number }
  | { readonly kind: 'run'; readonly job: number; readonly model: number; readonly inputs: readonly BareTensor[] };

export type FromThread =
  /** The run begins: whatever was to be loaded for it is there. */
  | { readonly started: number }
  | { readonly job: number; readonly us: number; readonly outputs: readonly (BareTensor | undefined)[] }
  | { readonly job: number; readonly error: string };

export type ThreadResult = { readonly us: number; readonly outputs: readonly (BareTensor | undefined)[] } | { readonly error: string };

export class InferenceThread {
  readonly #worker: Worker;
  readonly #loaded = new Set<number>();
  readonly #waiting = new Map<number, { readonly started: () => void; readonly done: (result: ThreadResult) => void }>();
  #jobs = 0;
  #usable = true;

  constructor() {
    this.#worker = new Worker(new URL('./inference-worker.js', import.meta.url));
    this.#worker.on('message', (message: FromThread) => {
      if ('started' in message) this.#waiting.get(message.started)?.started();
      else this.#settle(message.job, message);
    });
    this.#worker.on('error', (error) => this.#lost(`ERR the inference thread failed: ${messageOf(error)}`));
    this.#worker.on('exit', () => this.#lost('ERR the inference thread ended'));
    // Only a run that somebody waits for keeps the process alive. Listening would, too: this comes last.
    this.#worker.unref();
  }

  get usable(): boolean {
    return this.#usable;
  }

  /** @param started called when the run itself begins */
  run(model: Model, inputs: readonly Tensor[], started: () => void, done: (result: ThreadResult) => void): void {
    const job = ++this.#jobs;
    try {
      const copies = inputs.map((input) => copyOf(toOnnx(input)));
      if (!this.#loaded.has(model.id)) this.#post({ kind: 'load', model: model.id, blob: new Uint8Array(model.definition.blob), threads: model.threads });
      this.#loaded.add(model.id);
      this.#post({ kind: 'run', job, model: model.id, inputs: copies }, copies.flatMap(({ data }) => (ArrayBuffer.isView(data) ? [data.buffer as ArrayBuffer] : [])));
    } catch (error) {
      // There is no memory for the copies.
      return done({ error: backendText(error) });
    }
    this.#waiting.set(job, { started, done });
    this.#worker.ref();
  }

  /** The model is gone: its session there is freed. */
  forget(model: Model): void {
    if (this.#loaded.delete(model.id)) this.#post({ kind: 'forget', model: model.id });
  }

  #post(message: ToThread, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #settle(job: number, result: ThreadResult): void {
    const waiting = this.#waiting.get(job);
    if (waiting === undefined) return;
    this.#waiting.delete(job);
    if (this.#waiting.size === 0) this.#worker.unref();
    waiting.done(result);
  }

  #lost(error: string): void {
    this.#usable = false;
    for (const job of [...this.#waiting.keys()]) this.#settle(job, { error });
  }

  /**
   * Nobody waits for this thread any more: inside ONNX Runtime it cannot be stopped, and goes on until its run ends.
   * @returns when it has ended
   */
  abandon(): Promise<void> {
    this.#usable = false;
    this.#waiting.clear();
    this.#worker.unref();
    return giveUp(this.#worker);
  }

  /** Ends the thread when its run is over, whose result nobody gets. */
  close(): Promise<void> {
    this.#usable = false;
    this.#waiting.clear();
    this.#worker.ref();
    return terminateGently(this.#worker);
  }
}

/** A tensor whose memory may be given away. */
function copyOf(tensor: BareTensor): BareTensor {
  return ArrayBuffer.isView(tensor.data) ? { ...tensor, data: (tensor.data as unknown as Float32Array).slice() } : tensor;
}
