/** A result folder: result.json, latency.hlog and timeline.csv. docs/result.md explains every field. */
import type { Dataset } from './dataset.js';
import { percentile, type HistogramData } from './histogram.js';
import type { Plan } from './plan.js';
import type { Platform } from './platform.js';
import type { Ending, Outcome, Recording, WorkerHealth } from './recording.js';
import { redactUrl } from './secret.js';
import type { ServerStatistics } from './server-statistics.js';
import { isSupported, samplesNeeded } from './support.js';
import { seriesOf, toMs, type Series } from './timeline.js';
import { failedOf, INTERRUPTED, judge, okOf, WRONG_ANSWER, type Verdict } from './verdict.js';

export type { Plan, Platform, Verdict };
export type { Reason, VerdictCode } from './verdict.js';

/** What the server said about itself before the run. */
export interface ServerFacts {
  readonly [fact: string]: string | number | boolean;
}

export interface DatasetFacts {
  readonly path: string;
  readonly rows: number;
  /** What a row is, for example `image`; null where it is just a row. */
  readonly rowName: string | null;
  /** These are null for a data set that is not ours. */
  readonly useCase: string | null;
  readonly sha256: string | null;
  readonly seed: number | null;
  /** Name of the file that the rows were made from; null also where they were made up. */
  readonly source: string | null;
}

/** A percentile, how many samples it rests on, and how many it needs (see support.ts). */
export interface Percentile {
  readonly ms: number | null;
  readonly samples: number;
  readonly samplesNeeded: number;
  readonly supported: boolean;
}

/** In the order of every table. */
export const PERCENTILES = { p50: 50, p90: 90, p95: 95, p99: 99, 'p99.9': 99.9, max: 100 } as const;
export type PercentileName = keyof typeof PERCENTILES;

export interface Latency {
  readonly samples: number;
  /** Samples above the histogram's range (one hour); they count as the highest bucket. */
  readonly overflow: number;
  readonly minMs: number | null;
  readonly meanMs: number | null;
  readonly percentiles: { readonly [name in PercentileName]: Percentile };
}

export interface RecordingSummary {
  readonly startedAt: string | null;
  readonly elapsedSeconds: number;
  readonly ending: Ending;
  readonly requests: {
    readonly due: number;
    readonly sent: number;
    readonly done: number;
    readonly ok: number;
    readonly failed: number;
    readonly wrongAnswers: number;
    /** Came due, but the window closed first. */
    readonly notSent: number;
    /** Were in flight when the user stopped the run, and were given up. */
    readonly interrupted: number;
    readonly capped: number;
    readonly starved: number;
    readonly checked: number;
    /** Successes that were chosen to be checked, but have no expected answer. */
    readonly uncheckable: number;
  };
  /** What the requests carried; the rates are rows per second, and null where nothing was measured. */
  readonly rows: {
    readonly sent: number;
    readonly ok: number;
    /** Rows of a request that was sent, on average; null where none was. */
    readonly perRequest: number | null;
    /** Requests with fewer rows than the others, because the data set ended there, and the rows of all of them together. */
    readonly shortRequests: number;
    readonly shortRows: number;
    readonly sentPerSecond: number | null;
    readonly okPerSecond: number | null;
  };
  /** Requests per second. Null where there is no such rate: nothing is asked for in a closed loop, nothing is measured in no time. */
  readonly ratesPerSecond: {
    readonly asked: number | null;
    readonly offered: number | null;
    readonly achieved: number | null;
    readonly goodput: number | null;
  };
  readonly outcomes: { readonly [code: string]: Outcome };
  readonly latency: {
    readonly response: Latency;
    readonly service: Latency;
    readonly firstByte: Latency;
    readonly lateness: Latency;
    readonly failedService: Latency;
  };
  readonly connections: Recording['connections'];
  readonly bytes: Recording['bytes'];
  readonly warmup: Recording['warmup'];
  readonly workers: readonly WorkerHealth[];
  readonly cpu: { readonly userSeconds: number; readonly systemSeconds: number; readonly microsecondsPerRequest: number | null };
  readonly series: Series;
}

export interface Result {
  readonly format: 'inferplay-result';
  readonly version: 1;
  readonly plan: Plan;
  readonly platform: Platform;
  readonly server: ServerFacts;
  /** What the server counted during the run; null where it does not count. */
  readonly serverStatistics: ServerStatistics | null;
  readonly dataset: DatasetFacts;
  readonly recording: RecordingSummary;
  readonly verdict: Verdict;
  /** The other files of the folder; empty until it is written. */
  readonly files: { readonly [name: string]: { readonly sizeBytes: number; readonly sha256: string } };
}

export interface Measured {
  readonly plan: Plan;
  readonly platform: Platform;
  readonly server: ServerFacts;
  readonly serverStatistics: ServerStatistics | null;
  readonly dataset: DatasetFacts;
  readonly recording: Recording;
}

