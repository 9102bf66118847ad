/**
 * The seam between the generate stage and what is generated. A use case is one file in use-cases/ and one line in
 * use-cases/index.ts. Rows are made in worker threads, batch by batch, and any batch can be made alone: that is what makes
 * a generation the same for every thread count, and resumable.
 */
import type { OptionTable, OptionValues } from '../core/options.js';
import type { BadRow, Column, Json, ModelEntry } from '../core/manifest.js';

export interface UseCase<T extends OptionTable = OptionTable> {
  readonly name: string;
  readonly summary: string;
  readonly options: T;
  /** Reads what it must of the source, writes models into `context.folder`, and says what will be made. */
  plan(options: OptionValues<T>, context: PlanContext): Promise<Recipe>;
}

export interface PlanContext {
  /** The data set's folder; temporary files belong in it, under names that start with a dot. */
  readonly folder: string;
  readonly seed: number;
  readonly threads: number;
  readonly signal: AbortSignal;
}

export interface Recipe {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly source: { readonly name: string; readonly sha256: string; readonly sizeBytes: number; readonly rows: number } | null;
  readonly models: readonly ModelEntry[];
  readonly badRows: { readonly count: number; readonly listed: readonly BadRow[] };
  /** Options that determine the bytes, for the manifest and for recognising a stopped generation. */
  readonly identity: { readonly [name: string]: Json };
  /** Module whose `createMaker(init)` runs in each worker thread. `init` must survive structured clone. */
  readonly maker: { readonly module: string; readonly init: unknown };
  /** Called when all is written, or on failure. */
  dispose?(): Promise<void>;
}

/** What `createMaker` gives: fills the column buffers of one batch. */
export interface BatchMaker {
  fill(firstRow: number, rows: number, columns: ColumnBuffers): Promise<void>;
}

/** Per column name: values as bytes, and validity (1 = present) for nullable columns. */
export type ColumnBuffers = ReadonlyMap<string, { readonly data: Uint8Array; readonly valid: Uint8Array | null }>;
