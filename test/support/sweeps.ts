/** Sweeps made by hand. */
import { makeResult } from '../../core/result.js';
import { openSweep, writeRun, type DoneRun, type SweepState } from '../../core/sweep-folder.js';
import { summarizeSweep, type SweepSummary } from '../../core/sweep-points.js';
import { statisticsBetween } from '../../core/server-statistics.js';
import { pointsOf, runsOf, sharedPlan, type Axis, type Point, type SweepDefinition, type SweepRun } from '../../core/sweep.js';
import type { Recording } from '../../core/recording.js';
import { CASES, measured } from './results.js';
import { planOf, recordingOf } from './recordings.js';

export interface MadeRun {
  readonly ratePerSecond?: number;
  readonly middleNs?: number;
  readonly changes?: Partial<Recording>;
  /** The server went away before it answered anything. */
  readonly lost?: boolean;
  /** As the server counted, where it did. */
  readonly rowsPerRun?: number;
  readonly rowName?: string;
}

type Definition = { readonly axes: readonly Axis[]; readonly repeat: number } & Partial<SweepDefinition>;

export function stateOf({ axes, repeat, ...more }: Definition): SweepState {
  const plan = sharedPlan(pointsOf(axes).map(({ clients = 50, tensorBatch = 1 }) => planOf({ clients, tensorBatch })), axes);
  const definition: SweepDefinition = { plan, axes, repeat, cooldownMs: 0, store: null, ...more };
  return { format: 'inferplay-sweep', version: 1, definition, runs: runsOf(axes, repeat, 1) };
}

/** @param make null for a run that is not done */
export function runsDone({ runs }: SweepState, make: (run: SweepRun) => MadeRun | null): DoneRun[] {
  return runs.flatMap((run): DoneRun[] => {
    const made = make(run);
    return made === null ? [] : [{ run, result: resultOf(run, made) }];
  });
}

export function resultOf({ point }: SweepRun, made: MadeRun): DoneRun['result'] {
  const { clients = 50, tensorBatch = 1 } = point;
  const { dataset, ...facts } = measured({ clients, tensorBatch }, recordingFor(point, made));
  return makeResult({ ...facts, dataset: { ...dataset, rowName: made.rowName ?? null }, serverStatistics: made.rowsPerRun === undefined ? null : statistics(made.rowsPerRun) });
}

function recordingFor({ clients = 50, tensorBatch = 1 }: Point, { ratePerSecond = 1000, middleNs = 2e6, changes = {}, lost = false }: MadeRun): Recording {
  if (lost) return CASES['zero-successes'].recording;
  const rows = ratePerSecond * tensorBatch;
  const own = { connections: { opened: clients, lost: 0, reopened: 0, refused: 0 }, rows: { sent: rows, ok: rows, shortRequests: 0, shortRows: 0 } };
  return recordingOf(ratePerSecond, ratePerSecond, middleNs, { ...own, ...changes });
}

function statistics(rowsPerRun: number): DoneRun['result']['serverStatistics'] {
  const none = { calls: 0, samples: 0, errors: 0, durationUs: 0, runs: 0 };
  return statisticsBetween(none, { ...none, calls: 1000, samples: 1000, durationUs: 500_000, runs: Math.round(1000 / rowsPerRun) }, 'window');
}

export function summaryOf(definition: Definition, make: (run: SweepRun) => MadeRun | null): SweepSummary {
  const state = stateOf(definition);
  return summarizeSweep('results/sweep', state, runsDone(state, make));
}

export interface MadeSweep {
  readonly state: SweepState;
  readonly make: (run: SweepRun) => MadeRun | null;
  readonly runs: readonly DoneRun[];
  readonly summary: SweepSummary;
}

function madeOf(definition: Definition, make: (run: SweepRun) => MadeRun | null): MadeSweep {
  const state = stateOf(definition);
  // As they are read back: without their series.
  const runs = runsDone(state, make).map(({ run, result }) => ({ run, result: { ...result, recording: { ...result.recording, series: { secondsPerPoint: 1, points: [] } } } }));
  return { state, make, runs, summary: summarizeSweep('results/sweep', state, runs) };
}

/** Its folder on disk, as far as it got. */
export async function writeSweep(folder: string, { state, make, runs }: MadeSweep): Promise<void> {
  await openSweep(folder, state.definition, state.runs);
  for (const { run, result } of runs) await writeRun(folder, run, result, recordingFor(run.point, make(run)!));
}

/** A server that saturates, batches better than it answers alone, and wobbles from one repetition to the next. */
function server({ point: { clients = 50, tensorBatch = 1, serverBatch = 0 }, repetition }: SweepRun): MadeRun {
  const wobble = 1 + (repetition - 2) * 0.03 * (clients % 3);
  const capacity = (serverBatch > 0 ? 5200 : 3100) / (1 + 0.4 * (tensorBatch - 1));
  const ratePerSecond = Math.round(capacity * (1 - Math.exp(-clients / 6)) * wobble);
  return { ratePerSecond, middleNs: Math.round((clients / ratePerSecond) * 1e9) };
}

/** One of each kind that tables have to show, by the name of the golden file. */
export const SWEEPS: { readonly [name: string]: MadeSweep } = {
  vision: madeOf(
    { axes: [{ name: 'clients', values: [1, 10, 20] }, { name: 'tensorBatch', values: [1, 8] }, { name: 'serverBatch', values: [0, 16] }], repeat: 3, cooldownMs: 5000, store: { device: 'CPU', modelForm: 'MODELSTORE' } },
    (run) => ({ ...server(run), rowName: 'image', rowsPerRun: Math.min(Math.max(1, run.point.serverBatch!), run.point.clients!) * (run.repetition === 2 ? 0.9 : 1) }),
  ),
  troubled: madeOf({ axes: [{ name: 'clients', values: [1, 10, 1000] }], repeat: 3 }, (run) => {
    if (run.point.clients === 1000 && run.repetition === 2) return { lost: true };
    if (run.point.clients === 10 && run.repetition === 3) return null;
    const busy = [{ worker: 0, utilization: 0.97, delayP99Ms: 0.4, delayMaxMs: 3.1 }];
    return { ...server(run), ...(run.point.clients === 1 ? {} : { changes: { workers: busy } }) };
  }),
  once: madeOf({ axes: [{ name: 'threads', values: [1, 2] }, { name: 'requests', values: [500] }], repeat: 1 }, () => ({ ratePerSecond: 500, middleNs: 300_000 })),
  repeated: madeOf({ axes: [{ name: 'clients', values: [50] }], repeat: 4 }, server),
};
