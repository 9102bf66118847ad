/** The replay stage: a data set, sent as traffic to a server, and what came of it. */
import { openDataset, type Dataset } from '../core/dataset.js';
import { InferplayError, messageOf } from '../core/errors.js';
import type { Plan } from '../core/plan.js';
import { platform } from '../core/platform.js';
import type { OnProgress } from '../core/progress.js';
import type { Recording } from '../core/recording.js';
import { datasetFacts, makeResult, type Result } from '../core/result.js';
import { resultFolderName, writeResult } from '../core/result-folder.js';
import type { ServerStatistics } from '../core/server-statistics.js';
import { runCrew, type Crewed, type CrewParts } from './crew.js';
import { fillArena, layoutOf } from './frames.js';
import { groupsIn } from './groups.js';
import { FRAMES_BYTES_MAX, makePlan, type ReplayOptions } from './plan.js';
import { newRing } from './ring.js';
import { watchServer } from './statistics.js';
import type { Encoder, Target } from './target.js';
import { createTarget } from './target-url.js';

export type { ReplayOptions } from './plan.js';

export interface Replayed {
  readonly result: Result;
  /** Where the result was written; null where none was asked for. */
  readonly folder: string | null;
  /** The histograms themselves, of which the result holds percentiles. */
  readonly recording: Recording;
}

/** In a ring with fewer entries than this for each connection, every request would wait for its frame. */
const RING_ENTRIES_PER_CLIENT = 2;

/**
 * Replays a data set. Whatever the server does during the run is in the result; only what is wrong before it throws.
 * @param datasetPath folder of a data set, or Arrow files that have the tensor columns
 * @throws InferplayError USAGE (options), DATA (the data set, or a store that holds another one), CONNECT, SERVER, and INTERRUPTED before
 * the first request was sent; a run that is interrupted later has a result, which says so
 */
export async function replay(datasetPath: string, options: ReplayOptions, { signal, onProgress }: { signal?: AbortSignal; onProgress?: OnProgress } = {}): Promise<Replayed> {
  const target = createTarget(options.target);
  // Options are checked before a file is opened: a typing error should not cost time.
  makePlan(datasetPath, options, null);
  const dataset = await openDataset(datasetPath);
  if (dataset.rows === 0) throw new InferplayError('DATA', `${datasetPath} has no rows: there is nothing to send.`);
  const plan = makePlan(datasetPath, options, dataset.manifest?.sha256 ?? null);
  if (plan.tensorBatch > dataset.rows) throw new InferplayError('USAGE', `A tensor of ${plan.tensorBatch} rows cannot be made of ${datasetPath}, which has ${dataset.rows}: lower --tensor-batch, or generate more rows.`);
  const encoder = target.encoder(dataset, plan.tensorBatch);
  throwIfAborted(signal);
  const server = await target.inspect(dataset, { skipStoreCheck: options.storeCheck === false, signal });
  const frames = await prepareFrames(plan, dataset, encoder, signal);
  throwIfAborted(signal);

  const groups = groupsIn(dataset.rows, plan.tensorBatch);
  const parts = { plan, targetUrl: options.target, groups, frames, surround: encoder.surround, signal, onProgress: onProgress && progressOf(plan, onProgress) };
  const { recording, failure, serverStatistics } = await measure(parts, target, dataset);
  const result = makeResult({ plan, platform: platform(), server, serverStatistics, dataset: datasetFacts(dataset), recording });
  const out = options.out ?? null;
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
async function prepareFrames(plan: Plan, dataset: Dataset, encoder: Encoder, signal?: AbortSignal): Promise<CrewParts['frames']> {
  const layout = layoutOf(encoder, dataset, plan);
  // Rows that cannot be reached need not be encoded.
  const reached = plan.pick === 'sequential' && plan.requests !== null && plan.warmupMs === 0 ? plan.requests * plan.tensorBatch : Infinity;
  const rows = Math.min(dataset.rows, reached);
  if (groupsIn(rows, plan.tensorBatch) * layout.entryBytes <= plan.framesBytesMax) {
    try {
      return { arena: await fillArena(dataset, encoder, layout, rows, signal) };
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    }
  }
  const entries = Math.floor(plan.framesBytesMax / plan.threads / layout.entryBytes);
  const needed = Math.ceil(plan.clients / plan.threads) * RING_ENTRIES_PER_CLIENT;
  if (entries < needed) {
    const bytes = needed * plan.threads * layout.entryBytes;
    const megabytes = Math.ceil(bytes / 1e6);
    if (bytes > FRAMES_BYTES_MAX) throw new InferplayError('USAGE', `Requests of ${layout.frameBytes} bytes on ${plan.clients} connections need ${megabytes} MB of memory, and more than ${Math.floor(FRAMES_BYTES_MAX / 1e6)} MB cannot be used: lower --clients${plan.tensorBatch > 1 ? ' or --tensor-batch' : ''}.`);
    throw new InferplayError('USAGE', `${plan.framesBytesMax} bytes for encoded requests are too few for ${plan.clients} connections: allow at least ${megabytes} MB (--frames-mb).`);
  }
  return { rings: Array.from({ length: plan.threads }, () => newRing(layout, entries)) };
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
