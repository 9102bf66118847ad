/**
 * What a replay measured, as plain data. Times are nanoseconds. The four times of a request are
 * due, sent, first byte and done; response = done - due, service = done - sent, lateness = sent - due.
 */
import { InferplayError } from './errors.js';
import { emptyHistogram, type HistogramData } from './histogram.js';

/** How requests ended, by a short code: `ok`, `wrong-answer`, `timeout`, `connection-lost`, `ERR`, `NA`, `TIMEDOUT`, … */
export interface Outcome {
  readonly count: number;
  /** Distinct messages with their counts, capped at MESSAGES_MAX per code; the rest are counted under the empty text. */
  readonly messages: { readonly [text: string]: number };
}

export const MESSAGES_MAX = 10;
/** Longer messages are cut. */
export const MESSAGE_LENGTH_MAX = 200;

/** One second of the measured window, counted by when requests ended (`due` by when they were due). */
export interface Second {
  readonly second: number;
  readonly due: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** Sent and not ended at the end of the second. */
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
  /** Start of the measured window, milliseconds since the epoch; Infinity in a recording of nothing. */
  readonly startedAtMs: number;
  /**
   * Length of the measured window: to the last request that ended, and at least to the planned end where time ends the run, or to
   * the stop. Where the server was lost it ends when a connection was there last: the wait for its return is no time in which
   * anything could be done. What came due in that wait still counts as due and not sent, and is in `seconds`, which then go on longer.
   */
  readonly elapsedNs: number;
  /** How long requests came due, from the start of the window: to its planned end, to the stop, or to the last one of the schedule. */
  readonly dueNs: number;
  readonly ending: Ending;
  /** Why the last attempt to connect failed, where the server was lost; else ''. */
  readonly lostReason: string;
  /** Requests that came due, were sent, and ended, inside the measured window. */
  readonly due: number;
  readonly sent: number;
  readonly done: number;
  /**
   * Rows of the data set that the requests sent, and the successes, have carried. Short requests carry fewer than the others, because
   * the data set ended there: how many were sent, and how many rows they had together.
   */
  readonly rows: { readonly sent: number; readonly ok: number; readonly shortRequests: number; readonly shortRows: number };
  readonly outcomes: { readonly [code: string]: Outcome };
  /** Of the successes. */
  readonly response: HistogramData;
  readonly service: HistogramData;
  /** sent to first byte, of the successes. */
  readonly firstByte: HistogramData;
  /** Of every request sent. */
  readonly lateness: HistogramData;
  /** Service time of the requests that failed, kept apart; without wrong answers and without those that the user gave up. */
  readonly failedService: HistogramData;
  /** Requests sent late, or not at all, because every connection was busy or down (open loop only). */
  readonly capped: number;
  /** Requests sent late because their frame was not yet encoded. */
  readonly starved: number;
  readonly checked: number;
  /** Successes that were chosen to be compared and have no expected answer; all successes where the whole data set has none. */
  readonly uncheckable: number;
  readonly connections: { readonly opened: number; readonly lost: number; readonly reopened: number; readonly refused: number };
  readonly bytes: { readonly sent: number; readonly received: number };
  /** Requests of the warm-up, not recorded otherwise. */
  readonly warmup: { readonly done: number; readonly failed: number };
  readonly seconds: readonly Second[];
  readonly workers: readonly WorkerHealth[];
  /** User and system CPU of the replaying process over the window, microseconds. */
  readonly cpu: { readonly userUs: number; readonly systemUs: number };
}

/** The identity of `merge`: nothing was measured. */
export function emptyRecording(): Recording {
  return {
    startedAtMs: Infinity,
    elapsedNs: 0,
    dueNs: 0,
    ending: 'complete',
    lostReason: '',
    due: 0,
    sent: 0,
    done: 0,
    rows: { sent: 0, ok: 0, shortRequests: 0, shortRows: 0 },
    outcomes: {},
    response: emptyHistogram(),
    service: emptyHistogram(),
    firstByte: emptyHistogram(),
    lateness: emptyHistogram(),
    failedService: emptyHistogram(),
    capped: 0,
    starved: 0,
    checked: 0,
    uncheckable: 0,
    connections: { opened: 0, lost: 0, reopened: 0, refused: 0 },
    bytes: { sent: 0, received: 0 },
    warmup: { done: 0, failed: 0 },
    seconds: [],
    workers: [],
    cpu: { userUs: 0, systemUs: 0 },
  };
}

/**
 * One recording out of two that measured at the same time: threads of a run, or machines. Associative and commutative, with
 * `emptyRecording()` as identity. Runs that followed one another do not add up this way: the gap would count as measured.
 * @throws InferplayError DATA for histograms of different layouts
 */
