/**
 * A sweep as tables, for whatever prints them: one table a figure, with clients downwards, the server's batches across, and the other axes in
 * groups of rows, as far as there are such axes. Where a single one is swept, all figures are in one table.
 */
import { counted, grouped } from '../core/quantity.js';
import { AXES, axisValue, exactTime, plainPoint, pointsOf, pointText, type Axis, type AxisName, type Point } from '../core/sweep.js';
import { statisticOf, type FigureName, type Statistic, type SweepPoint, type SweepSummary } from '../core/sweep-points.js';
import type { ReasonCode, Severity } from '../core/verdict.js';
import { decimals, fixed, unitFor } from './units.js';

export interface Cell {
  /** `-` where nothing was measured. */
  readonly value: string;
  /** `1,201..1,250`; empty where there is one run only. */
  readonly spread: string;
  /** Of the worst verdict among the runs of the point. */
  readonly mark: '' | '?' | '!';
}

export interface Table {
  readonly title: string;
  /** Said below it; empty where there is nothing to say. */
  readonly note: string;
  /** The first is the label of the rows. */
  readonly head: readonly string[];
  readonly groups: readonly { readonly title: string; readonly rows: readonly { readonly label: string; readonly cells: readonly Cell[] }[] }[];
}

/** Where each axis goes. Those of one value are in no table. */
interface Layout {
  readonly down: Axis;
  readonly across: Axis | null;
  readonly groups: readonly Axis[];
}

const DOWN: readonly AxisName[] = ['clients', 'ratePerSecond'];
const ACROSS: readonly AxisName[] = ['serverBatch', 'tensorBatch'];
/** Spread around the median, as every title says it. */
const HOW = 'median (min..max)';
/** Points that are named for one reason; the rest are counted. */
const POINTS_MAX = 8;

function layOut(axes: readonly Axis[]): Layout {
  const swept = axes.filter(({ values }) => values.length > 1);
  const first = (names: readonly AxisName[], among: readonly Axis[]): Axis | undefined => among.find(({ name }) => name === names.find((one) => among.some((axis) => axis.name === one)));
  const down = first(DOWN, swept) ?? swept[0] ?? axes[0];
  const others = swept.filter((axis) => axis !== down);
  const across = first(ACROSS, others) ?? others.at(-1) ?? null;
  return { down, across, groups: others.filter((axis) => axis !== across) };
}

/** The points that the axes of one value leave out of the tables are all on. */
function finder({ points, definition }: SweepSummary): (part: Point) => SweepPoint {
  const keyOf = (point: Point): string => definition.axes.map(({ name }) => point[name]).join(' ');
  const found = new Map(points.map((one) => [keyOf(one.point), one]));
  const constant = Object.fromEntries(definition.axes.filter(({ values }) => values.length === 1).map(({ name, values }) => [name, values[0]]));
  return (part) => found.get(keyOf(plainPoint({ ...constant, ...part })))!;
}

/** Whether a row is something else than a request. */
function countsRows({ definition }: SweepSummary): boolean {
  return definition.axes.some(({ name, values }) => name === 'tensorBatch' && values.some((value) => value !== 1));
}

/** Whether the server made batches of its own, and tells how large they were. */
function countsBatches({ definition, points }: SweepSummary): boolean {
  return definition.axes.some(({ name }) => name === 'serverBatch') && points.some(({ figures }) => figures.serverRowsPerRun.count > 0);
}

export function figureTables(summary: SweepSummary): Table[] {
  const { down, across, groups } = layOut(summary.definition.axes);
  const find = finder(summary);
  const figures = figuresOf(summary);
  const table = (title: string, columns: readonly { readonly title: string; readonly part: Point; readonly figure: Figure }[]): Table => ({
    title,
    note: '',
    head: [AXES[down.name].label, ...columns.map((column) => column.title)],
    groups: pointsOf(groups).map((group) => ({
      title: pointText(group),
      rows: pointsOf([down]).map((row) => ({
        label: axisValue(down.name, row[down.name]!),
        cells: columns.map(({ part, figure }) => cellOf(find({ ...group, ...part, ...row }), figure, summary.definition.repeat)),
      })),
    })),
  });
  if (across === null) return [table(`${HOW}; percentiles of the response time`, figures.map((figure) => ({ title: figure.short, part: {}, figure })))];
  return figures.map((figure) => table(`${figure.title}, ${HOW}`, pointsOf([across]).map((part) => ({ title: pointText(part), part, figure }))));
}

