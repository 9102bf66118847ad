/** The sweep: replays at every point of a grid, again and again, in an order that favours none, and what they say together. */
import { setTimeout } from 'node:timers/promises';
import { openDataset } from '../core/dataset.js';
import { InferplayError, messageOf } from '../core/errors.js';
import { counted } from '../core/quantity.js';
import type { Result } from '../core/result.js';
import { abandonSweep, openSweep, readRuns, sweepFolderName, writeRun, type SweepState } from '../core/sweep-folder.js';
import { summarizeSweep, type SweepSummary } from '../core/sweep-points.js';
import { plannedMs, pointsOf, type SweepRun } from '../core/sweep.js';
import { planSweep, runOptions, type SweepPlan } from './plan.js';
import type { Replaying, SweepContext, SweepOptions, SweepStages } from './stages.js';
import { modelStore } from './store.js';

export type { Replaying, Storing, SweepContext, SweepEvent, SweepOptions, SweepStages } from './stages.js';

/**
 * Measures what is not measured yet: a sweep that was stopped, or killed, goes on where it was. What a run finds is in its result, whatever
 * it is; the sweep goes on.
 * @param path data set, as for a replay
 * @throws InferplayError USAGE (options, or a point at which the server would wait for ever), DATA (the data set, or a folder that holds
 * something else), CONNECT, SERVER; INTERRUPTED on the signal. What was measured until then is kept.
 */
export async function sweep<R extends Replaying>(path: string, options: SweepOptions<R>, stages: SweepStages<R>, context: SweepContext = {}): Promise<SweepSummary> {
  const dataset = await openDataset(path);
  const plan = planSweep(path, options, stages.planReplay, dataset);
  const folder = options.out ?? sweepFolderName(plan.definition, dataset.manifest?.useCase ?? null);
  const state = await openSweep(folder, plan.definition, plan.runs);
  const { done, left } = await readRuns(folder, state.runs);
  const time = timer(plan);
  const { definition: { axes }, rowsInFlight, warnings } = plan;
  const store = modelStore(path, options.replay.target, plan.definition.store, stages.load, context);
  try {
    if (left.length > 0) await stages.inspectServer(options.replay, dataset, { rowsInFlight, modelsToCome: plan.definition.store !== null, signal: context.signal });
    context.onEvent?.({ kind: 'plan', folder, points: pointsOf(axes).length, runs: state.runs.length, done: done.length, leftMs: time.leftMs(left), warnings });
    for (const [index, run] of left.entries()) {
      if (index > 0) await setTimeout(plan.definition.cooldownMs, undefined, { signal: context.signal });
      throwIfAborted(context.signal);
      const started = performance.now();
      await store(run.point);
      context.onEvent?.({ kind: 'run', run, runs: state.runs.length, leftMs: time.leftMs(left.slice(index)) });
      done.push({ run, result: await measure(path, folder, run, options, stages, context) });
      time.took(performance.now() - started);
    }
  } catch (error) {
    if (done.length === 0) await abandonSweep(folder);
    throw stopped(error, folder, state, done.length, context.signal);
  }
  done.sort((a, b) => a.run.run - b.run.run);
  return summarizeSweep(folder, state, done);
}

/** One run, its result on disk. @throws what the replay throws; INTERRUPTED where the run was, its result being kept until it is done again */
async function measure<R extends Replaying>(path: string, folder: string, run: SweepRun, { replay }: SweepOptions<R>, stages: SweepStages<R>, context: SweepContext): Promise<Result> {
  const { signal, onProgress, onEvent } = context;
  const { result, recording } = await stages.replay(path, runOptions(replay, run.point, run.repetition), { signal, onProgress });
  await writeRun(folder, run, result, recording);
  if (result.recording.ending === 'interrupted') throw new InferplayError('INTERRUPTED', 'The run was interrupted.');
  onEvent?.({ kind: 'done', run, verdict: result.verdict });
  return result;
}

function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw new InferplayError('INTERRUPTED', 'The sweep was interrupted.');
}

/** Says how far it got, and how to go on. */
function stopped(error: unknown, folder: string, { runs }: SweepState, done: number, signal?: AbortSignal): unknown {
  if (done === 0 && !signal?.aborted) return error;
  const kept = `${done} of ${counted(runs.length, 'run')} ${done === 1 ? 'is' : 'are'} done and kept in ${folder}: the same command goes on with the next one.`;
  if (signal?.aborted) return new InferplayError('INTERRUPTED', `The sweep was stopped; ${kept}`, { cause: error });
  return error instanceof InferplayError ? new InferplayError(error.code, `${messageOf(error)} (${kept})`, { cause: error }) : error;
}

/** How long the rest takes: as planned, and from the first run on as those before it took. */
function timer({ definition, planOf }: SweepPlan): { took(ms: number): void; leftMs(left: readonly SweepRun[]): number | null } {
  let [runs, totalMs] = [0, 0];
  return {
    took(ms) {
      runs++;
      totalMs += ms;
    },
    leftMs(left) {
      const pausesMs = definition.cooldownMs * Math.max(0, left.length - 1);
      if (runs > 0) return (totalMs / runs) * left.length + pausesMs;
      const planned = left.map(({ point }) => plannedMs(planOf(point)));
      return planned.every((ms) => ms !== null) ? planned.reduce((sum, ms) => sum + ms, pausesMs) : null;
    },
  };
}
