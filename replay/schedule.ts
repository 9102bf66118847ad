/**
 * When requests are due. There is one global schedule, a function of the seed alone; worker `w` of `W` takes the requests
 * w, w + W, w + 2W, … of it, so that any number of workers together send the very same arrivals.
 *
 * A Poisson schedule is a running sum of exponential gaps. Every worker adds up all of them, also those of its neighbours:
 * that costs some 30 ns a request and keeps the sums equal to the last bit, without memory shared between threads.
 */
import type { Arrivals } from '../core/plan.js';
import { hash32, uniform } from '../core/random.js';

export interface Schedule {
  /** Nanoseconds from the start of the window to this worker's next request. Never descends, never ends. */
  next(): number;
}

/** Separates what is drawn from one seed: two uses with the same salt would be the same numbers. */
const SALT = { measured: 0xa11, warmup: 0xa12 } as const;

export interface ScheduleOptions {
  readonly arrivals: Arrivals;
  readonly seed: number;
  readonly worker: number;
  readonly workers: number;
  /** The warm-up draws numbers of its own, so that the measured arrivals are the same with and without it. */
  readonly phase: 'warmup' | 'measured';
}

/** @returns null for a closed loop, where a request is due when its connection became free */
export function createSchedule({ arrivals, seed, worker, workers, phase }: ScheduleOptions): Schedule | null {
  switch (arrivals.kind) {
    case 'closed':
      return null;
    case 'constant':
      return new Constant(1e9 / arrivals.ratePerSecond, worker, workers);
    case 'poisson':
      return new Poisson(1e9 / arrivals.ratePerSecond, hash32(seed, 0, SALT[phase]), worker, workers);
  }
}

class Constant implements Schedule {
  readonly #gapNs: number;
  readonly #workers: number;
  #index: number;

  constructor(gapNs: number, worker: number, workers: number) {
    this.#gapNs = gapNs;
    this.#workers = workers;
    this.#index = worker;
  }

  next(): number {
    // A product has one rounding; a running sum would drift by one for each request.
    const due = this.#index * this.#gapNs;
    this.#index += this.#workers;
    return due;
  }
}

class Poisson implements Schedule {
  readonly #meanNs: number;
  readonly #seed: number;
  readonly #workers: number;
  #index = 0;
  /** Index after the request that is next for this worker. */
  #until: number;
  readonly #sum = new Float64Array(1);

  constructor(meanNs: number, seed: number, worker: number, workers: number) {
    this.#meanNs = meanNs;
    this.#seed = seed;
    this.#workers = workers;
    this.#until = worker + 1;
  }

  next(): number {
    const sum = this.#sum;
    for (; this.#index < this.#until; this.#index++) {
      sum[0] -= Math.log1p(-uniform(this.#seed, this.#index)) * this.#meanNs;
    }
    this.#until += this.#workers;
    return sum[0];
  }
}

/** How many of `total` requests are worker `w`'s: those among w, w + W, w + 2W, … that are below `total`. */
export function shareOf(total: number, worker: number, workers: number): number {
  return Math.max(0, Math.ceil((total - worker) / workers));
}
