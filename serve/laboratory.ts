/**
 * A server whose true behaviour is known: inferences take the time that a distribution says, so many of them at once, and fail,
 * get lost or stand still as often as asked. Everything else is answered as ever. Which inference meets what is a function of the seed and
 * of its number, in the order of arrival: the same requests meet the same fate again.
 */
import { hash32 } from '../core/random.js';
import type { LaboratoryPlan } from './laboratory-options.js';
import { QUEUED_INFERENCES_MAX } from './limits.js';
import { PreciseTimer } from './precise-timer.js';
import type { Reply } from './reply.js';

export type Answer = (write: (reply: Reply) => void) => void;

/** The clock and the alarm of a laboratory, in milliseconds. */
export interface Timer {
  now(): number;
  at(dueMs: number, run: () => void): void;
  close(): Promise<void>;
}

/**
 * An inference on its way: it is run once its turn has come, and answered when its service time is over. One that is to fail is not run, and
 * counted instead; one that is dropped is run as any other, and nobody hears of it.
 */
export interface Visit {
  /** The inference itself, which may answer at once or later. */
  readonly start: (answer: Answer) => void;
  readonly answer: Answer;
  /** Counts an inference that fails. */
  readonly failed: () => void;
  /** Closes the client's connection. */
  readonly drop: () => void;
}

interface Waiting extends Visit {
  readonly number: number;
  readonly arrivedMs: number;
}

export const FAILED = 'ERR the laboratory makes this inference fail';
const FULL = 'ERR too many inferences are waiting for this device';

/** Columns of the seed's random numbers. */
const FATE = 0;
const SERVICE = 1;

export type Fate = 'answered' | 'failed' | 'dropped';

export class Laboratory {
  readonly plan: LaboratoryPlan;
  readonly #timer: Timer;
  #waiting: Waiting[] = [];
  /** The next one of `#waiting`. */
  #next = 0;
  #busy = 0;
  /** When servers that have become free should have, the earliest first; only those that somebody waits for. */
  #freedMs: number[] = [];
  #admitting = false;
  #count = 0;
  /** When the first inference came: stalls are counted from then. */
  #originMs: number | null = null;

  constructor(plan: LaboratoryPlan, timer: Timer = new PreciseTimer()) {
    this.plan = plan;
    this.#timer = timer;
  }

  /** Takes an inference in. */
  visit(visit: Visit): void {
    const number = this.#count++;
    const arrivedMs = this.#timer.now();
    this.#originMs ??= arrivedMs;
    if (this.#waiting.length - this.#next >= QUEUED_INFERENCES_MAX) return visit.answer((reply) => reply.error(FULL));
    this.#waiting.push({ ...visit, number, arrivedMs });
    this.#admit();
  }

  #admit(): void {
    // One that is over at once admits the next: in this loop, and not one inside the other.
    if (this.#admitting) return;
    this.#admitting = true;
    while (this.#busy < this.plan.servers && this.#next < this.#waiting.length) {
      const visit = this.#waiting[this.#next++];
      this.#busy++;
      // A timer is always a little late. Were that passed on, every inference of a busy period would wait for all that was lost before it.
      this.#serve(visit, Math.max(visit.arrivedMs, this.#freedMs.shift() ?? 0));
    }
    this.#admitting = false;
    if (this.#next === this.#waiting.length) this.#freedMs = [];
    // What has been served is forgotten now and then, not at every step: moving the rest costs.
    if (this.#next > 1024 || this.#next === this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
  }

  #serve(visit: Waiting, startMs: number): void {
    const dueMs = this.endOf(startMs, this.serviceMs(visit.number));
    const fate = this.fate(visit.number);
    let write: ((reply: Reply) => void) | null = fate === 'failed' ? (reply) => reply.error(FAILED) : null;
    let over = false;
    let freeMs = dueMs;
    const leave = (): void => {
      if (!over || write === null) return;
      this.#busy--;
      this.#freedMs.push(freeMs);
      if (fate === 'failed') visit.failed();
      if (fate === 'dropped') visit.drop();
      else visit.answer(write);
      this.#admit();
    };
    const run = (): void => {
      visit.start((given) => {
        write = given;
        // An inference that takes longer than its service time is as long as it is.
        if (over) freeMs = this.#timer.now();
        leave();
      });
    };
    // A stall holds the run itself, not only its answer.
    const stalledUntilMs = this.endOf(startMs, 0);
    if (fate !== 'failed') {
      if (stalledUntilMs > this.#timer.now()) this.#timer.at(stalledUntilMs, run);
      else run();
    }
    const finish = (): void => {
      over = true;
      leave();
    };
    if (dueMs > this.#timer.now()) this.#timer.at(dueMs, finish);
    else finish();
  }

  /** What becomes of the inference with this number. */
  fate(number: number): Fate {
    const { failRate, dropRate } = this.plan;
    const uniform = this.#uniform(number, FATE);
    return uniform < failRate ? 'failed' : uniform < failRate + dropRate ? 'dropped' : 'answered';
  }

  serviceMs(number: number): number {
    return this.plan.service?.draw(this.#uniform(number, SERVICE)) ?? 0;
  }

  #uniform(number: number, column: number): number {
    return hash32(this.plan.seed, number, column) / 2 ** 32;
  }

  /** When so much service is done that begins at `startMs`: during stalls nothing goes on. */
  endOf(startMs: number, serviceMs: number): number {
    const { stall } = this.plan;
    if (stall === null) return startMs + serviceMs;
    const origin = this.#originMs ?? startMs;
    const openMs = stall.everyMs - stall.lengthMs;
    // Service time that the server could have given until then, and back.
    const since = startMs - origin;
    const cycle = Math.floor(since / stall.everyMs);
    const within = since - cycle * stall.everyMs;
    if (within < openMs && within + serviceMs < openMs) return startMs + serviceMs;
    const open = cycle * openMs + Math.min(openMs, within) + serviceMs;
    return origin + Math.floor(open / openMs) * stall.everyMs + (open % openMs);
  }

  close(): Promise<void> {
    return this.#timer.close();
  }
}