export function merge(a: Recording, b: Recording): Recording {
  const startedAtMs = Math.min(a.startedAtMs, b.startedAtMs);
  return {
    startedAtMs,
    elapsedNs: Math.max(endNs(a, a.elapsedNs, startedAtMs), endNs(b, b.elapsedNs, startedAtMs)),
    dueNs: Math.max(endNs(a, a.dueNs, startedAtMs), endNs(b, b.dueNs, startedAtMs)),
    ending: ENDINGS[Math.max(ENDINGS.indexOf(a.ending), ENDINGS.indexOf(b.ending))],
    // Either would do; the choice must not depend on the order.
    lostReason: a.lostReason > b.lostReason ? a.lostReason : b.lostReason,
    due: a.due + b.due,
    sent: a.sent + b.sent,
    done: a.done + b.done,
    rows: addFields(a.rows, b.rows),
    outcomes: mergeOutcomes(a.outcomes, b.outcomes),
    response: mergeHistograms(a.response, b.response),
    service: mergeHistograms(a.service, b.service),
    firstByte: mergeHistograms(a.firstByte, b.firstByte),
    lateness: mergeHistograms(a.lateness, b.lateness),
    failedService: mergeHistograms(a.failedService, b.failedService),
    capped: a.capped + b.capped,
    starved: a.starved + b.starved,
    checked: a.checked + b.checked,
    uncheckable: a.uncheckable + b.uncheckable,
    connections: addFields(a.connections, b.connections),
    bytes: addFields(a.bytes, b.bytes),
    warmup: addFields(a.warmup, b.warmup),
    seconds: mergeSeconds(a, b, startedAtMs),
    workers: [...a.workers, ...b.workers].sort(byWorker),
    cpu: addFields(a.cpu, b.cpu),
  };
}

/** From the harmless to the serious: the most serious one is the ending of the whole. */
const ENDINGS: readonly Ending[] = ['complete', 'deadline', 'interrupted', 'server-lost'];

function endNs(part: Recording, lengthNs: number, startedAtMs: number): number {
  return part.startedAtMs === Infinity ? 0 : lengthNs + (part.startedAtMs - startedAtMs) * 1e6;
}

function addFields<T extends { readonly [field: string]: number }>(a: T, b: T): T {
  return Object.fromEntries(Object.keys(a).map((field) => [field, a[field] + b[field]])) as T;
}

function addCounts(a: { readonly [key: string]: number }, b: { readonly [key: string]: number }): Map<string, number> {
  const sum = new Map(Object.entries(a));
  for (const [key, count] of Object.entries(b)) sum.set(key, (sum.get(key) ?? 0) + count);
  return sum;
}

function mergeOutcomes(a: Recording['outcomes'], b: Recording['outcomes']): Recording['outcomes'] {
  const none: Outcome = { count: 0, messages: {} };
  const before = new Map(Object.entries(a));
  const merged = new Map(before);
  for (const [code, outcome] of Object.entries(b)) {
    const other = before.get(code) ?? none;
    merged.set(code, { count: other.count + outcome.count, messages: capMessages(addCounts(other.messages, outcome.messages)) });
  }
  return Object.fromEntries(merged);
}

/**
 * Keeps the first MESSAGES_MAX texts in alphabetical order. Keeping the most frequent ones would be nicer to read, but a text that is rare
 * in each part and frequent in the whole would then depend on the order in which the parts were merged.
 */
function capMessages(messages: Map<string, number>): Outcome['messages'] {
  const texts = [...messages.keys()].filter((text) => text !== '').sort();
  let rest = messages.get('') ?? 0;
  for (const text of texts.slice(MESSAGES_MAX)) rest += messages.get(text)!;
  const kept = texts.slice(0, MESSAGES_MAX).map((text): [string, number] => [text, messages.get(text)!]);
  // fromEntries also keeps a message such as `__proto__`, which an assignment would lose.
  return Object.fromEntries(rest > 0 ? [...kept, ['', rest]] : kept);
}

/** Seconds are matched by the clock's second in which they began, so that parts that started apart line up within a second. */
function mergeSeconds(a: Recording, b: Recording, startedAtMs: number): readonly Second[] {
  const bySecond = new Map<number, Second>();
  for (const part of [a, b]) {
    for (const one of part.seconds) {
      const second = one.second + Math.floor(part.startedAtMs / 1000) - Math.floor(startedAtMs / 1000);
      const other = bySecond.get(second);
      bySecond.set(second, other ? addSeconds(other, one) : { ...one, second });
    }
  }
  return [...bySecond.values()].sort((one, other) => one.second - other.second);
}

function addSeconds(a: Second, b: Second): Second {
  return {
    second: a.second,
    due: a.due + b.due,
    sent: a.sent + b.sent,
    ok: a.ok + b.ok,
    failed: a.failed + b.failed,
    inFlight: a.inFlight + b.inFlight,
    response: Object.fromEntries(addCounts(a.response, b.response)),
    service: Object.fromEntries(addCounts(a.service, b.service)),
  };
}

function byWorker(a: WorkerHealth, b: WorkerHealth): number {
  return a.worker - b.worker || a.utilization - b.utilization || a.delayP99Ms - b.delayP99Ms || a.delayMaxMs - b.delayMaxMs;
}

/** @throws InferplayError DATA for different layouts; an empty histogram fits to any */
export function mergeHistograms(a: HistogramData, b: HistogramData): HistogramData {
  if (a.count === 0 || b.count === 0) return a.count === 0 ? b : a;
  if (a.digits !== b.digits || a.highestNs !== b.highestNs) {
    throw new InferplayError('DATA', `Histograms of ${a.digits} digits up to ${a.highestNs} ns and of ${b.digits} digits up to ${b.highestNs} ns cannot be added; record both with the same version.`);
  }
  const counts = a.counts.slice();
  for (let index = 0; index < counts.length; index++) counts[index] += b.counts[index];
  return {
    digits: a.digits,
    highestNs: a.highestNs,
    counts,
    count: a.count + b.count,
    overflow: a.overflow + b.overflow,
    minNs: Math.min(a.minNs, b.minNs),
    maxNs: Math.max(a.maxNs, b.maxNs),
    sumNs: a.sumNs + b.sumNs,
  };
}
