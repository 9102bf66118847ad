/** What a loop is made of. */
import type { Checker } from './check.js';
import type { Clock } from './clock.js';
import type { FrameSource } from './frames.js';
import type { Recorder } from './recorder.js';
import type { Schedule } from './schedule.js';

/** Start of the warm-up, start and end of the measured window. */
export interface Window {
  readonly warmupNs: number;
  readonly startNs: number;
  readonly endNs: number;
}

export interface LoopParts {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly frames: FrameSource;
  /** null for a closed loop. */
  readonly warmup: Schedule | null;
  readonly schedule: Schedule | null;
  readonly worker: number;
  readonly workers: number;
  readonly slots: number;
  /** Requests of the measured window that are this worker's; Infinity when time alone ends the run. */
  readonly share: number;
  readonly checker: Checker | null;
  readonly isChecked: (request: number) => boolean;
  /** Words shared with other threads: how many requests of the window this worker drew from its schedule, and how many ended. */
  readonly progress: { readonly words: Int32Array<SharedArrayBuffer>; readonly taken: number; readonly done: number };
  /** A connection has proved to work: a success came on it. */
  readonly answered: (slot: number) => void;
  /** A connection is gone, after its request was counted. */
  readonly lost: (slot: number) => void;
  /** Sending is over and nothing is in flight. */
  readonly drained: () => void;
}
