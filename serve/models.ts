/** Models as keys hold them, what AI.INFO counts about them, and their runs on this thread. */
import { openBareSession, runtimeVersion, type BareSession, type BareTensor, type ModelOptions } from '../core/inference.js';
import { messageOf } from '../core/errors.js';
import { INLINE_RUN_US_MAX } from './limits.js';
import { ModuleTable } from './module-table.js';
import { fromOnnx, toOnnx } from './onnx-tensor.js';
import { ModuleValue } from './value.js';
import type { Tensor } from './tensor-value.js';

export interface ModelDefinition {
  readonly key: string;
  readonly backend: string;
  /** As the client wrote it. */
  readonly device: string;
  readonly tag: string;
  readonly batchSize: number;
  readonly minBatchSize: number;
  readonly minBatchTimeoutMs: number;
  readonly blob: Buffer;
}

/** What AI.INFO tells: kept under the key that the model was stored under, even when it is renamed. */
export class RunInfo {
  durationUs = 0;
  samples = 0;
  calls = 0;
  errors = 0;
  /** Runs of a session: fewer than calls where requests were batched. */
  runs = 0;

  reset(): void {
    this.durationUs = this.samples = this.calls = this.errors = this.runs = 0;
  }

  succeeded(us: number, samples: number): void {
    this.calls++;
    this.durationUs += Math.round(us);
    this.samples += samples;
  }

  failed(): void {
    this.calls++;
    this.errors++;
  }
}

/** Outputs of a run in the model's order, null for one that is no tensor; or the backend's error. */
export type RunResult = readonly (Tensor | null)[] | string;

/** Weight of the newest run in the estimate that decides where the next one happens. */
const ESTIMATE_WEIGHT = 0.25;

export class Model extends ModuleValue {
  override readonly typeName = 'AI__MODEL';
  readonly info = new RunInfo();
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly #session: BareSession;
  readonly #fetches: { [name: string]: null } = {};
  readonly #registry: Models;
  readonly #feeds: { [name: string]: BareTensor } = {};
  /** Smoothed duration of a run; unknown until it has run elsewhere. */
  #estimateUs = Infinity;
  /** The largest input for which the estimate holds. */
  #knownBytes = 0;
  /** Jobs that still need the session. */
  #users = 1;

