/** Options of a sweep, checked and made into its definition and its runs, before anything is measured or stored. */
import { waitForEver } from '../core/batching.js';
import type { Dataset } from '../core/dataset.js';
import { InferplayError } from '../core/errors.js';
import { grouped } from '../core/quantity.js';
import { AXES, pointsOf, pointText, RUNS_MAX, runsOf, sharedPlan, type Axis, type AxisName, type Point, type SweepDefinition, type SweepRun } from '../core/sweep.js';
import type { Plan } from '../core/plan.js';
import type { PlanReplay, Replaying, SweepOptions } from './stages.js';
import { refuseFixed, refuseUnstorable } from './store.js';

export interface SweepPlan {
  readonly definition: SweepDefinition;
  readonly runs: readonly SweepRun[];
  readonly planOf: (point: Point) => Plan;
  /** That are on the way at most, at the point with the fewest. */
  readonly rowsInFlight: number;
  /** What the user should know before it begins. */
  readonly warnings: readonly string[];
}

const REPEAT_DEFAULT = 3;
/** A day: longer pauses, and longer waits of a server, are typing errors. */
const WAIT_MS_MAX = 86_400_000;
/** Rows of a batch of the server: far more than any model takes. */
const SERVER_BATCH_MAX = 100_000;

/**
 * The options of one run. Each repetition has a seed of its own, because arrivals that are always the same are measured once, however
 * often; and all points of a repetition have the same one, so that they differ in nothing but the point.
 */
export function runOptions<R extends Replaying>(replay: R, point: Point, repetition: number): R {
  const values = Object.fromEntries(Object.entries(point).filter(([name]) => AXES[name as AxisName].of === 'replay'));
  return { ...replay, ...values, seed: (replay.seed ?? 1) + repetition - 1, out: null };
}

/** @throws InferplayError USAGE, DATA: wherever in the grid a run could not begin */
export function planSweep<R extends Replaying>(path: string, options: SweepOptions<R>, planReplay: PlanReplay<R>, dataset: Dataset): SweepPlan {
  const { replay, repeat = REPEAT_DEFAULT, cooldownMs = 0, device = 'CPU', modelForm = 'MODELSTORE' } = options;
  if (!Number.isSafeInteger(repeat) || repeat < 1) throw usage(`a point is measured at least once: ${repeat} repetitions are no whole number from 1.`);
  if (!(cooldownMs >= 0 && cooldownMs <= WAIT_MS_MAX)) throw usage(`a cooldown of ${cooldownMs} ms is not between 0 and 24 hours.`);
  const planOf = (point: Point, repetition = 1): Plan => planReplay(path, runOptions(replay, point, repetition), dataset);
  const axes = axesOf(options, planOf);
  const total = axes.reduce((product, { values }) => product * values.length, repeat);
  if (total > RUNS_MAX) throw usage(`${grouped(total)} runs are too many; at most ${grouped(RUNS_MAX)} are possible. Take values out of an axis, or repeat less.`);
  const points = pointsOf(axes);
  const plans = points.map((point) => planOf(point));
  planOf(points[0], repeat);
  const stores = axes.some(({ name }) => AXES[name].of === 'server');
  if (stores) {
    refuseUnstorable(replay.target, dataset.manifest);
    refuseFixed(points, dataset.manifest!);
  }
  refuseIdle(axes, points);
  points.forEach((point, at) => refuseWaiting(point, plans[at]));
  const definition = { plan: sharedPlan(plans, axes), axes, repeat, cooldownMs, store: stores ? { device, modelForm } : null };
  const rowsInFlight = Math.min(...plans.map(({ clients, tensorBatch }) => clients * tensorBatch));
  const warnings = points.some((point, at) => isLonely(point, plans[at])) ? [LONELY] : [];
  return { definition, runs: runsOf(axes, repeat, plans[0].seed), planOf, rowsInFlight, warnings };
}

