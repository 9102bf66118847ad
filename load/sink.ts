/** The seam between the load stage and a store. A sink is one file in sinks/ and one line in sinks/index.ts. */
import type { Batch, Dataset } from '../core/dataset.js';

export interface Sink {
  /** Bulk: puts a batch's keys. Resolves when every reply was read; errors are counted by the stage through `onError`. */
  put(batch: Batch): Promise<void>;
  /** Control plane. */
  prepare(dataset: Dataset): Promise<void>;
  close(): Promise<void>;
}
