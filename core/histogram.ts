/**
 * The bucket layout of HdrHistogram, in a typed array of our own: recording is one index computation and one increment.
 * hdr-histogram-js encodes, decodes and merges (see recording.ts); this file only counts.
 */

/** A histogram as plain data: dense counts by bucket index, in HdrHistogram's layout with lowest value 1 ns. */
export interface HistogramData {
  /** Significant decimal digits, 1 to 3. */
  readonly digits: number;
  /** Highest value that can be told apart; above it a value counts in the last bucket and in `overflow`. */
  readonly highestNs: number;
  readonly counts: Float64Array;
  readonly count: number;
  readonly overflow: number;
  /** Exact extremes and sum of what was recorded; min is Infinity when nothing was. */
  readonly minNs: number;
  readonly maxNs: number;
  readonly sumNs: number;
}
