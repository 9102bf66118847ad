/**
 * What a sweep is given. Rooms never open onto each other, so the stages that it repeats come in as functions, typed by what it needs of
 * them; the options of a replay pass through as they are.
 */
import type { Dataset } from '../core/dataset.js';
import type { Plan } from '../core/plan.js';
import type { OnProgress } from '../core/progress.js';
import type { Recording } from '../core/recording.js';
import type { Result, Verdict } from '../core/result.js';
import type { AxisName, SweepRun } from '../core/sweep.js';

/** Of the options of a replay, those that a sweep itself must know. */
export interface Replaying {
  /** URL of the server, with user and password where needed. */
  readonly target: string;
  readonly seed?: number;
  readonly out?: string | null;
}

export type PlanReplay<R> = (datasetPath: string, options: R, dataset: Dataset) => Plan;

/** How models are stored again between runs. */
export interface Storing {
  readonly to: string;
  /** Models only. */
  readonly put: 'none';
  /** 0 for no batching, no minimum, no timeout (which is in milliseconds). */
  readonly batchSize: number;
  readonly minBatchSize: number;
  readonly minBatchTimeout: number;
  readonly device: string;
  readonly modelForm: string;
  readonly signal?: AbortSignal;
}

export interface SweepStages<R extends Replaying> {
  /** Checks all of a run that can be checked without its server; see replay/prepare.ts. */
  readonly planReplay: PlanReplay<R>;
  /**
   * Called before the first run: the server is there, and holds what the runs need.
   * @param expected the fewest rows that a run has on the way at most, and whether `load` will store the models before it
   */
  inspectServer(options: R, dataset: Dataset, expected: { readonly rowsInFlight: number; readonly modelsToCome: boolean; readonly signal?: AbortSignal }): Promise<unknown>;
  replay(dataset: string, options: R, context: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress }): Promise<{ readonly result: Result; readonly recording: Recording }>;
  /** Called only where the server's batches are swept. */
  load(dataset: string, options: Storing): Promise<unknown>;
}

export interface SweepOptions<R extends Replaying> {
  /** Options of every run, without those that are swept. Each result goes into the sweep's folder. */
  readonly replay: R;
  /** Values of what is swept. Where nothing is, the one point is measured `repeat` times. */
  readonly axes?: { readonly [name in AxisName]?: readonly number[] };
  /** How often every point is measured (3). */
  readonly repeat?: number;
  /** Pause between runs (none). */
  readonly cooldownMs?: number;
  /** Folder of the sweep. Default: one under `results/` that the same sweep finds again. */
  readonly out?: string;
  /** Of the models, where they are stored again: as they were loaded (`CPU`, `MODELSTORE`). */
  readonly device?: string;
  readonly modelForm?: string;
}

/** What a sweep tells its caller while it works. */
export type SweepEvent =
  | { readonly kind: 'plan'; readonly folder: string; readonly points: number; readonly runs: number; readonly done: number; readonly leftMs: number | null; readonly warnings: readonly string[] }
  | { readonly kind: 'store'; readonly batchSize: number; readonly minBatchSize: number; readonly minBatchTimeoutMs: number }
  /** `leftMs`: until the end of the sweep, this run included; null where nobody can know. */
  | { readonly kind: 'run'; readonly run: SweepRun; readonly runs: number; readonly leftMs: number | null }
  | { readonly kind: 'done'; readonly run: SweepRun; readonly verdict: Verdict };

export interface SweepContext {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: SweepEvent) => void;
  /** Of the run that is being measured. */
  readonly onProgress?: OnProgress;
}
