/**
 * A run second by second: `timeline.csv` has them all, and a result holds a series of at most SERIES_MAX points to draw.
 * Latencies here come from buckets of two significant digits, so they are up to 1 % high.
 */
import { highestOf } from './histogram.js';
import type { Second } from './recording.js';

/** Significant digits of the histograms of a second. */
export const SECOND_DIGITS = 2;
export const SERIES_MAX = 120;

/** One point of the series: whole seconds, and rates over their true length. Latencies are null where nothing succeeded. */
export interface Point {
  /** First second that it covers, counted from the start of the measured window. */
  readonly second: number;
  readonly okPerSecond: number;
  readonly failedPerSecond: number;
  readonly responseP50Ms: number | null;
  readonly responseP99Ms: number | null;
  readonly responseMaxMs: number | null;
}

export interface Series {
  readonly secondsPerPoint: number;
  readonly points: readonly Point[];
}

type Buckets = Second['response'];

/** Nanoseconds; NaN for no samples. */
export function bucketsPercentile(buckets: Buckets, p: number): number {
  const counts = Object.entries(buckets).map(([bucket, count]): [number, number] => [Number(bucket), count]);
  counts.sort(([a], [b]) => a - b);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  // The same allowance for binary fractions as in `percentile`.
  const rank = Math.max(1, Math.ceil((p / 100) * total - 1e-9 * total));
  let seen = 0;
  for (const [bucket, count] of counts) {
    seen += count;
    if (seen >= rank) return highestOf(SECOND_DIGITS, bucket);
  }
  return NaN;
}

/** Milliseconds, exact to the nanosecond; null where there is no number. */
export function toMs(ns: number): number | null {
  return Number.isFinite(ns) ? Math.round(ns) / 1e6 : null;
}

const COLUMNS: readonly (readonly [string, (second: Second) => number | null])[] = [
  ['second', (one) => one.second],
  ['due', (one) => one.due],
  ['sent', (one) => one.sent],
  ['ok', (one) => one.ok],
  ['failed', (one) => one.failed],
  ['in_flight', (one) => one.inFlight],
  ['response_p50_ms', (one) => toMs(bucketsPercentile(one.response, 50))],
  ['response_p99_ms', (one) => toMs(bucketsPercentile(one.response, 99))],
  ['response_max_ms', (one) => toMs(bucketsPercentile(one.response, 100))],
  ['service_p50_ms', (one) => toMs(bucketsPercentile(one.service, 50))],
  ['service_p99_ms', (one) => toMs(bucketsPercentile(one.service, 99))],
  ['service_max_ms', (one) => toMs(bucketsPercentile(one.service, 100))],
];

export const TIMELINE_COLUMNS = COLUMNS.map(([name]) => name);

/** One line a second, none left out; a latency that does not exist is an empty field. */
export function timelineCsv(seconds: readonly Second[]): string {
  const lines = everySecond(seconds).map((second) => COLUMNS.map(([, of]) => of(second) ?? '').join(','));
  return [TIMELINE_COLUMNS.join(','), ...lines, ''].join('\n');
}

function emptySecond(second: number): Second {
  return { second, due: 0, sent: 0, ok: 0, failed: 0, inFlight: 0, response: {}, service: {} };
}

/** A second in which nothing happened is the most telling one, so it is there too. */
export function everySecond(seconds: readonly Second[]): Second[] {
  const bySecond = new Map(seconds.map((one) => [one.second, one]));
  const length = seconds.reduce((most, one) => Math.max(most, one.second + 1), 0);
  return Array.from({ length }, (_, second) => bySecond.get(second) ?? emptySecond(second));
}

export function seriesOf(seconds: readonly Second[], elapsedNs: number): Series {
  const every = everySecond(seconds);
  const elapsed = Math.min(every.length, Math.max(elapsedNs / 1e9, every.length - 1));
  const secondsPerPoint = Math.max(1, Math.ceil(every.length / SERIES_MAX));
  const points: Point[] = [];
  for (let from = 0; from < every.length; ) {
    let to = Math.min(from + secondsPerPoint, every.length);
    // A rate over the last moments of a run says nothing: they belong to the point before.
    if (elapsed - to < secondsPerPoint / 2) to = every.length;
    points.push(pointOf(every.slice(from, to), Math.min(to, elapsed) - from));
    from = to;
  }
  return { secondsPerPoint, points };
}

function pointOf(group: readonly Second[], lengthSeconds: number): Point {
  const response: { [bucket: string]: number } = {};
  for (const one of group) {
    for (const [bucket, count] of Object.entries(one.response)) response[bucket] = (response[bucket] ?? 0) + count;
  }
  const perSecond = (of: (one: Second) => number) => (lengthSeconds > 0 ? group.reduce((sum, one) => sum + of(one), 0) / lengthSeconds : 0);
  return {
    second: group[0].second,
    okPerSecond: perSecond((one) => one.ok),
    failedPerSecond: perSecond((one) => one.failed),
    responseP50Ms: toMs(bucketsPercentile(response, 50)),
    responseP99Ms: toMs(bucketsPercentile(response, 99)),
    responseMaxMs: toMs(bucketsPercentile(response, 100)),
  };
}
