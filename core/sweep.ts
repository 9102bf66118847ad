/**
 * A sweep: one replay at every point of a grid, all of them several times. What it is, its points and the order of its runs are
 * plain data and functions of it, so that a sweep that was stopped goes on as if it had not been.
 */
import { kebab } from './options.js';
import type { Plan } from './plan.js';
import { grouped } from './quantity.js';
import { deriveSeed, uniform } from './random.js';

export interface AxisSpec {
  /** On the command line. */
  readonly flag: string;
  /** In tables and messages. */
  readonly label: string;
  /** What its values are: whole numbers, whole milliseconds, requests per second, or durations, which are milliseconds too. */
  readonly kind: 'count' | 'ms' | 'rate' | 'time';
  /** Where a value goes: into the options of the replay, or into the models as the server holds them. */
  readonly of: 'replay' | 'server';
}

/** What can be swept, by the name of the option, in the order in which it is told. Options of the replay are checked by the replay. */
export const AXES = {
  clients: { flag: 'clients', label: 'clients', kind: 'count', of: 'replay' },
  threads: { flag: 'threads', label: 'threads', kind: 'count', of: 'replay' },
  ratePerSecond: { flag: 'rate', label: 'rate', kind: 'rate', of: 'replay' },
  requests: { flag: 'requests', label: 'requests', kind: 'count', of: 'replay' },
  durationMs: { flag: 'duration', label: 'duration', kind: 'time', of: 'replay' },
  tensorBatch: { flag: 'tensor-batch', label: 'tensor batch', kind: 'count', of: 'replay' },
  serverBatch: { flag: 'server-batch', label: 'server batch', kind: 'count', of: 'server' },
  minBatchSize: { flag: 'min-batch-size', label: 'min batch size', kind: 'count', of: 'server' },
  minBatchTimeoutMs: { flag: 'min-batch-timeout', label: 'min batch timeout', kind: 'ms', of: 'server' },
} as const satisfies { readonly [name: string]: AxisSpec };

export type AxisName = keyof typeof AXES;

export interface Axis {
  readonly name: AxisName;
  readonly values: readonly number[];
}

/** One value for each axis, but for those that mean nothing there: see plainPoint. */
export type Point = { readonly [name in AxisName]?: number };

export interface SweepDefinition {
  /** The plan of a replay without what the axes set; its seed is the first repetition's, the next one has the next seed. */
  readonly plan: { readonly [field: string]: unknown };
  /** In the order of AXES, their values ascending: however they were named, it is the same sweep. */
  readonly axes: readonly Axis[];
  /** How often every point is measured. */
  readonly repeat: number;
  /** Pause between runs. */
  readonly cooldownMs: number;
  /** How the models are stored again; null where no axis is of the server. */
  readonly store: { readonly device: string; readonly modelForm: string } | null;
}

export interface SweepRun {
  /** From 1, in the order of measuring. */
  readonly run: number;
  /** From 1. */
  readonly repetition: number;
  readonly point: Point;
  /** Of its result, in the folder of the sweep. */
  readonly folder: string;
}

/** Above it a grid is a typing error: even runs of a second would take hours. */
export const RUNS_MAX = 10_000;

/** See deriveSeed. */
const PURPOSE_ORDER = 3;
/** Of a folder's name: file systems end at 255. */
const NAME_LENGTH_MAX = 120;

/** The values of the last axis change first. Combinations that come to the same are one point. */
export function pointsOf(axes: readonly Axis[]): Point[] {
  const grid = axes.reduce<Point[]>((points, { name, values }) => points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))), [{}]);
  return [...new Map(grid.map(plainPoint).map((point) => [JSON.stringify(point), point])).values()];
}

/** A server waits for a minimum only where it batches, and has a timeout only where it waits: without the values that mean nothing at the point. */
export function plainPoint(point: Point): Point {
  return Object.fromEntries(entriesOf(point).filter(([name]) => !meansNothing(name, point)));
}

function meansNothing(name: AxisName, { serverBatch, minBatchSize }: Point): boolean {
  return (name === 'minBatchSize' && serverBatch === 0) || (name === 'minBatchTimeoutMs' && (serverBatch === 0 || minBatchSize === 0));
}

/** Whether a point has all the values that it should have. */
export function isOfGrid(axes: readonly Axis[], point: Point): boolean {
  return axes.every(({ name, values }) => (point[name] === undefined ? meansNothing(name, point) : values.includes(point[name])));
}

/**
 * Every point once in an order drawn from the seed, then every point again in another one. Whatever drifts while the sweep lasts (heat,
 * neighbours, a filling cache) falls on all points alike, and a repetition is whole before the next begins.
 */
