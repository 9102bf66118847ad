/**
 * One worker's part of a run, from its first connection to its recording: the loop, and what surrounds it at a walking pace
 * (start, deadline, timeouts, lost connections, interruption).
 */
import type { Plan } from '../core/plan.js';
import type { Ending, Recording } from '../core/recording.js';
import { INTERRUPTED } from '../core/verdict.js';
import { Away } from './away.js';
import { createChecker } from './check.js';
import type { Clock } from './clock.js';
import { Connections } from './connections.js';
import type { FrameSource } from './frames.js';
import { Loop } from './loop.js';
import { createMonitor } from './monitor.js';
import { createCheckChoice } from './pick.js';
import { Recorder, type RunEnd } from './recorder.js';
import { createSchedule, shareOf } from './schedule.js';
import type { Surround, Target } from './target.js';

/** After an interruption, what is in flight may still be answered for so long. */
const FAREWELL_MS = 500;
const EARLY_NS = 2e6;
const CONNECT_TIMEOUT_MAX_MS = 10_000;
/** A server that restarts may be away for so long; one that refuses every connection for longer is lost. */
const AWAY_MAX_MS = 5000;

export interface RunParts {
  readonly plan: Plan;
  readonly worker: number;
  readonly target: Target;
  readonly frames: FrameSource;
  /** Of each connection of this worker, where requests name the connection they go out on. */
  readonly surrounds: readonly Surround[] | null;
  readonly clock: Clock;
  readonly progress: { readonly words: Int32Array<SharedArrayBuffer>; readonly taken: number; readonly done: number };
}

export interface Start {
  readonly warmupNs: number;
  /** The measured window, by the run's clock and by the calendar. */
  readonly startNs: number;
  readonly startedAtMs: number;
}

export interface Run {
  /** @throws InferplayError CONNECT or SERVER */
  open(): Promise<void>;
  /** Never rejects: whatever happens is in the recording. */
  start(start: Start): Promise<Recording>;
  /** Another thread says that something is due. */
  wake(): void;
  /** The user has had enough. */
  interrupt(): void;
}

/** Connections of one worker, by their numbers over all threads: they are dealt out like requests. */
export function connectionsOf(plan: Plan, worker: number): number[] {
  return Array.from({ length: shareOf(plan.clients, worker, plan.threads) }, (_, slot) => worker + slot * plan.threads);
}

export function createRun(parts: RunParts): Run {
  const { plan, worker, clock } = parts;
  const recorder = new Recorder(plan.tensorBatch);
  const away = new Away(recorder.connections);
  const { loop, connections, onDrained } = assemble(parts, recorder, away);
  const monitor = createMonitor(worker);
  const { at, clear } = createTimers(clock);
  let ending: Ending | null = null;
  /** When sending was stopped by something else than time or the last request. */
  let stoppedNs = 0;

  const stop = (why: Ending): void => {
    if (ending !== null) return;
    ending = why;
    stoppedNs = clock.now();
    loop.stop(stoppedNs);
  };
  const interrupt = (): void => {
    stop('interrupted');
    at(clock.now() + Math.min(FAREWELL_MS, plan.timeoutMs) * 1e6, () => loop.expire(Infinity, INTERRUPTED, 'the run was interrupted before the answer came'));
  };

  const start = (begin: Start): Promise<Recording> =>
    new Promise((resolve) => {
      const endNs = plan.durationMs === null ? Infinity : begin.startNs + plan.durationMs * 1e6;
      recorder.begin(begin.startNs);
      at(begin.startNs, () => monitor.begin());
      at(begin.warmupNs - EARLY_NS, () => {
        // Timers are a millisecond coarse, and nothing is in flight yet that waiting could hurt.
        while (clock.now() < begin.warmupNs);
        if (ending === null) loop.start({ warmupNs: begin.warmupNs, startNs: begin.startNs, endNs });
        else onDrained.call();
        if (plan.spin && plan.arrivals.kind !== 'closed') spin(loop);
      });
      // Twenty looks in a timeout's time: a request is given up at most 5 % late.
      const sweep = setInterval(() => look(), Math.min(100, Math.max(2, plan.timeoutMs / 20)));
      away.seen(begin.warmupNs);
      const look = (): void => {
        const now = clock.now();
        loop.expire(now - plan.timeoutMs * 1e6, 'timeout', `no answer within ${plan.timeoutMs} ms`);
        if (loop.up > 0) away.seen(now);
        if (away.forMs(now) > AWAY_MAX_MS && loop.sending) stop('server-lost');
      };
      if (endNs < Infinity) {
        at(endNs, () => {
          // What came due up to the end is sent if a connection is free.
          loop.pump();
          loop.stop(endNs);
        });
      }
      onDrained.call = () => {
        onDrained.call = () => {};
        clearInterval(sweep);
        clear();
        const unfinished = !loop.spent || recorder.missed > 0;
        if (ending === null && unfinished && loop.up === 0 && away.forMs(clock.now()) > 0) ending = 'server-lost';
        // A run that was to send so many requests and did not was ended by the clock.
        const timeUp = stoppedNs === 0 && !loop.spent;
        const how: Ending = ending ?? (timeUp && plan.requests !== null ? 'deadline' : 'complete');
        const untilNs = timeUp ? endNs : stoppedNs;
        const lost: Partial<RunEnd> = how === 'server-lost' ? { untilNs: away.lastSeenNs, lostReason: connections.lastError } : {};
        connections.close();
        loop.close();
        // The wait for a server that did not come back is not measured time.
        resolve(recorder.recording({ ending: how, startedAtMs: begin.startedAtMs, untilNs, dueUntilNs: Math.min(endNs, loop.spent ? lastDueUntil(plan, recorder) : untilNs), lostReason: '', ...lost }, monitor.end()));
      };
    });

  return { open: () => connections.openAll(), start, wake: () => loop.wake(), interrupt };
}

