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
  const { entry, dtype, input, classes } = model;
  const session = await openModel(join(folder, entry.file), { threads: 1 });
  const { sent } = image;
  const shape = image.shape!;
  const values = elements(shape);
  const convert = sent && createConvert(sent, shape);
  const floats = new Float32Array(convert ? values : 0);
  return {
    answer(rows, columns) {
      const images = typedArray(image.dtype as DType, columns.get('image')!.data);
      const top = new Int32Array(columns.get('expected_top1')!.data.buffer);
      const expected = columns.get('expected')!.data;
      // One image a run: more gain nothing on one thread, and cost memory. So no answer depends on its neighbours either.
      for (let row = 0; row < rows; row++) {
        const stored = images.subarray(row * values, (row + 1) * values) as TypedArray;
        if (convert) convert(stored as Uint8Array, floats);
        const answer = session.runSync({ [input]: { dtype, shape: [1, ...shape], data: convert ? floats : stored } })[entry.outputs[0]];
        if (answer.data.length !== classes) {
          throw new InferplayError('DATA', `the model ${entry.file} answers ${answer.data.length} values for an image, and said that it has ${classes} classes; export it again.`);
        }
        const { buffer, byteOffset, byteLength } = answer.data;
        expected.set(new Uint8Array(buffer, byteOffset, byteLength), row * byteLength);
        top[row] = indexOfLargest(answer.data, answer.dtype);
        if (labels) columns.get('expected_label')!.texts[row] = labels[top[row]];
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
