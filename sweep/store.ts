/** The models as the server holds them: stored again where a run wants other batches than the run before it. */
import { InferplayError } from '../core/errors.js';
import { fixedRowsOf, type Manifest } from '../core/manifest.js';
import { counted } from '../core/quantity.js';
import { pointText, type Point, type SweepDefinition } from '../core/sweep.js';
import { TLS_OPTIONS } from '../wire/redis-tls.js';
import type { Storing, SweepContext } from './stages.js';

/** Parameters of a target's URL that the URL of a load has too. */
const LOAD_PARAMETERS = Object.keys(TLS_OPTIONS);

/** Before anything runs: can the models of this data set be stored on this target, and is it one of them that is asked? @throws InferplayError USAGE */
export function refuseUnstorable(target: string, manifest: Manifest | null): void {
  const url = URL.canParse(target) ? new URL(target) : null;
  if (url === null || !/^redisais?:$/.test(url.protocol)) throw new InferplayError('USAGE', `sweep: the server's batches can be swept on redisai:// targets only, where the models are stored again between runs; this one is ${url?.protocol ?? 'no URL'}.`);
  const names = (manifest?.models ?? []).map(({ name }) => name);
  const model = url.searchParams.get('model');
  if (names.length === 0) throw new InferplayError('USAGE', "sweep: the server's batches cannot be swept with this data set: it has no models that could be stored again.");
  if (model !== null && !names.includes(model)) throw new InferplayError('USAGE', `sweep: the server's batches cannot be swept for the model ${model.slice(0, 80)}: what is stored again are the models of the data set, ${names.join(', ')}.`);
}

/** At any point: the server would put requests together that the graph does not take together. @throws InferplayError USAGE */
export function refuseFixed(points: readonly Point[], { models, columns }: Pick<Manifest, 'models' | 'columns'>): void {
  for (const model of models) {
    const rows = fixedRowsOf(model, columns);
    const point = points.find(({ serverBatch = 0 }) => rows !== null && serverBatch > rows);
    if (point) throw new InferplayError('USAGE', `sweep: at ${pointText(point)} the server would put requests together, and the model ${model.name} takes exactly ${counted(rows!, 'row')} a run, its graph says: leave server-batch above ${rows} out, or use a model whose first dimension is open.`);
  }
}

/** The URL to load into: the target's without the parameters that only a replay understands. */
export function loadUrl(target: string): string {
  const url = new URL(target);
  for (const name of new Set(url.searchParams.keys())) if (!LOAD_PARAMETERS.includes(name)) url.searchParams.delete(name);
  return url.href;
}

type Load = (dataset: string, options: Storing) => Promise<unknown>;

/**
 * Makes the server hold what a point wants. The first time it stores whatever the server may hold: another sweep, or a person, may have
 * been there in between.
 */
export function modelStore(dataset: string, target: string, store: SweepDefinition['store'], load: Load, { signal, onEvent }: SweepContext): (point: Point) => Promise<void> {
  let held = '';
  return async ({ serverBatch = 0, minBatchSize = 0, minBatchTimeoutMs = 0 }) => {
    if (store === null) return;
    const wanted = `${serverBatch} ${minBatchSize} ${minBatchTimeoutMs}`;
    if (wanted === held) return;
    onEvent?.({ kind: 'store', batchSize: serverBatch, minBatchSize, minBatchTimeoutMs });
    held = '';
    await load(dataset, { to: loadUrl(target), put: 'none', batchSize: serverBatch, minBatchSize, minBatchTimeout: minBatchTimeoutMs, ...store, signal });
    held = wanted;
  };
}