/** Checked, in the order of AXES and ascending. Without any axis the number of clients is one, of a single value. */
function axesOf<R extends Replaying>({ axes = {}, replay }: SweepOptions<R>, planOf: (point: Point) => Plan): Axis[] {
  const unknown = Object.keys(axes).find((name) => !Object.hasOwn(AXES, name));
  if (unknown !== undefined) throw usage(`"${unknown.slice(0, 40)}" cannot be swept; these can: ${Object.keys(AXES).join(', ')}.`);
  const named = (Object.keys(AXES) as AxisName[]).flatMap((name): Axis[] => {
    const values = axes[name];
    return values === undefined ? [] : [{ name, values: checked(name, values) }];
  });
  const fixed = new Map<string, unknown>(Object.entries(replay));
  const twice = named.find(({ name }) => fixed.get(name) !== undefined);
  if (twice !== undefined) throw usage(`${AXES[twice.name].label} is given twice, as an option and as an axis.`);
  return named.length > 0 ? named : [{ name: 'clients', values: [planOf({}).clients] }];
}

function checked(name: AxisName, values: readonly number[]): number[] {
  const { label, kind, of } = AXES[name];
  const whole = kind === 'count' || kind === 'ms';
  // What the replay takes it checks itself.
  const max = of === 'replay' ? Infinity : kind === 'ms' ? WAIT_MS_MAX : SERVER_BATCH_MAX;
  if (values.length === 0) throw usage(`the axis ${label} has no values.`);
  const ascending = [...values].sort((a, b) => a - b);
  ascending.forEach((value, at) => {
    if (!(value >= 0 && value <= max) || value === Infinity || (whole && !Number.isSafeInteger(value))) throw usage(`${value} is no value for ${label}: it must be ${whole ? 'a whole number' : 'a number'}, at least 0${max === Infinity ? '' : ` and at most ${grouped(max)}`}.`);
    if (value === ascending[at + 1]) throw usage(`the axis ${label} has the value ${value} twice.`);
  });
  return ascending;
}

/** A minimum, or its timeout, that is left out at every point: the sweep would not measure what its command names. */
function refuseIdle(axes: readonly Axis[], points: readonly Point[]): void {
  const named = ({ name, values }: Axis): boolean => /^minBatch/.test(name) && values.some((value) => value > 0);
  const idle = axes.filter(named).find(({ name }) => points.every((point) => point[name] === undefined));
  if (idle !== undefined) throw usage(`${AXES[idle.name].label} means nothing at any point: the server batch, or the min batch size, is 0 at all of them.`);
}

/**
 * The server holds a request back until `min batch size` rows wait for the model, or the timeout has passed. More rows than one batch
 * takes, or than all clients together send, never come together.
 */
function refuseWaiting(point: Point, { clients, tensorBatch }: Plan): void {
  const { serverBatch = 0, minBatchSize = 0, minBatchTimeoutMs = 0 } = point;
  const where = `at ${pointText(point)}`;
  if (minBatchSize > 0 && serverBatch === 0) throw usage(`${where} there is a min batch size without a server batch, which the server refuses: sweep server-batch too.`);
  if (minBatchTimeoutMs > 0 && minBatchSize === 0) throw usage(`${where} there is a min batch timeout without a min batch size, which the server refuses: sweep min-batch-size too.`);
  if (minBatchSize > serverBatch) throw usage(`${where} no batch could ever be large enough: the min batch size is above the server batch. Leave that point out.`);
  const wait = minBatchTimeoutMs > 0 ? null : waitForEver(minBatchSize, clients * tensorBatch);
  if (wait !== null) throw usage(`${where} ${wait.replace('The', 'the')}. Sweep min-batch-timeout too, for example min-batch-timeout=10 (milliseconds), or leave that point out.`);
}

/** Whether a request may wait for company that the server does not stop to wait for. */
function isLonely({ minBatchSize = 0, minBatchTimeoutMs = 0 }: Point, { tensorBatch }: Plan): boolean {
  return minBatchTimeoutMs === 0 && minBatchSize > tensorBatch;
}

const LONELY = 'Without a min batch timeout the last requests of a run may find no company: they wait until they time out, and count as failed. Add for example --sweep min-batch-timeout=10.';

function usage(text: string): InferplayError {
  return new InferplayError('USAGE', `sweep: ${text}`);
}