  /** @throws Error with the backend's text */
  constructor(readonly definition: ModelDefinition, readonly id: number, registry: Models) {
    super();
    this.#registry = registry;
    this.#session = openBareSession(definition.blob, registry.threads);
    this.inputs = this.#session.inputs;
    this.outputs = this.#session.outputs.map(({ name }) => name);
    for (const { name, isTensor } of this.#session.outputs) if (isTensor) this.#fetches[name] = null;
  }

  /** What its sessions are opened with. */
  get threads(): ModelOptions {
    return this.#registry.threads;
  }

  get sizeBytes(): number {
    return this.definition.blob.length;
  }

  /** Whether a run with so much input is known to be too short to be worth a hop to another thread. */
  isShort(inputBytes: number): boolean {
    return this.#estimateUs <= INLINE_RUN_US_MAX && inputBytes <= this.#knownBytes;
  }

  /** Takes the duration of one run into the estimate. */
  learn(us: number, inputBytes: number): void {
    // The first run of a session prepares memory and is no measure; a large surprise counts at once, being above any smoothing.
    this.#estimateUs = this.#estimateUs === Infinity || inputBytes > this.#knownBytes ? us : this.#estimateUs + (us - this.#estimateUs) * ESTIMATE_WEIGHT;
    if (us <= INLINE_RUN_US_MAX && inputBytes > this.#knownBytes) this.#knownBytes = inputBytes * 2;
  }

  /** Runs on this thread. */
  run(inputs: readonly Tensor[]): RunResult {
    const feeds = this.#feeds;
    const started = performance.now();
    let answers: { [name: string]: BareTensor };
    try {
      for (let i = 0; i < inputs.length; i++) feeds[this.inputs[i]] = toOnnx(inputs[i]);
      // The runtime will not run for nothing, which is all that a model without a tensor among its outputs gives.
      answers = Object.keys(this.#fetches).length > 0 ? this.#session.run(feeds, this.#fetches) : {};
    } catch (error) {
      this.info.failed();
      return backendText(error);
    }
    const us = (performance.now() - started) * 1000;
    this.info.runs++;
    this.learn(us, inputBytes(inputs));
    return this.finish(us, this.outputs.map((name) => answers[name]));
  }

  /** Counts a run, with the rows of its first output, and turns its outputs into tensors. */
  finish(us: number, outputs: readonly (BareTensor | undefined)[]): RunResult {
    try {
      const tensors = outputs.map((output) => (output === undefined ? null : fromOnnx(output)));
      this.info.succeeded(us, tensors[0]?.batch ?? 0);
      return tensors;
    } catch (error) {
      this.info.failed();
      return backendText(error);
    }
  }

  use(): void {
    this.#users++;
  }

  /** The session is freed when the key is gone and the last job is done. */
  release(): void {
    if (--this.#users === 0) {
      this.#session.close();
      this.#registry.closed(this);
    }
  }

  override dropped(): void {
    this.#registry.removed(this);
    this.release();
  }
}

export function inputBytes(inputs: readonly Tensor[]): number {
  let bytes = 0;
  for (const input of inputs) bytes += input.data.length;
  return bytes;
}

/** ONNX Runtime's message as RedisAI passes it on: without the call that failed, newlines as blanks. */
export function backendText(error: unknown): string {
  const text = messageOf(error).replace(/^(?:Error: )?(?:Load model from .*? failed:)?/, '').trim();
  if (/protobuf parsing failed/i.test(text)) return 'Failed to load model because protobuf parsing failed.';
  // What Node's binding says of no bytes at all; the runtime itself finds no graph in them.
  return /^Model data pointer is null/.test(text) ? 'No graph was found in the protobuf.' : text || 'unknown backend error';
}

/** RedisAI's INTRA_OP_PARALLELISM and INTER_OP_PARALLELISM; 0 leaves them to us, who take 1. */
export interface ModelThreads {
  readonly intraOpThreads?: number;
  readonly interOpThreads?: number;
}

/** All models by the key that they were stored under. */
export class Models {
  /** What every session is opened with. */
  readonly threads: ModelOptions;
  readonly settings: Required<ModelThreads>;
  readonly #byKey = new ModuleTable<Model>();
  readonly #onClosed: ((model: Model) => void)[] = [];
  #count = 0;
  #version: string | null = null;

  constructor({ intraOpThreads = 0, interOpThreads = 0 }: ModelThreads = {}) {
    this.settings = { intraOpThreads, interOpThreads };
    this.threads = { threads: intraOpThreads || 1, interThreads: interOpThreads || 1 };
  }

  /** Version of the backend once it has been used, for INFO MODULES. */
  get backendVersion(): string | null {
    return this.#version;
  }

  /** @throws Error with the backend's text */
  create(definition: ModelDefinition): Model {
    this.#version ??= runtimeVersion();
    return new Model(definition, ++this.#count, this);
  }

  /** The model is under its key now. */
  stored(model: Model): void {
    this.#byKey.set(model.definition.key, model);
  }

  find(key: string): Model | undefined {
    return this.#byKey.get(key);
  }

  all(): IterableIterator<Model> {
    return this.#byKey.values();
  }

  removed(model: Model): void {
    if (this.#byKey.get(model.definition.key) === model) this.#byKey.delete(model.definition.key);
  }

  /** Registers somebody who keeps sessions of its own for models. */
  onClosed(listener: (model: Model) => void): void {
    this.#onClosed.push(listener);
  }

  closed(model: Model): void {
    for (const listener of this.#onClosed) listener(model);
  }
}
