/** What a benchmark answers. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is held to; absent for rows that only inform. */
  readonly target?: { readonly atMost?: number; readonly atLeast?: number };
}

/** `smoke` runs in seconds under the tests and proves that the benchmark works; `full` measures. */
export type Size = 'smoke' | 'full';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
