/**
 * Entries that one thread fills and another uses up, for data sets that do not fit into memory.
 *
 * Two queues of entry numbers, each with one writer and one reader: `ready` in the order of the requests, and `free` in the order in
 * which requests end. They are two because requests end out of order: in a single ring, one request that the server holds
 * would stop all those behind it.
 */
import { newEntries, type Entries, type FrameSource, type Layout } from './frames.js';

/** Words of `control`. Positions only grow; their difference is what a queue holds. */
const READY_HEAD = 0;
const FREE_HEAD = 1;
/** 1 while the worker waits for a frame; the encoder swaps it back and wakes the worker. */
const STARVING = 2;
const STOP = 3;
const WORDS = 4;

/** Plain data that goes to both threads. */
export interface RingData {
  readonly entries: Entries;
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly ready: Int32Array<SharedArrayBuffer>;
  readonly free: Int32Array<SharedArrayBuffer>;
}

/** How long the encoder sleeps at most before it looks again for room: the worker does not wake it for each entry. */
const ROOM_WAIT_MS = 2;

/** @param count rounded down to a power of two, so that positions may wrap around at 2^32 */
export function newRing(layout: Layout, count: number): RingData {
  const size = 2 ** Math.floor(Math.log2(count));
  const words = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));
  const free = words(size);
  for (let entry = 0; entry < size; entry++) free[entry] = size - 1 - entry;
  const control = words(WORDS);
  control[FREE_HEAD] = size;
  return { entries: newEntries(layout, size), control, ready: words(size), free };
}

/** The worker's end. */
export class RingReader implements FrameSource {
  readonly entries: Entries;
  readonly #data: RingData;
  readonly #mask: number;
  #readyTail = 0;
  #freeHead: number;

  constructor(data: RingData) {
    this.entries = data.entries;
    this.#data = data;
    this.#mask = data.ready.length - 1;
    this.#freeHead = data.control[FREE_HEAD];
  }

  take(): number {
    const { control, ready } = this.#data;
    if (Atomics.load(control, READY_HEAD) === this.#readyTail) {
      Atomics.store(control, STARVING, 1);
      Atomics.notify(control, STOP);
      // The encoder may have published between the look and the flag: look once more, or it would never wake us.
      if (Atomics.load(control, READY_HEAD) === this.#readyTail) return -1;
      Atomics.store(control, STARVING, 0);
    }
    const entry = ready[this.#readyTail & this.#mask];
    this.#readyTail = (this.#readyTail + 1) | 0;
    return entry;
  }

  release(entry: number): void {
    this.#data.free[this.#freeHead & this.#mask] = entry;
    this.#freeHead = (this.#freeHead + 1) | 0;
    Atomics.store(this.#data.control, FREE_HEAD, this.#freeHead);
  }
}

/** The encoder's end. */
export class RingWriter {
  readonly #data: RingData;
  readonly #mask: number;
  readonly #wake: () => void;
  #onFull: (() => void) | null;
  /**
   * Free entries, the one that was given back last on top. Where the encoder is slower than the worker, a few entries then go round that
   * are still in the caches, and not all of them: an image is half a megabyte, and written anew in cold memory it takes a quarter longer.
   */
  readonly #stack: Int32Array;
  #stacked = 0;
  #readyHead = 0;
  #freeTail = 0;

  /**
   * @param wake tells the worker that frames are there again, after it had to wait
   * @param onFull is called once, when there is no room for the first time
   */
  constructor(data: RingData, wake: () => void, onFull: (() => void) | null = null) {
    this.#data = data;
    this.#mask = data.free.length - 1;
    this.#wake = wake;
    this.#onFull = onFull;
    this.#stack = new Int32Array(data.free.length);
  }

  get stopped(): boolean {
    return Atomics.load(this.#data.control, STOP) === 1;
  }

  /** Blocks this thread until an entry is free. @returns the entry, or -1 when the ring was stopped */
  claim(): number {
    const { control, free } = this.#data;
    for (;;) {
      const head = Atomics.load(control, FREE_HEAD);
      for (; this.#freeTail !== head; this.#freeTail = (this.#freeTail + 1) | 0) this.#stack[this.#stacked++] = free[this.#freeTail & this.#mask];
      if (this.stopped) return -1;
      if (this.#stacked > 0) return this.#stack[--this.#stacked];
      this.#onFull?.();
      this.#onFull = null;
      Atomics.wait(control, STOP, 0, ROOM_WAIT_MS);
    }
  }

  publish(entry: number): void {
    const { control, ready } = this.#data;
    ready[this.#readyHead & this.#mask] = entry;
    this.#readyHead = (this.#readyHead + 1) | 0;
    Atomics.store(control, READY_HEAD, this.#readyHead);
    if (Atomics.load(control, STARVING) === 1 && Atomics.exchange(control, STARVING, 0) === 1) this.#wake();
  }
}

export function stopRing({ control }: RingData): void {
  Atomics.store(control, STOP, 1);
  Atomics.notify(control, STOP);
}
