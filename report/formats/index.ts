/** The seam of the report formats, and the list of them: a new one is one file and one line here. */
import type { Result } from '../../core/result.js';
import type { SummaryOptions } from '../summary.js';
import { csv } from './csv.js';
import { json } from './json.js';
import { text } from './text.js';

export interface Format {
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  /** The text, without a newline at its end. */
  render(result: Result, options: SummaryOptions): string;
}

/** The first is the default. */
export const FORMATS: readonly Format[] = [text, json, csv];
