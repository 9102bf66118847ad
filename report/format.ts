/** The seam of the report formats: one file in formats/ and one line in formats/index.ts. */
import type { Result } from '../core/result.js';
import type { DoneRun } from '../core/sweep-folder.js';
import type { SweepSummary } from '../core/sweep-points.js';
import type { SummaryOptions } from './summary.js';

/** A sweep as far as it got: what its points say, and the runs that say it. */
export interface SweepContent {
  readonly summary: SweepSummary;
  readonly runs: readonly DoneRun[];
}

export interface Format {
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  /** The text, without a newline at its end. */
  render(result: Result, options: SummaryOptions): string;
  renderSweep(sweep: SweepContent, options: SummaryOptions): string;
}