export function runsOf(axes: readonly Axis[], repeat: number, seed: number): SweepRun[] {
  const points = pointsOf(axes);
  const own = deriveSeed(seed, PURPOSE_ORDER);
  return Array.from({ length: repeat }, (_, block) => shuffled(points, own, block * points.length))
    .flatMap((order, block) => order.map((point) => ({ repetition: block + 1, point })))
    .map((run, index) => ({ run: index + 1, ...run, folder: folderOf(index + 1, run.point) }));
}

/** By Fisher and Yates. @param from index of the first random number that is used */
function shuffled<T>(items: readonly T[], seed: number, from: number): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(uniform(seed, from + last) * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/** `runs/0007-clients=10,server-batch=16`: the number makes it one of a kind, the rest is for people. */
function folderOf(run: number, point: Point): string {
  const values = entriesOf(point).map(([name, value]) => `${AXES[name].flag}=${value}`);
  return `runs/${String(run).padStart(4, '0')}-${values.join(',').slice(0, NAME_LENGTH_MAX)}`;
}

export function entriesOf(point: Point): [AxisName, number][] {
  return (Object.entries(point) as [AxisName, number | undefined][]).filter((entry): entry is [AxisName, number] => entry[1] !== undefined);
}

/** `16`, `5,000/s`, `10 s` */
export function axisValue(name: AxisName, value: number): string {
  switch (AXES[name].kind) {
    case 'time':
    case 'ms':
      return exactTime(value);
    case 'rate':
      return `${value.toLocaleString('en-US', { maximumFractionDigits: 3 })}/s`;
    default:
      return grouped(value);
  }
}

/** Without rounding: two values of an axis must not look the same. */
export function exactTime(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}

/** `clients 10, server batch 16` */
export function pointText(point: Point): string {
  return entriesOf(point).map(([name, value]) => `${AXES[name].label} ${axisValue(name, value)}`).join(', ');
}

/** What the plans of all points have in common, without what the axes set. */
export function sharedPlan(plans: readonly Plan[], axes: readonly Axis[]): SweepDefinition['plan'] {
  const flat = plans.map(({ arrivals, ...rest }): { readonly [field: string]: unknown } => ({
    ...rest,
    arrivals: arrivals.kind,
    ratePerSecond: arrivals.kind === 'closed' ? null : arrivals.ratePerSecond,
  }));
  const isSwept = (field: string): boolean => axes.some(({ name }) => name === field);
  return Object.fromEntries(Object.entries(flat[0]).filter(([field, value]) => !isSwept(field) && flat.every((plan) => plan[field] === value)));
}

/** How long one run takes, as planned: null for one that ends with its requests, whenever that is. */
export function plannedMs({ warmupMs, durationMs, requests, arrivals }: Plan): number | null {
  const byRate = requests === null || arrivals.kind === 'closed' ? Infinity : (requests / arrivals.ratePerSecond) * 1000;
  const ms = Math.min(durationMs ?? Infinity, byRate);
  return Number.isFinite(ms) ? warmupMs + ms : null;
}

/** What makes two sweeps different, as ends of a sentence: `its clients are 1, 10 (here 1, 20)`. */
export function differencesOf(had: SweepDefinition, wanted: SweepDefinition): string[] {
  const [before, now] = [factsOf(had), factsOf(wanted)];
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((fact) => {
    const [old, young] = [before.get(fact) ?? 'not set', now.get(fact) ?? 'not set'];
    return old === young ? [] : [`its ${fact} ${/[^m]s$/.test(fact) ? 'are' : 'is'} ${old} (here ${young})`];
  });
}

/** The data set is known by its checksum where it has one: its folder may have been moved. */
function factsOf({ plan: { dataset, datasetSha256, ...plan }, axes, ...rest }: SweepDefinition): Map<string, string> {
  const { store, repeat, cooldownMs } = rest;
  return new Map([
    ['data set', typeof datasetSha256 === 'string' ? `${datasetSha256.slice(0, 12)}…` : String(dataset)],
    ...Object.entries(plan).map(([field, value]): [string, string] => [words(field), String(value)]),
    // An axis of one value is that option, given once.
    ...axes.map(({ name, values }): [string, string] => [AXES[name].label, values.map((value) => axisValue(name, value)).join(', ')]),
    ['repetitions', String(repeat)],
    ['cooldown', exactTime(cooldownMs)],
    ...Object.entries(store ?? {}).map(([field, value]): [string, string] => [words(field), value]),
  ]);
}

function words(field: string): string {
  return kebab(field).replaceAll('-', ' ');
}
