/**
 * What a replay measured, as plain data. Times are nanoseconds. The four times of a request are
 * due, sent, first byte and done; response = done - due, service = done - sent, lateness = sent - due.
 */
import type { HistogramData } from './histogram.js';

/** How requests ended, by a short code: `ok`, `wrong-answer`, `timeout`, `connection-lost`, `ERR`, `NA`, `TIMEDOUT`, … */
export interface Outcome {
  readonly count: number;
  /** Distinct messages with their counts, capped at MESSAGES_MAX per code; the rest are counted under the empty text. */
  readonly messages: { readonly [text: string]: number };
}

export const MESSAGES_MAX = 10;

/** One second of the measured window, counted by when requests ended (`due` by when they were due). */
export interface Second {
  readonly second: number;
  readonly due: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly inFlight: number;
  /** Response times of that second's successes at two significant digits: bucket index → count. */
  readonly response: { readonly [bucket: string]: number };
  readonly service: { readonly [bucket: string]: number };
}

/** One worker thread accusing itself. */
export interface WorkerHealth {
  readonly worker: number;
  /** Share of the measured window in which the event loop was busy, 0..1. */
  readonly utilization: number;
  /** Event-loop delay, milliseconds. */
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

export type Ending = 'complete' | 'interrupted' | 'deadline' | 'server-lost';

export interface Recording {
  /** Start of the measured window, milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Length of the measured window: from the first due request to the last that ended. */
  readonly elapsedNs: number;
  readonly ending: Ending;
  /** Requests that came due, were sent, and ended, inside the measured window. */
  readonly due: number;
  readonly sent: number;
  readonly done: number;
  readonly outcomes: { readonly [code: string]: Outcome };
  /** Of the successes. */
  readonly response: HistogramData;
  readonly service: HistogramData;
  /** sent to first byte, of the successes. */
  readonly firstByte: HistogramData;
  /** Of every request sent. */
  readonly lateness: HistogramData;
  /** Service time of the requests that failed, kept apart. */
  readonly failedService: HistogramData;
  /** Requests sent late because every connection was busy (open loop only). */
  readonly capped: number;
  /** Requests sent late because their frame was not yet encoded. */
  readonly starved: number;
  readonly checked: number;
  readonly connections: { readonly opened: number; readonly lost: number; readonly reopened: number; readonly refused: number };
  readonly bytes: { readonly sent: number; readonly received: number };
  /** Requests of the warm-up, not recorded otherwise. */
  readonly warmup: { readonly done: number; readonly failed: number };
  readonly seconds: readonly Second[];
  readonly workers: readonly WorkerHealth[];
  /** User and system CPU of the replaying process over the window, microseconds. */
  readonly cpu: { readonly userUs: number; readonly systemUs: number };
}
