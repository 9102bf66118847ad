/** What the runs of a sweep say about each point of its grid: medians over the repetitions, and how far they lie apart. */
import type { Result } from './result.js';
import { pointsOf, type Point, type SweepDefinition } from './sweep.js';
import type { DoneRun, SweepState } from './sweep-folder.js';
import type { Verdict } from './verdict.js';

/** Of one figure over the repetitions of a point; null where no run has it. */
export interface Statistic {
  readonly median: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Runs that it rests on. */
  readonly count: number;
}

export const FIGURES = ['requestsPerSecond', 'rowsPerSecond', 'responseP50Ms', 'responseP99Ms', 'serverRowsPerRun'] as const;
export type FigureName = (typeof FIGURES)[number];

export interface PointRun {
  readonly run: number;
  readonly repetition: number;
  readonly folder: string;
  readonly verdict: Verdict;
}

export interface SweepPoint {
  readonly point: Point;
  /** Those that are done, in the order of measuring. */
  readonly runs: readonly PointRun[];
  /** Of the runs that are done, whatever their verdict. */
  readonly figures: { readonly [name in FigureName]: Statistic };
  /** Whether every run has samples enough for the percentile. */
  readonly supported: { readonly responseP50Ms: boolean; readonly responseP99Ms: boolean };
}

/** A sweep as it stands: whole, or as far as it got. */
export interface SweepSummary {
  readonly folder: string;
  readonly definition: SweepDefinition;
  /** What a row of the data set is, for example `image`; null where it is just a row, or no run is done. */
  readonly rowName: string | null;
  readonly runs: { readonly planned: number; readonly done: number; readonly valid: number; readonly suspect: number; readonly invalid: number };
  /** In the order of the grid. */
  readonly points: readonly SweepPoint[];
}

/** The value in the middle; of an even number of them the mean of the two. */
export function statisticOf(values: readonly (number | null)[]): Statistic {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (known.length === 0) return { median: null, min: null, max: null, count: 0 };
  const middle = (known.length - 1) / 2;
  return { median: (known[Math.floor(middle)] + known[Math.ceil(middle)]) / 2, min: known[0], max: known[known.length - 1], count: known.length };
}

export function summarizeSweep(folder: string, { definition, runs }: SweepState, done: readonly DoneRun[]): SweepSummary {
  const keyOf = (point: Point): string => definition.axes.map(({ name }) => point[name]).join(' ');
  const byPoint = new Map<string, DoneRun[]>();
  for (const one of done) byPoint.set(keyOf(one.run.point), [...(byPoint.get(keyOf(one.run.point)) ?? []), one]);
  const verdicts = done.map(({ result }) => result.verdict.code);
  const countOf = (code: string): number => verdicts.filter((one) => one === code).length;
  return {
    folder,
    definition,
    rowName: done[0]?.result.dataset.rowName ?? null,
    runs: { planned: runs.length, done: done.length, valid: countOf('VALID'), suspect: countOf('SUSPECT'), invalid: countOf('INVALID') },
    points: pointsOf(definition.axes).map((point) => summarizePoint(point, byPoint.get(keyOf(point)) ?? [])),
  };
}

function summarizePoint(point: Point, done: readonly DoneRun[]): SweepPoint {
  const results = done.map(({ result }) => result);
  const of = (figure: (result: Result) => number | null): Statistic => statisticOf(results.map(figure));
  const supported = (name: 'p50' | 'p99'): boolean => results.every(({ recording }) => recording.latency.response.percentiles[name].supported);
  return {
    point,
    runs: done.map(({ run: { run, repetition, folder }, result: { verdict } }) => ({ run, repetition, folder, verdict })),
    figures: {
      requestsPerSecond: of(({ recording }) => recording.ratesPerSecond.goodput),
      rowsPerSecond: of(({ recording }) => recording.rows.okPerSecond),
      responseP50Ms: of(({ recording }) => recording.latency.response.percentiles.p50.ms),
      responseP99Ms: of(({ recording }) => recording.latency.response.percentiles.p99.ms),
      serverRowsPerRun: of(({ serverStatistics }) => serverStatistics?.samplesPerRun ?? null),
    },
    supported: { responseP50Ms: supported('p50'), responseP99Ms: supported('p99') },
  };
}