interface Figure {
  readonly name: FigureName;
  readonly title: string;
  /** Where several figures share a table. */
  readonly short: string;
  readonly show: (value: number) => string;
}

/** Each with one unit and one number of decimals for the whole sweep, so that its tables can be compared at a glance. */
function figuresOf(summary: SweepSummary): Figure[] {
  const typical = (name: FigureName): number => statisticOf(summary.points.map(({ figures }) => figures[name].median)).median ?? 0;
  const rate = (name: FigureName, title: string, short = title): Figure => ({ name, title, short, show: (value) => fixed(value, decimals(10 * typical(name))) });
  const time = (name: FigureName, percentile: string): Figure => {
    const unit = unitFor(typical(name));
    const short = `${percentile}, ${unit.name}`;
    return { name, title: `response ${short}`, short, show: (value) => fixed(value * unit.perMs, decimals(typical(name) * unit.perMs)) };
  };
  const rows = `${summary.rowName ?? 'row'}s`;
  return [
    rate('requestsPerSecond', 'requests/s'),
    ...(countsRows(summary) ? [rate('rowsPerSecond', `${rows}/s`)] : []),
    time('responseP50Ms', 'p50'),
    time('responseP99Ms', 'p99'),
    ...(countsBatches(summary) ? [rate('serverRowsPerRun', `${rows} in a run of the model`, `${rows} a run`)] : []),
  ];
}

function cellOf({ figures, supported, runs }: SweepPoint, { name, show }: Figure, repeat: number): Cell {
  const { median, min, max, count } = figures[name];
  const mark = runs.some(({ verdict }) => verdict.code === 'INVALID') ? '!' : runs.some(({ verdict }) => verdict.code === 'SUSPECT') ? '?' : '';
  if (median === null || min === null || max === null) return { value: '-', spread: '', mark };
  const doubtful = (name === 'responseP50Ms' || name === 'responseP99Ms') && !supported[name];
  const spread = count === 1 ? '' : `${show(min)}..${show(max)}`;
  return { value: `${doubtful ? '~' : ''}${show(median)}`, spread: [spread, count < repeat ? `of ${count}` : ''].filter(Boolean).join(' '), mark };
}

/** The numbers of runs that cells say, `of 1`, where they rest on fewer than all repetitions; ascending. */
export function partCounts(summary: SweepSummary): number[] {
  const counts = figuresOf(summary).flatMap(({ name }) => summary.points.map(({ figures }) => figures[name].count));
  return [...new Set(counts)].filter((count) => count > 0 && count < summary.definition.repeat).sort((a, b) => a - b);
}

/** For each way to batch, and whatever else is swept: where downwards the throughput was highest. Nothing to say of a single value. */
export function bestTable(summary: SweepSummary): Table | null {
  const { down, across, groups } = layOut(summary.definition.axes);
  if (down.values.length < 2) return null;
  const find = finder(summary);
  const figures = figuresOf(summary);
  let isClose = false;
  const rows = pointsOf([...groups, ...(across === null ? [] : [across])]).flatMap((other) => {
    const line = pointsOf([down]).map((row) => find({ ...other, ...row }));
    const best = highest(line);
    if (best === null) return [];
    const near = line.filter((one) => one !== best && overlaps(one.figures.requestsPerSecond, best.figures.requestsPerSecond)).map(({ point }) => axisValue(down.name, point[down.name]!));
    isClose ||= near.length > 0;
    const value = best.point[down.name];
    const where: Cell = { value: value === undefined ? '-' : axisValue(down.name, value), spread: near.length > 0 ? `or ${near.join(', ')}` : '', mark: '' };
    return [{ label: pointText(other) || 'all', cells: [where, ...figures.map((figure) => ({ ...cellOf(best, figure, 0), spread: '' }))] }];
  });
  const note = isClose ? '"or": runs there overlap with those of the highest' : '';
  return { title: 'highest throughput', note, head: ['', AXES[down.name].label, ...figures.map(({ short }) => short)], groups: [{ title: '', rows }] };
}

function highest(line: readonly SweepPoint[]): SweepPoint | null {
  const rate = ({ figures }: SweepPoint): number => figures.requestsPerSecond.median ?? -1;
  const best = line.reduce((one, other) => (rate(other) > rate(one) ? other : one));
  return rate(best) < 0 ? null : best;
}

