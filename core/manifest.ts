/**
 * `manifest.json`: what is in a data set, and the marker that it is whole.
 * It is written last; a folder without it is a generation that was stopped.
 */
import type { DType } from './tensor.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A column of every shard. Tensor columns are FixedSizeList with `arrow.fixed_shape_tensor` metadata. */
export interface Column {
  readonly name: string;
  readonly dtype: DType | 'uint64';
  /** Shape of the tensor in each row; null for a plain scalar column (id, label, time_s). */
  readonly shape: readonly number[] | null;
  readonly nullable: boolean;
}

export interface ShardEntry {
  /** Name within the data set's folder. */
  readonly file: string;
  readonly firstRow: number;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface ModelEntry {
  /** Key under which load stores it, for example `financialNet`. */
  readonly name: string;
  readonly file: string;
  readonly backend: 'ONNX';
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Input names in the graph's order; each is the name of a tensor column. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** True for the model whose answers the column `expected` holds. */
  readonly expected: boolean;
}

export interface BadRow {
  /** 1-based line in the source. */
  readonly line: number;
  /** Column name, or null where the whole row is at fault. */
  readonly column: string | null;
  readonly reason: string;
  /** The offending text, capped. */
  readonly text: string;
}

export interface Manifest {
  readonly format: 'inferplay-dataset';
  readonly version: 1;
  readonly useCase: string;
  /** inferplay's version that wrote it. */
  readonly generator: string;
  /** Every option that determines the bytes, by option name. Paths are base names. */
  readonly options: { readonly [name: string]: Json };
  readonly seed: number;
  /** What the rows were made from; null when the generator made everything up. */
  readonly source: { readonly name: string; readonly sha256: string; readonly sizeBytes: number; readonly rows: number } | null;
  readonly rows: number;
  readonly rowsPerShard: number;
  readonly rowsPerBatch: number;
  readonly columns: readonly Column[];
  readonly shards: readonly ShardEntry[];
  readonly models: readonly ModelEntry[];
  readonly badRows: { readonly count: number; readonly listed: readonly BadRow[] };
  /** Identity of the data set: SHA-256 over the shards' and the models' hashes, in order, as hex text joined by newlines. */
  readonly sha256: string;
}
