/** The model files of a data set: written with their entry for the manifest, or taken over from the user. */
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { InferplayError, messageOf, reasonOf } from '../core/errors.js';
import { openModel, type ModelPort } from '../core/inference.js';
import type { ModelEntry } from '../core/manifest.js';

/** Larger than any model that a data set should carry. */
export const MODEL_BYTES_MAX = 1 << 28;

/** Writes a model into the data set's folder, under a temporary name first. */
export async function writeModel(folder: string, bytes: Uint8Array, entry: Omit<ModelEntry, 'file' | 'backend' | 'sizeBytes' | 'sha256'>): Promise<ModelEntry> {
  const file = `${entry.name}.onnx`;
  const temporary = join(folder, `.${file}.part`);
  await writeFile(temporary, bytes);
  await rename(temporary, join(folder, file));
  const { name, ...rest } = entry;
  return { name, file, backend: 'ONNX', sizeBytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex'), ...rest };
}

export interface UserModel {
  /** From the file's name, as a key in a store can be. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
}

/** @throws InferplayError DATA when the file cannot be read, is too large, or is no model that ONNX Runtime opens */
export async function readUserModel(path: string): Promise<UserModel> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new InferplayError('DATA', `The model ${path} cannot be read: ${reasonOf(error)}; check the path in --model.`, { cause: error });
  }
  if (bytes.byteLength > MODEL_BYTES_MAX) {
    throw new InferplayError('DATA', `The model ${path} has ${bytes.byteLength} bytes; a model of a data set may have ${MODEL_BYTES_MAX} at most.`);
  }
  try {
    const { inputs, outputs, close } = await openModel(bytes, { threads: 1 });
    close();
    return { name: basename(path, extname(path)).replace(/[^\w.-]/g, '_'), bytes, inputs, outputs };
  } catch (error) {
    // What ONNX Runtime says of a file of another kind.
    throw new InferplayError('DATA', `${path}: ${messageOf(error).replace(/(protobuf parsing failed)\.?$/i, '$1; is it an ONNX file?')}`, { cause: error });
  }
}
