/**
 * The seam between the generate stage and what is generated. A use case is one file in use-cases/ and one line in
 * use-cases/index.ts. Rows are made in worker threads, batch by batch, and any batch can be made alone: that is what makes
 * a generation the same for every thread count, and resumable.
 */
import type { OptionTable, OptionValues } from '../core/options.js';
import type { BadRow, Column, Json, Manifest, ModelEntry } from '../core/manifest.js';
import type { BatchBuffers } from '../core/writer.js';

export interface UseCase<T extends OptionTable = OptionTable> {
  readonly name: string;
  readonly summary: string;
  readonly options: T;
  /** Whether the work is done in libuv's pool of threads, whose size only the environment can say. */
  readonly usesPool?: boolean;
  /** URL of a module that exports `createMaker`; worker threads load it while the plan is made. */
  readonly maker: string;
  /** Reads what it must of the source, writes models into `context.folder`, and says what will be made. */
  plan(options: OptionValues<T>, context: PlanContext): Promise<Recipe>;
}

export interface PlanContext {
  /** A folder for models and temporary files. The models are moved from there into the data set, the rest is removed. */
  readonly folder: string;
  readonly seed: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  /** SHA-256 of a file as hex text, worked out in a worker thread that has nothing else to do yet. */
  sha256(path: string): Promise<string>;
}

export interface Recipe {
  readonly rows: number;
  /** What a row is, where that is worth a word in a report: `image`. */
  readonly rowName?: string;
  /** Rows of a record batch and of a file, where the stage's own numbers do not fit the size of the rows. */
  readonly rowsPerBatch?: number;
  readonly rowsPerShard?: number;
  readonly columns: readonly Column[];
  /** The checksum may still be on its way: threads begin without it. */
  readonly source: (Omit<NonNullable<Manifest['source']>, 'sha256'> & { readonly sha256: string | Promise<string> }) | null;
  /** They may still be made, like the checksum; rows that need no model begin without them. */
  readonly models: readonly ModelEntry[] | Promise<readonly ModelEntry[]>;
  readonly badRows: { readonly count: number; readonly listed: readonly BadRow[] };
  /** Options that determine the bytes, for the manifest and for recognising a stopped generation. */
  readonly identity: { readonly [name: string]: Json };
  /** For `createMaker` in each worker thread. Survives structured clone. */
  readonly init: unknown;
}

/** What a use case's maker module exports as `createMaker`. */
export type CreateMaker = (init: unknown) => Promise<BatchMaker>;

/** Fills the column buffers of one batch. */
export interface BatchMaker {
  /**
   * @param rowsToCome that follow in the same shard: they will be asked for next, so that their making may begin
   * @throws InferplayError DATA, for a bad row of the source; the stage reports the earliest
   */
  fill(firstRow: number, rows: number, columns: BatchBuffers, rowsToCome?: number): Promise<void>;
  close(): Promise<void>;
}
