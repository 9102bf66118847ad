/**
 * A timer that is exact to some ten microseconds where setTimeout is to a millisecond or two. A thread of its own sleeps in
 * Atomics.wait until shortly before the time, and says so; the rest, too short for any sleep, this thread spends in setImmediate,
 * between which its sockets are served as ever.
 */
import { Worker } from 'node:worker_threads';
import { SPIN_MS, type TimerShared } from './timer-thread.js';

interface Entry {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class PreciseTimer {
  readonly #shared: TimerShared = { control: new Int32Array(new SharedArrayBuffer(4)), dueMs: new Float64Array(new SharedArrayBuffer(8)) };
  readonly #worker: Worker;
  /** A binary heap, the next one first. */
  readonly #heap: Entry[] = [];
  #count = 0;
  #spinning = false;
  #closed = false;

  constructor() {
    this.#shared.dueMs[0] = Infinity;
    this.#worker = new Worker(new URL('./timer-thread.js', import.meta.url), { workerData: { ...this.#shared, timeOriginMs: performance.timeOrigin } });
    this.#worker.unref();
    this.#worker.on('message', () => this.#look());
  }

  /** Milliseconds on the clock that `at` counts in. */
  now(): number {
    return performance.now();
  }

  /** Calls `run` as soon as the clock has reached `dueMs`, never before, and never within this call. Entries of one time run in order. */
  at(dueMs: number, run: () => void): void {
    if (this.#closed) return;
    const { dueMs: before } = this.#heap[0] ?? { dueMs: Infinity };
    push(this.#heap, { dueMs, order: this.#count++, run });
    if (dueMs < before) this.#look();
  }

  /** Spins when the next one is near, else tells the thread when to wake us. */
  #look(): void {
    if (this.#spinning || this.#closed || this.#heap.length === 0) return;
    const { dueMs } = this.#heap[0];
    if (dueMs - performance.now() <= SPIN_MS) {
      this.#spinning = true;
      setImmediate(this.#turn);
      return;
    }
    const { control, dueMs: shared } = this.#shared;
    shared[0] = dueMs;
    Atomics.add(control, 0, 1);
    Atomics.notify(control, 0);
  }

  readonly #turn = (): void => {
    this.#spinning = false;
    if (this.#closed) return;
    const heap = this.#heap;
    while (heap.length > 0 && heap[0].dueMs <= performance.now()) pop(heap).run();
    this.#look();
  };

  async close(): Promise<void> {
    this.#closed = true;
    this.#heap.length = 0;
    await this.#worker.terminate();
  }
}

function earlier(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!earlier(entry, heap[parent])) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): Entry {
  const first = heap[0];
  const last = heap.pop()!;
  const { length } = heap;
  if (length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= length) break;
    if (child + 1 < length && earlier(heap[child + 1], heap[child])) child++;
    if (!earlier(heap[child], last)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return first;
}