/** Ranges of single runs touch only where they are equal. */
function overlaps(a: Statistic, b: Statistic): boolean {
  return a.min !== null && b.min !== null && a.max! >= b.min && b.max! >= a.min;
}

/** One reason of verdicts, over all runs that have it. */
export interface Reservation {
  readonly code: ReasonCode;
  readonly severity: Severity;
  readonly runs: number;
  /** Texts of the points, in the order of the grid. */
  readonly points: readonly string[];
  /** Of the first run that has it, with that run's folder. */
  readonly message: string;
  readonly folder: string;
}

/** `at all points`, `at clients 1; clients 10; and 4 more points` */
export function placesText({ points }: Reservation, summary: SweepSummary): string {
  if (points.length > 1 && points.length === summary.points.length) return 'at all points';
  const more = points.length > POINTS_MAX ? `; and ${counted(points.length - POINTS_MAX, 'more point')}` : '';
  return `at ${points.slice(0, POINTS_MAX).join('; ')}${more}`;
}

/** The worst first, then the most frequent. */
export function reservations({ points, definition }: SweepSummary): Reservation[] {
  const found = new Map<string, Reservation>();
  const swept = definition.axes.filter(({ values }) => values.length > 1).map(({ name }) => name);
  for (const { point, runs } of points) {
    const text = pointText(Object.fromEntries(swept.map((name) => [name, point[name]]))) || 'the one point';
    for (const { verdict, folder } of runs) {
      for (const { code, severity, message } of verdict.reasons) {
        const key = `${severity} ${code}`;
        const { runs: count, points: texts, ...first } = found.get(key) ?? { code, severity, runs: 0, points: [], message, folder };
        found.set(key, { ...first, runs: count + 1, points: texts.includes(text) ? texts : [...texts, text] });
      }
    }
  }
  return [...found.values()].sort((a, b) => a.severity.localeCompare(b.severity) || b.runs - a.runs);
}

/** `6 points, each measured 3 times; 18 of 18 runs done: 10 VALID, 8 SUSPECT` */
export function countsText({ points, definition, runs }: SweepSummary): string {
  const verdicts = [[runs.valid, 'VALID'], [runs.suspect, 'SUSPECT'], [runs.invalid, 'INVALID']] as const;
  const known = verdicts.filter(([count]) => count > 0).map(([count, code]) => `${grouped(count)} ${code}`);
  const times = definition.repeat === 1 ? 'once' : definition.repeat === 2 ? 'twice' : `${grouped(definition.repeat)} times`;
  return `${counted(points.length, 'point')}, ${points.length > 1 && definition.repeat > 1 ? 'each ' : ''}measured ${times}; ${grouped(runs.done)} of ${grouped(runs.planned)} runs done${known.length > 0 ? `: ${known.join(', ')}` : ''}`;
}

/** What all points have in common: `closed loop, threads 1, 10 s after 1 s of warm-up, seeds 1 to 3`. */
export function commonText({ definition: { plan, axes, repeat, cooldownMs } }: SweepSummary): string {
  const { arrivals, ratePerSecond, clients, threads, requests, durationMs, warmupMs, tensorBatch, seed } = plan;
  const constant = (name: AxisName, value: unknown): string => (typeof value === 'number' ? `${AXES[name].label} ${axisValue(name, value)}` : '');
  const ends = [constant('requests', requests), constant('durationMs', durationMs)].filter(Boolean).join(' or ');
  return [
    arrivals === 'closed' ? 'closed loop' : `${arrivals === 'poisson' ? 'Poisson' : 'constant'} arrivals`,
    constant('ratePerSecond', ratePerSecond),
    constant('clients', clients),
    constant('threads', threads),
    tensorBatch === 1 ? '' : constant('tensorBatch', tensorBatch),
    ...axes.filter(({ values }) => values.length === 1).map(({ name, values }) => `${AXES[name].label} ${axisValue(name, values[0])}`),
    ends,
    typeof warmupMs === 'number' && warmupMs > 0 ? `warm-up ${exactTime(warmupMs)}` : '',
    cooldownMs > 0 ? `pauses of ${exactTime(cooldownMs)}` : '',
    typeof seed === 'number' ? (repeat === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + repeat - 1}`) : '',
  ].filter(Boolean).join(', ');
}
