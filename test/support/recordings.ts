/** Recordings made by hand, for tests of what becomes of them. */
import fc from 'fast-check';
import { bucketIndex, emptyHistogram, type HistogramData } from '../../core/histogram.js';
import type { Plan } from '../../core/plan.js';
import { emptyRecording, type Outcome, type Recording, type Second } from '../../core/recording.js';

export function histogramOf(valuesNs: Iterable<number>, digits = 3, highestNs = 3_600_000_000_000): HistogramData {
  const data: { -readonly [K in keyof HistogramData]: HistogramData[K] } = emptyHistogram(digits, highestNs);
  for (const value of valuesNs) {
    data.counts[bucketIndex(data.digits, value)]++;
    data.count++;
    data.minNs = Math.min(data.minNs, value);
    data.maxNs = Math.max(data.maxNs, value);
    data.sumNs += value;
  }
  return data;
}

/** Like measured latencies: most near the middle, few far above; the same for the same arguments. */
export function* latencies(count: number, middleNs: number, spread = 1): Generator<number> {
  for (let n = 0; n < count; n++) {
    const quantile = ((n * 0.6180339887498949) % 1) * 0.99999;
    yield Math.round(middleNs * (1 + spread * (-Math.log(1 - quantile) - 0.69) * 0.4));
  }
}

export function planOf(changes: Partial<Plan> = {}): Plan {
  return {
    dataset: 'data/fraud',
    datasetSha256: 'a'.repeat(64),
    target: 'redisai://127.0.0.1:6379?model=financialNet',
    arrivals: { kind: 'closed' },
    clients: 50,
    threads: 2,
    requests: null,
    durationMs: 10_000,
    warmupMs: 1000,
    seed: 1,
    pick: 'sequential',
    tensorBatch: 1,
    check: 'sample',
    timeoutMs: 10_000,
    framesBytesMax: 64 << 20,
    spin: false,
    ...changes,
  };
}

/** Two significant digits, as the seconds of a recording have. */
function buckets(values: Iterable<number>): Second['response'] {
  const counts: { [bucket: string]: number } = {};
  for (const value of values) {
    const bucket = bucketIndex(2, value);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

/** A quiet run of `count` successes at `ratePerSecond` with a median response near `middleNs`. */
export function recordingOf(count: number, ratePerSecond: number, middleNs: number, changes: Partial<Recording> = {}): Recording {
  const seconds: Second[] = [];
  for (let second = 0, left = count; left > 0; second++) {
    const ok = Math.min(left, ratePerSecond);
    left -= ok;
    const slower = 1 + 0.3 * Math.sin(second);
    seconds.push({
      second, due: ok, sent: ok, ok, failed: 0, inFlight: 8,
      response: buckets(latencies(ok, middleNs * slower)),
      service: buckets(latencies(ok, middleNs * slower * 0.9)),
    });
  }
  return {
    ...emptyRecording(),
    startedAtMs: Date.UTC(2025, 0, 2, 3, 4, 5),
    elapsedNs: Math.round((count / ratePerSecond) * 1e9),
    dueNs: Math.round((count / ratePerSecond) * 1e9),
    due: count,
    sent: count,
    done: count,
    rows: { sent: count, ok: count, shortRequests: 0, shortRows: 0 },
    outcomes: { ok: { count, messages: {} } },
    response: histogramOf(latencies(count, middleNs)),
    service: histogramOf(latencies(count, middleNs * 0.9)),
    firstByte: histogramOf(latencies(count, middleNs * 0.85)),
    lateness: histogramOf(latencies(count, Math.min(middleNs * 0.1, 90_000))),
    checked: Math.ceil(count / 100),
    connections: { opened: 50, lost: 0, reopened: 0, refused: 0 },
    bytes: { sent: count * 600, received: count * 40 },
    warmup: { done: ratePerSecond, failed: 0 },
    seconds,
    workers: [
      { worker: 0, utilization: 0.61, delayP99Ms: 0.4, delayMaxMs: 3.1 },
      { worker: 1, utilization: 0.58, delayP99Ms: 0.5, delayMaxMs: 2.2 },
    ],
    cpu: { userUs: count * 7, systemUs: count * 4 },
    ...changes,
  };
}

/** Objects as literals make them. */
const PLAIN = { noNullPrototype: true };

const count = fc.nat({ max: 1_000_000 });

const outcome: fc.Arbitrary<Outcome> = fc
  .dictionary(fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('', '__proto__', '7')), fc.integer({ min: 1, max: 9 }), { maxKeys: 8, ...PLAIN })
  .map((messages) => ({ count: Object.values(messages).reduce((sum, one) => sum + one, 0), messages }));

/** Of few buckets, so that a counterexample can be read; never empty, because two empty ones of different layouts are both right. */
const latency = fc.array(fc.nat({ max: 500 }), { minLength: 1, maxLength: 6 }).map((values) => histogramOf(values, 1, 500));
const bucketCounts = fc.dictionary(fc.nat({ max: 50 }).map(String), fc.integer({ min: 1, max: 99 }), { maxKeys: 4, ...PLAIN });

const second: fc.Arbitrary<Second> = fc.record({
  second: fc.nat({ max: 5 }), due: count, sent: count, ok: count, failed: count, inFlight: count,
  response: bucketCounts, service: bucketCounts,
}, PLAIN);

const seconds = fc
  .uniqueArray(second, { selector: (one) => one.second, maxLength: 4 })
  .map((list) => list.sort((a, b) => a.second - b.second));

const worker = fc.record({ worker: fc.nat({ max: 3 }), utilization: fc.integer({ max: 1, min: 0 }), delayP99Ms: count, delayMaxMs: count }, PLAIN);

/** Any recording that the loop could leave, and some that it could not. */
export const recordings: fc.Arbitrary<Recording> = fc.record({
  startedAtMs: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_009_999 }),
  elapsedNs: fc.nat(),
  dueNs: fc.nat(),
  lostReason: fc.constantFrom('', 'refused', 'no answer'),
  ending: fc.constantFrom('complete' as const, 'interrupted' as const, 'deadline' as const, 'server-lost' as const),
  due: count, sent: count, done: count,
  rows: fc.record({ sent: count, ok: count, shortRequests: count, shortRows: count }, PLAIN),
  outcomes: fc.dictionary(fc.constantFrom('ok', 'ERR', 'timeout', '__proto__'), outcome, PLAIN),
  response: latency, service: latency, firstByte: latency, lateness: latency, failedService: latency,
  capped: count, starved: count, checked: count, uncheckable: count,
  connections: fc.record({ opened: count, lost: count, reopened: count, refused: count }, PLAIN),
  bytes: fc.record({ sent: count, received: count }, PLAIN),
  warmup: fc.record({ done: count, failed: count }, PLAIN),
  seconds,
  workers: fc.uniqueArray(worker, { selector: (one) => one.worker, maxLength: 3 }).map((list) => list.sort((a, b) => a.worker - b.worker)),
  cpu: fc.record({ userUs: count, systemUs: count }, PLAIN),
}, PLAIN).map((one) => {
  const [done, sent, due] = [one.due, one.sent, one.done].sort((a, b) => a - b);
  return { ...one, due, sent, done };
});
