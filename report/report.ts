/** Result folder, or sweep → what a person or a program reads. */
import { InferplayError } from '../core/errors.js';
import { readResult } from '../core/result-folder.js';
import { readRuns, readSweep } from '../core/sweep-folder.js';
import { summarizeSweep } from '../core/sweep-points.js';
import type { SweepContent } from './format.js';
import { FORMATS } from './formats/index.js';
import { isSweep, placeOf } from './place.js';

export interface ReportOptions {
  /** Name of a format; `text` by default. */
  readonly format?: string;
  readonly color?: boolean;
  /** Characters in a line. */
  readonly width?: number;
  readonly ascii?: boolean;
}

/**
 * @param path a result folder, its result.json, or the folder of a sweep; or `results/latest`, whichever was measured last
 * @throws InferplayError USAGE for an unknown format, DATA for a folder that is neither a whole result nor a sweep
 */
export async function report(path: string, { format = FORMATS[0].name, color = false, width = 100, ascii = false }: ReportOptions = {}): Promise<string> {
  const found = FORMATS.find(({ name }) => name === format);
  if (!found) {
    throw new InferplayError('USAGE', `There is no report format "${format}"; there are: ${FORMATS.map(({ name }) => name).join(', ')}.`);
  }
  const options = { color, width, ascii };
  const place = await placeOf(path);
  return isSweep(place) ? found.renderSweep(await sweepAt(place), options) : found.render((await readResult(place)).result, options);
}

/** As far as it got. @throws InferplayError DATA */
export async function sweepAt(path: string): Promise<SweepContent> {
  const { folder, state } = await readSweep(path);
  const { done } = await readRuns(folder, state.runs);
  return { summary: summarizeSweep(folder, state, done), runs: done };
}
