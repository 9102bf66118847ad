/**
 * One monotonic clock for all threads of a run, in nanoseconds since an epoch that the main thread chose.
 *
 * `process.hrtime.bigint()` is the same in every thread but costs an allocation per reading; `performance.now()` costs none
 * but counts from the start of its own thread. So each thread finds the offset between the two once.
 */
export interface Clock {
  /** Nanoseconds since the epoch. Numbers keep whole nanoseconds exactly for 104 days. */
  now(): number;
}

/** The epoch of a new run, to be handed to every thread. */
export function newEpoch(): bigint {
  return process.hrtime.bigint();
}

const READINGS = 64;

/** This thread's view of the clock. */
export function createClock(epoch: bigint): Clock {
  let offset = 0;
  let tightest = Infinity;
  // The reading that was least disturbed is the one whose two neighbours are closest together.
  for (let reading = 0; reading < READINGS; reading++) {
    const before = process.hrtime.bigint();
    const local = performance.now() * 1e6;
    const after = process.hrtime.bigint();
    const width = Number(after - before);
    if (width >= tightest) continue;
    tightest = width;
    offset = Number(before - epoch) + width / 2 - local;
  }
  return new ThreadClock(offset);
}

class ThreadClock implements Clock {
  readonly #offset: number;

  constructor(offset: number) {
    this.#offset = offset;
  }

  now(): number {
    return performance.now() * 1e6 + this.#offset;
  }
}
