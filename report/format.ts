/** The seam of the report formats: one file in formats/ and one line in formats/index.ts. */
import type { Result } from '../core/result.js';
import type { SummaryOptions } from './summary.js';

export interface Format {
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  /** The text, without a newline at its end. */
  render(result: Result, options: SummaryOptions): string;
}
