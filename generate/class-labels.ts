/** Names of a model's classes: a text file with a name a line. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { InferplayError, reasonOf } from '../core/errors.js';

const FILE_BYTES_MAX = 16 << 20;

export interface ClassLabels {
  /** By class, from 0. */
  readonly names: readonly string[];
  readonly sha256: string;
  /** @throws InferplayError DATA where there are not as many names as the model has classes */
  check(classes: number): void;
}

/** @throws InferplayError DATA for a file that cannot be read or is too large */
export async function readClassLabels(path: string): Promise<ClassLabels> {
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) throw new InferplayError('DATA', `${path} has ${size} bytes; a list of labels may have ${FILE_BYTES_MAX} at most.`);
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof InferplayError) throw error;
    throw new InferplayError('DATA', `${path} cannot be read: ${reasonOf(error)}; check the path in --labels.`, { cause: error });
  }
  // A name may be empty in the middle; lines after the last name are none.
  const names = bytes.toString('utf8').replace(/^\ufeff/, '').trimEnd().split(/\r?\n/).map((name) => name.trim());
  return {
    names,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    check(classes) {
      if (names.length === classes) return;
      throw new InferplayError('DATA', `${path} has ${names.length} line${names.length === 1 ? '' : 's'}, and the model answers ${classes} classes; give one name for each, the first for class 0.`);
    },
  };
}
