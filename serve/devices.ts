/** All devices, and the threads that their models run on. */
import { Device, type DeviceSettings } from './device.js';
import { InferenceThread } from './inference-thread.js';
import { MODEL_EXECUTION_TIMEOUT_MS, RUNNING_PATIENCE_MS } from './limits.js';
import type { Model, Models } from './models.js';
import { TIMEDOUT, type Done, type Owner } from './queue.js';
import type { Tensor } from './tensor-value.js';

export { TIMEDOUT, type Done, type Owner } from './queue.js';
export type { DeviceSettings } from './device.js';

/** So many devices have queues and threads of their own; further ones, whatever names clients invent, share them. */
const DEVICES_MAX = 8;

export class Devices {
  readonly settings: DeviceSettings;
  readonly #devices: Device[] = [];
  readonly #byName = new Map<string, Device>();
  readonly #threads: (InferenceThread | undefined)[] = [];

  constructor(models: Models, { executionTimeoutMs = MODEL_EXECUTION_TIMEOUT_MS, threadsPerQueue = 1 }: Partial<DeviceSettings> = {}) {
    this.settings = { executionTimeoutMs, threadsPerQueue };
    models.onClosed((model) => {
      for (const thread of this.#threads) thread?.forget(model);
    });
  }

  /** Devices that have been used, in upper case. */
  get names(): Iterable<string> {
    return this.#byName.keys();
  }

  /** Makes the device's thread ready ahead of its first run. */
  prepare(name: string): void {
    this.#device(name);
    this.#threads[0] ??= new InferenceThread();
  }

  /** Runs a model; `done` is called before this returns when the run happened at once. */
  run(model: Model, inputs: readonly Tensor[], timeoutMs: number, owner: Owner, done: Done): void {
    // A DAG goes on with its next model, or the laboratory begins, when the client has gone already.
    if (owner.gone) return done(TIMEDOUT);
    this.#device(model.definition.device).submit(model, inputs, timeoutMs, owner, done);
  }

  /** What waits for this owner leaves its queue; a run that has begun goes on. */
  withdraw(owner: Owner): void {
    for (const device of this.#devices) device.withdraw(owner);
  }

  #device(name: string): Device {
    const key = name.toUpperCase();
    let device = this.#byName.get(key);
    if (device === undefined) this.#byName.set(key, (device = this.#devices[this.#byName.size % DEVICES_MAX] ?? this.#newDevice()));
    return device;
  }

  #newDevice(): Device {
    const first = this.#devices.length * this.settings.threadsPerQueue;
    const device = new Device((slot) => this.#thread(first + slot), this.settings);
    this.#devices.push(device);
    return device;
  }

  #thread(slot: number): InferenceThread {
    const thread = this.#threads[slot];
    return thread?.usable ? thread : (this.#threads[slot] = new InferenceThread());
  }

  /** Of all devices: requests that wait, requests whose run is in progress, and runs that were given up and go on for nobody. */
  sum(what: 'queued' | 'running' | 'givenUp'): number {
    return this.#devices.reduce((sum, device) => sum + device[what], 0);
  }

  /** Waits for what runs, but not for ever. */
  async close(): Promise<void> {
    for (const device of this.#devices) device.close();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, RUNNING_PATIENCE_MS)));
    const inUse = this.#threads.filter((thread) => thread?.usable);
    await Promise.race([patience, Promise.all(inUse.map((thread) => thread!.close()))]);
    clearTimeout(timer);
    for (const thread of inUse) void thread!.abandon();
  }
}
