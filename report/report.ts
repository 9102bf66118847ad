/** Result folder → what a person or a program reads. */
import { InferplayError } from '../core/errors.js';
import { readResult } from '../core/result-folder.js';
import { FORMATS } from './formats/index.js';

export interface ReportOptions {
  /** Name of a format; `text` by default. */
  readonly format?: string;
  readonly color?: boolean;
  /** Characters in a line. */
  readonly width?: number;
  readonly ascii?: boolean;
}

/**
 * @param path a result folder, its result.json, or `results/latest`
 * @throws InferplayError USAGE for an unknown format, DATA for a folder that is not a whole result
 */
export async function report(path: string, { format = FORMATS[0].name, color = false, width = 100, ascii = false }: ReportOptions = {}): Promise<string> {
  const found = FORMATS.find(({ name }) => name === format);
  if (!found) {
    throw new InferplayError('USAGE', `There is no report format "${format}"; there are: ${FORMATS.map(({ name }) => name).join(', ')}.`);
  }
  const { result } = await readResult(path);
  return found.render(result, { color, width, ascii });
}