/** The result of a run, judged. */
export function makeResult({ plan, platform, server, serverStatistics, dataset, recording }: Measured): Result {
  return {
    format: 'inferplay-result',
    version: 1,
    plan: { ...plan, target: redactUrl(plan.target) },
    platform,
    server: Object.fromEntries(Object.entries(server).map(([fact, value]) => [fact, typeof value === 'string' ? redactUrl(value) : value])),
    serverStatistics,
    dataset,
    recording: summarizeRecording(plan, recording),
    verdict: judge(plan, recording, platform),
    files: {},
  };
}

export function datasetFacts({ path, rows, manifest }: Pick<Dataset, 'path' | 'rows' | 'manifest'>): DatasetFacts {
  return {
    path,
    rows,
    rowName: manifest?.rowName ?? null,
    useCase: manifest?.useCase ?? null,
    sha256: manifest?.sha256 ?? null,
    seed: manifest?.seed ?? null,
    source: manifest?.source?.name ?? null,
  };
}

function summarizeRecording(plan: Plan, recording: Recording): RecordingSummary {
  const elapsedSeconds = recording.elapsedNs / 1e9;
  const ok = okOf(recording);
  const perSecond = (count: number) => (elapsedSeconds > 0 ? count / elapsedSeconds : null);
  const { userUs, systemUs } = recording.cpu;
  return {
    startedAt: Number.isFinite(recording.startedAtMs) ? new Date(recording.startedAtMs).toISOString() : null,
    elapsedSeconds,
    ending: recording.ending,
    requests: {
      due: recording.due,
      sent: recording.sent,
      done: recording.done,
      ok,
      failed: failedOf(recording),
      wrongAnswers: recording.outcomes[WRONG_ANSWER]?.count ?? 0,
      notSent: recording.due - recording.sent,
      interrupted: recording.outcomes[INTERRUPTED]?.count ?? 0,
      capped: recording.capped,
      starved: recording.starved,
      checked: recording.checked,
      uncheckable: recording.uncheckable,
    },
    rows: {
      sent: recording.rows.sent,
      ok: recording.rows.ok,
      perRequest: recording.sent > 0 ? recording.rows.sent / recording.sent : null,
      shortRequests: recording.rows.shortRequests,
      shortRows: recording.rows.shortRows,
      sentPerSecond: perSecond(recording.rows.sent),
      okPerSecond: perSecond(recording.rows.ok),
    },
    ratesPerSecond: {
      asked: plan.arrivals.kind === 'closed' ? null : plan.arrivals.ratePerSecond,
      offered: offeredPerSecond(plan, recording),
      achieved: perSecond(recording.done),
      goodput: perSecond(ok),
    },
    outcomes: recording.outcomes,
    latency: {
      response: latencyOf(recording.response),
      service: latencyOf(recording.service),
      firstByte: latencyOf(recording.firstByte),
      lateness: latencyOf(recording.lateness),
      failedService: latencyOf(recording.failedService),
    },
    connections: recording.connections,
    bytes: recording.bytes,
    warmup: recording.warmup,
    workers: recording.workers,
    cpu: {
      userSeconds: userUs / 1e6,
      systemSeconds: systemUs / 1e6,
      microsecondsPerRequest: recording.done > 0 ? (userUs + systemUs) / recording.done : null,
    },
    series: seriesOf(recording.seconds, recording.elapsedNs),
  };
}

/**
 * Over the time in which requests came due. The measured window is the wrong measure of an open loop: it lasts until the last reply, so
 * that an overloaded server, which takes longer, would seem to have been offered less. In a closed loop requests come due until the end.
 */
function offeredPerSecond({ arrivals }: Plan, { due, dueNs, elapsedNs }: Recording): number | null {
  const ns = arrivals.kind === 'closed' ? elapsedNs : dueNs;
  return ns > 0 ? due / (ns / 1e9) : null;
}

export function latencyOf(histogram: HistogramData): Latency {
  const samples = histogram.count;
  const one = (p: number): Percentile => ({
    ms: toMs(percentile(histogram, p)),
    samples,
    samplesNeeded: samplesNeeded(p),
    supported: isSupported(p, samples),
  });
  return {
    samples,
    overflow: histogram.overflow,
    minMs: toMs(histogram.minNs),
    meanMs: samples > 0 ? toMs(histogram.sumNs / samples) : null,
    percentiles: {
      p50: one(PERCENTILES.p50),
      p90: one(PERCENTILES.p90),
      p95: one(PERCENTILES.p95),
      p99: one(PERCENTILES.p99),
      'p99.9': one(PERCENTILES['p99.9']),
      max: one(PERCENTILES.max),
    },
  };
}
