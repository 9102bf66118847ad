/**
 * Wakes the workers when something is due, from a thread of its own: it sleeps in Atomics.wait, which is exact to some 50 µs, where
 * setTimeout is to a millisecond. The workers never sleep so, because they have replies to read.
 *
 * The pacer walks the same seeded schedule as the workers do, and only says "now": which request it is, they know themselves.
 */
import type { Plan } from '../core/plan.js';
import type { Clock } from './clock.js';
import type { Start } from './run.js';
import { createSchedule } from './schedule.js';

/** Words of the shared control memory: one to sleep on, then for each worker three. */
export const STOP = 0;
export const wordsOf = (workers: number): number => 1 + 3 * workers;
/** Requests of the measured window that the worker drew from its schedule. */
export const takenWord = (worker: number): number => 1 + 3 * worker;
/** Requests that ended. */
export const doneWord = (worker: number): number => 2 + 3 * worker;
/** 1 while a wake-up is on its way: there is never more than one. */
export const pendingWord = (worker: number): number => 3 + 3 * worker;

/** What is due within this time needs no sleep: going to sleep takes longer. */
const NEAR_NS = 3_000;
/** Sleep is cut into pieces, so that a schedule that is an hour long can be left early even without a notification. */
const SLEEP_MAX_MS = 1_000;

export interface PacerParts {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly start: Start;
  readonly wake: (worker: number) => void;
}

/** Blocks this thread until the schedule is over or the STOP word is set. */
export function pace(parts: PacerParts): void {
  const { plan, start } = parts;
  if (plan.warmupMs > 0) walk(parts, 'warmup', start.warmupNs, start.startNs, Infinity);
  const endNs = plan.durationMs === null ? Infinity : start.startNs + plan.durationMs * 1e6;
  walk(parts, 'measured', start.startNs, endNs, plan.requests ?? Infinity);
}

function walk({ plan, clock, control, wake }: PacerParts, phase: 'warmup' | 'measured', fromNs: number, untilNs: number, requests: number): void {
  const schedule = createSchedule({ arrivals: plan.arrivals, seed: plan.seed, worker: 0, workers: 1, phase });
  if (schedule === null) return;
  for (let request = 0; request < requests; request++) {
    const due = fromNs + schedule.next();
    if (due >= untilNs || !sleepUntil(due, clock, control)) return;
    const worker = request % plan.threads;
    // A worker that was awake anyway has already drawn the request after this one: it needs no telling.
    const drawn = Math.floor(request / plan.threads) + 2;
    if (phase === 'measured' && ((Atomics.load(control, takenWord(worker)) - drawn) | 0) >= 0) continue;
    if (Atomics.exchange(control, pendingWord(worker), 1) === 0) wake(worker);
  }
}

/** @returns false when the STOP word is set */
function sleepUntil(dueNs: number, clock: Clock, control: Int32Array<SharedArrayBuffer>): boolean {
  for (;;) {
    const leftNs = dueNs - clock.now();
    if (leftNs <= NEAR_NS) return Atomics.load(control, STOP) === 0;
    Atomics.wait(control, STOP, 0, Math.min(SLEEP_MAX_MS, leftNs / 1e6));
    if (Atomics.load(control, STOP) !== 0) return false;
  }
}