/** The last request of a constant schedule takes up as much time as every other one. */
function lastDueUntil({ arrivals }: Plan, recorder: Recorder): number {
  return recorder.lastDueNs + (arrivals.kind === 'constant' ? 1e9 / arrivals.ratePerSecond : 0);
}

/** The parts that refer to one another. */
function assemble({ plan, worker, target, frames, surrounds, clock, progress }: RunParts, recorder: Recorder, away: Away): { loop: Loop; connections: Connections; onDrained: { call: () => void } } {
  const onDrained = { call: () => {} };
  const slots = connectionsOf(plan, worker).length;
  const workers = plan.threads;
  const { expected, replies, tensorBatch } = frames.entries.layout;
  const common = { arrivals: plan.arrivals, seed: plan.seed, worker, workers };
  recorder.comparable = expected !== null || plan.check === 'none';
  const loop = new Loop({
    clock,
    recorder,
    frames,
    warmup: createSchedule({ ...common, phase: 'warmup' }),
    schedule: createSchedule({ ...common, phase: 'measured' }),
    worker,
    workers,
    slots,
    share: plan.requests === null ? Infinity : shareOf(plan.requests, worker, workers),
    checker: expected && createChecker(expected.dtype, tensorBatch * expected.rowBytes),
    isChecked: expected ? createCheckChoice(plan) : () => false,
    progress,
    answered: (slot) => connections.answered(slot),
    lost: (slot) => {
      recorder.connections.lost++;
      away.seen(clock.now());
      connections.reopen(slot);
    },
    drained: () => onDrained.call(),
  });
  const timeoutMs = Math.min(CONNECT_TIMEOUT_MAX_MS, Math.max(100, plan.timeoutMs));
  const connections: Connections = new Connections({
    clock,
    target,
    hooks: loop,
    slots,
    connectOptions: (slot) => ({ timeoutMs, replies, surround: surrounds && surrounds[slot] }),
    counts: recorder.connections,
    opened: (slot, client) => loop.add(slot, client),
  });
  return { loop, connections, onDrained };
}

/** Timers by the run's clock. */
function createTimers(clock: Clock): { at: (ns: number, act: () => void) => void; clear: () => void } {
  const timers = new Set<NodeJS.Timeout>();
  return {
    at(ns, act) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        act();
      }, Math.max(0, Math.ceil((ns - clock.now()) / 1e6)));
      timers.add(timer);
    },
    clear() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** Looks for what is due at every turn of the event loop: the user gave a core for it. */
function spin(loop: Loop): void {
  const turn = (): void => {
    if (!loop.sending) return;
    loop.pump();
    setImmediate(turn);
  };
  turn();
}
