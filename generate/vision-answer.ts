/** What the model answers to a batch of images: the columns expected, expected_top1 and expected_label. */
import { join } from 'node:path';
import { createConvert } from '../core/conversion.js';
import { InferplayError } from '../core/errors.js';
import { openModel, typedArray, type TypedArray } from '../core/inference.js';
import type { Column } from '../core/manifest.js';
import { elements, type DType } from '../core/tensor.js';
import type { BatchBuffers } from '../core/writer.js';
import type { VisionModel } from './vision-model.js';

export interface AnswerInit {
  readonly model: VisionModel;
  readonly folder: string;
  /** The column that the model is given. */
  readonly image: Column;
  /** Name of each class. */
  readonly labels?: readonly string[];
}

export interface Answerer {
  /** The first `rows` rows, whose images are there already. */
  answer(rows: number, columns: BatchBuffers): void;
  close(): void;
}

export async function openAnswerer({ model, folder, image, labels }: AnswerInit): Promise<Answerer> {
  const { entry, dtype, input, classes, rowsPerRun } = model;
  const session = await openModel(join(folder, entry.file), { threads: 1 });
  const { sent } = image;
  const shape = image.shape!;
  const values = elements(shape);
  const convert = sent && createConvert(sent, shape);
  const floats = new Float32Array(convert ? values * rowsPerRun : 0);
  return {
    answer(rows, columns) {
      const images = typedArray(image.dtype as DType, columns.get('image')!.data);
      const top = new Int32Array(columns.get('expected_top1')!.data.buffer);
      const expected = columns.get('expected')!.data;
      // The batches are the same for every number of threads, and so are the runs within them.
      for (let row = 0; row < rows; row += rowsPerRun) {
        const count = Math.min(rowsPerRun, rows - row);
        let data = images.subarray(row * values, (row + count) * values) as TypedArray;
        if (convert) {
          for (let at = 0; at < count; at++) convert((data as Uint8Array).subarray(at * values, (at + 1) * values), floats.subarray(at * values, (at + 1) * values));
          data = floats.subarray(0, count * values);
        }
        const answered = session.runSync({ [input]: { dtype, shape: [count, ...shape], data } })[entry.outputs[0]];
        if (answered.data.length !== count * classes) {
          throw new InferplayError('DATA', `the model ${entry.file} answers ${answered.data.length} values for ${count} images, and must answer ${classes} for each; export it so.`);
        }
        const bytes = new Uint8Array(answered.data.buffer, answered.data.byteOffset, answered.data.byteLength);
        expected.set(bytes, row * (bytes.byteLength / count));
        for (let at = 0; at < count; at++) {
          top[row + at] = indexOfLargest(answered.data.subarray(at * classes, (at + 1) * classes) as TypedArray, answered.dtype);
          if (labels) columns.get('expected_label')!.texts[row + at] = labels[top[row + at]];
        }
      }
    },
    close: () => session.close(),
  };
}

/** The first of equal ones; a value that is no number is never it, unless there is no other. */
export function indexOfLargest(values: TypedArray, dtype: DType): number {
  let best = -1;
  let largest: number | bigint = 0;
  for (let at = 0; at < values.length; at++) {
    const value = dtype === 'float16' ? orderOfHalf(values[at] as number) : values[at];
    if (value === value && (best < 0 || value > largest)) [best, largest] = [at, value];
  }
  return Math.max(0, best);
}

/** A number that is in the same order as the half-precision number whose bits these are; NaN for NaN. */
function orderOfHalf(bits: number): number {
  const size = bits & 0x7fff;
  return size > 0x7c00 ? NaN : bits & 0x8000 ? -size : size;
}
