/** Reading a data set: ours (a folder with manifest.json) or anyone's Arrow IPC files that have the tensor columns. */
import type { Column, Manifest } from './manifest.js';

export interface Dataset {
  readonly path: string;
  /** null where the data set is not ours. */
  readonly manifest: Manifest | null;
  readonly rows: number;
  readonly columns: readonly Column[];
  /** Record batches in row order, one at a time: memory is bounded by a few batches. */
  batches(range?: { readonly fromRow?: number; readonly toRow?: number }): AsyncIterable<Batch>;
}

/** Consecutive rows. Views are valid until the next batch is asked for. */
export interface Batch {
  readonly firstRow: number;
  readonly rows: number;
  /** Column `id`, or the row numbers where there is none. */
  readonly ids: Float64Array;
  /** Bytes of a column, contiguous, row after row: `rows * rowBytes`. @throws InferplayError DATA if there is no such column */
  bytes(column: string): Uint8Array;
  /** Validity of one value of a nullable column. */
  isNull(column: string, row: number): boolean;
}

export type OpenDataset = (path: string) => Promise<Dataset>;
