/** The near side of a worker thread that runs models: one session of each model there, loaded on its first run. */
import { Worker } from 'node:worker_threads';
import type { BareTensor, ModelOptions } from '../core/inference.js';
import { terminateGently } from '../core/native-gate.js';
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
    // Only a run in progress keeps the process alive, through its session's socket.
    this.#worker.unref();
    this.#worker.on('message', (message: FromThread) => {
      if ('started' in message) this.#waiting.get(message.started)?.started();
      else this.#settle(message.job, message);
    });
    this.#worker.on('error', (error) => this.#lost(`ERR the inference thread failed: ${messageOf(error)}`));
    this.#worker.on('exit', () => this.#lost('ERR the inference thread ended'));
  }

  get usable(): boolean {
    return this.#usable;
  }

  /** @param started called when the run itself begins */
  run(model: Model, inputs: readonly Tensor[], started: () => void, done: (result: ThreadResult) => void): void {
    let copies: BareTensor[];
    try {
      copies = inputs.map((input) => copyOf(toOnnx(input)));
    } catch (error) {
      return done({ error: backendText(error) });
    }
    if (!this.#loaded.has(model.id)) {
      this.#loaded.add(model.id);
      this.#post({ kind: 'load', model: model.id, blob: new Uint8Array(model.definition.blob), threads: model.threads });
    }
    const job = ++this.#jobs;
    this.#waiting.set(job, { started, done });
    this.#post({ kind: 'run', job, model: model.id, inputs: copies }, copies.flatMap(({ data }) => (ArrayBuffer.isView(data) ? [data.buffer as ArrayBuffer] : [])));
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
    this.#waiting.delete(job);
    waiting?.done(result);
  }

  #lost(error: string): void {
    this.#usable = false;
    for (const job of [...this.#waiting.keys()]) this.#settle(job, { error });
  }

  /** Nobody waits for this thread any more. */
  abandon(): void {
    this.#usable = false;
    this.#waiting.clear();
    void terminateGently(this.#worker);
  }

  async close(): Promise<void> {
    this.abandon();
    await terminateGently(this.#worker);
  }
}

/** A tensor whose memory may be given away. */
function copyOf(tensor: BareTensor): BareTensor {
  return ArrayBuffer.isView(tensor.data) ? { ...tensor, data: (tensor.data as unknown as Float32Array).slice() } : tensor;
}
