/** The replay stage: a data set, sent as traffic to a server, and what came of it. */
import { openDataset, type Dataset } from '../core/dataset.js';
import { InferplayError, messageOf } from '../core/errors.js';
import type { Plan } from '../core/plan.js';
import { platform } from '../core/platform.js';
import type { OnProgress } from '../core/progress.js';
import type { Recording } from '../core/recording.js';
import { datasetFacts, makeResult, type Result } from '../core/result.js';
import { refuseForeignFolder, resultFolderName, writeResult } from '../core/result-folder.js';
import type { ServerStatistics } from '../core/server-statistics.js';
import { runCrew, type Crewed, type CrewParts } from './crew.js';
import { fillArena } from './frames.js';
import { groupsIn } from './groups.js';
import { makePlan, type ReplayOptions } from './plan.js';
import { prepareReplay, type Prepared } from './prepare.js';
import { newRing } from './ring.js';
import { watchServer } from './statistics.js';
import type { Target } from './target.js';
import { createTarget } from './target-url.js';

export type { ReplayOptions } from './plan.js';

export interface Replayed {
  readonly result: Result;
  /** Where the result was written; null where none was asked for. */
  readonly folder: string | null;
  /** The histograms themselves, of which the result holds percentiles. */
  readonly recording: Recording;
}

/**
 * Replays a data set. Whatever the server does during the run is in the result; only what is wrong before it throws.
 * @param datasetPath folder of a data set, or Arrow files that have the tensor columns
 * @throws InferplayError USAGE (options), DATA (the data set, or a store that holds another one), CONNECT, SERVER, and INTERRUPTED before
 * the first request was sent; a run that is interrupted later has a result, which says so
 */
export async function replay(datasetPath: string, options: ReplayOptions, { signal, onProgress }: { signal?: AbortSignal; onProgress?: OnProgress } = {}): Promise<Replayed> {
  // Options are checked before a file is opened: a typing error should not cost time.
  createTarget(options.target);
  makePlan(datasetPath, options, null);
  const out = options.out ?? null;
  if (out !== null && out !== 'auto') await refuseForeignFolder(out);
  const dataset = await openDataset(datasetPath);
  const prepared = prepareReplay(datasetPath, options, dataset);
  const { target, plan, encoder } = prepared;
  throwIfAborted(signal);
  const server = await target.inspect(dataset, { skipStoreCheck: options.storeCheck === false, rowsInFlight: plan.clients * plan.tensorBatch, signal });
  const frames = await makeFrames(prepared, dataset, signal);
  throwIfAborted(signal);

  const groups = groupsIn(dataset.rows, plan.tensorBatch);
  const parts = { plan, targetUrl: options.target, groups, frames, surround: encoder.surround, signal, onProgress: onProgress && progressOf(plan, onProgress) };
  const { recording, failure, serverStatistics } = await measure(parts, target, dataset);
  const result = makeResult({ plan, platform: platform(), server, serverStatistics, dataset: datasetFacts(dataset), recording });
  const folder = out === 'auto' ? resultFolderName(new Date(), dataset.manifest?.useCase ?? null, plan.target) : out;
  const written = folder === null ? { result, folder } : await writeResult(folder, result, recording);
  if (failure) {
    const kept = written.folder === null ? '' : ` What was measured until then is in ${written.folder}.`;
    throw new InferplayError('DATA', `The run was ended because its requests could no longer be made: ${messageOf(failure)}${kept}`, { cause: failure });
  }
  return { ...written, recording };
}

/** Runs the plan, and asks the server what it has counted meanwhile. */
async function measure(parts: CrewParts, target: Target, dataset: Dataset): Promise<Crewed & { serverStatistics: ServerStatistics | null }> {
  const watch = await watchServer(target, dataset, parts.plan.warmupMs > 0);
  const crewed = await runCrew({ ...parts, onOpen: watch.windowOpens });
  // A server that is gone has nothing to say.
  return { ...crewed, serverStatistics: crewed.recording.ending === 'server-lost' ? null : await watch.end() };
}

/** All frames before the run where they fit, else rings that are filled during it. */
async function makeFrames({ plan, encoder, layout, rows, ringEntries }: Prepared, dataset: Dataset, signal?: AbortSignal): Promise<CrewParts['frames']> {
  if (ringEntries !== null) return { rings: Array.from({ length: plan.threads }, () => newRing(layout, ringEntries)) };
  try {
    return { arena: await fillArena(dataset, encoder, layout, rows, signal) };
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  }
}

function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw new InferplayError('INTERRUPTED', 'The run was interrupted before its first request.');
}

/** The total is the plan's: in an open loop that ends with time it follows from the rate, in a closed one nobody knows it. */
function progressOf(plan: Plan, onProgress: OnProgress): (done: number, elapsedMs: number) => void {
  const { requests, durationMs, arrivals } = plan;
  const byTime = durationMs === null || arrivals.kind === 'closed' ? Infinity : Math.round((arrivals.ratePerSecond * durationMs) / 1000);
  const planned = Math.min(requests ?? Infinity, byTime);
  const total = Number.isFinite(planned) ? planned : 0;
  return (done, elapsedMs) => {
    const measuredMs = Math.max(0, elapsedMs);
    onProgress({
      unit: 'requests', done, total, elapsedMs: measuredMs,
      ...(durationMs === null ? {} : { fraction: Math.min(1, measuredMs / durationMs) }),
      ...(elapsedMs < 0 && plan.warmupMs > 0 ? { note: 'warming up' } : {}),
    });
  };
}
