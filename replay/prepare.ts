/** What of a replay can be known before it: options, target and data set held against one another, and what the server holds. */
import type { Dataset } from '../core/dataset.js';
import { InferplayError } from '../core/errors.js';
import type { Plan } from '../core/plan.js';
import { layoutOf, type Layout } from './frames.js';
import { groupsIn } from './groups.js';
import { FRAMES_BYTES_MAX, makePlan, type ReplayOptions } from './plan.js';
import type { Encoder, Facts, InspectOptions, Target } from './target.js';
import { createTarget } from './target-url.js';

export interface Prepared {
  readonly target: Target;
  readonly plan: Plan;
  readonly encoder: Encoder;
  readonly layout: Layout;
  /** Rows that can be reached: others need not be encoded. */
  readonly rows: number;
  /** Entries of each worker's ring; null where all frames fit into memory before the run. */
  readonly ringEntries: number | null;
}

/** In a ring with fewer entries than this for each connection, every request would wait for its frame. */
const RING_ENTRIES_PER_CLIENT = 2;

/** @throws InferplayError USAGE (options, also where they do not fit the data set), DATA (the data set lacks what the requests need) */
export function prepareReplay(datasetPath: string, options: ReplayOptions, dataset: Dataset): Prepared {
  const target = createTarget(options.target);
  if (dataset.rows === 0) throw new InferplayError('DATA', `${datasetPath} has no rows: there is nothing to send.`);
  const plan = makePlan(datasetPath, options, dataset.manifest?.sha256 ?? null);
  if (plan.tensorBatch > dataset.rows) throw new InferplayError('USAGE', `A tensor of ${plan.tensorBatch} rows cannot be made of ${datasetPath}, which has ${dataset.rows}: lower --tensor-batch, or generate more rows.`);
  const encoder = target.encoder(dataset, plan.tensorBatch);
  const layout = layoutOf(encoder, dataset, plan);
  const reached = plan.pick === 'sequential' && plan.requests !== null && plan.warmupMs === 0 ? plan.requests * plan.tensorBatch : Infinity;
  const rows = Math.min(dataset.rows, reached);
  const fits = groupsIn(rows, plan.tensorBatch) * layout.entryBytes <= plan.framesBytesMax;
  return { target, plan, encoder, layout, rows, ringEntries: fits ? null : ringEntriesOf(plan, layout) };
}

/** The plan of a replay that could begin, as far as can be known without its server. @throws as prepareReplay */
export function planReplay(datasetPath: string, options: ReplayOptions, dataset: Dataset): Plan {
  return prepareReplay(datasetPath, options, dataset).plan;
}

/** Before several replays: the server is there and holds what they need. @throws InferplayError CONNECT, SERVER, DATA, USAGE */
export async function inspectServer(options: ReplayOptions, dataset: Dataset, expected: Omit<InspectOptions, 'skipStoreCheck'>): Promise<Facts> {
  return createTarget(options.target).inspect(dataset, { ...expected, skipStoreCheck: options.storeCheck === false });
}

function ringEntriesOf(plan: Plan, layout: Layout): number {
  const entries = Math.floor(plan.framesBytesMax / plan.threads / layout.entryBytes);
  const needed = Math.ceil(plan.clients / plan.threads) * RING_ENTRIES_PER_CLIENT;
  if (entries >= needed) return entries;
  const bytes = needed * plan.threads * layout.entryBytes;
  const megabytes = Math.ceil(bytes / 1e6);
  if (bytes > FRAMES_BYTES_MAX) throw new InferplayError('USAGE', `Requests of ${layout.frameBytes} bytes on ${plan.clients} connections need ${megabytes} MB of memory, and more than ${Math.floor(FRAMES_BYTES_MAX / 1e6)} MB cannot be used: lower --clients${plan.tensorBatch > 1 ? ' or --tensor-batch' : ''}.`);
  throw new InferplayError('USAGE', `${plan.framesBytesMax} bytes for encoded requests are too few for ${plan.clients} connections: allow at least ${megabytes} MB (--frames-mb).`);
}
