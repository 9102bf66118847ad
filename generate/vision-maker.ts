/** Makes batches of the vision use case, in a worker thread: a few pictures are under way at a time, also those of the batch that comes next. */
import { sharedLabel, type Labels } from './coco.js';
import { resizePixels } from '../core/image.js';
import { deriveSeed } from '../core/random.js';
import { rowBytes } from '../core/schema.js';
import type { BatchBuffers } from '../core/writer.js';
import { centred, randomCorner, resizedSize, type Corner, type Size } from './fit.js';
import { pathAt, type ImageList } from './image-list.js';
import { paint } from './painter.js';
import { cutFile, squares, type CutPicture, type Cutting } from './picture.js';
import { createPack, shapeOf, type TensorForm } from './pixels.js';
import type { BatchMaker } from './use-case.js';
import { openAnswerer, type AnswerInit } from './vision-answer.js';

export interface VisionInit {
  readonly seed: number;
  /** null for painted ones. */
  readonly list: ImageList | null;
  /** Images, of each of which there are `copies` rows. */
  readonly images: number;
  readonly copies: number;
  readonly randomCrop: boolean;
  readonly cutting: Cutting;
  readonly form: TensorForm;
  readonly labels: Labels | null;
  /** null for no answers. */
  readonly answers: AnswerInit | null;
}

const PURPOSE_CROP = 20;
const PURPOSE_PAINTING = 21;
/** Pictures of one thread that are under way: twice as many as libuv's pool decodes at a time, so that it has work while a batch is written. */
const IN_FLIGHT = 8;

type Making = Promise<CutPicture>;

export async function createMaker(raw: unknown): Promise<BatchMaker> {
  const init = raw as VisionInit;
  const { images, copies, form, answers } = init;
  const answerer = answers === null ? null : await openAnswerer(answers);
  const pack = createPack(form);
  const imageBytes = rowBytes({ dtype: form.dtype, shape: shapeOf(form) });
  const makePicture = pictureMaker(init);
  let underWay = new Map<number, Making>();

  /** The pictures of these images and of some that follow; what was begun for others is let go. */
  const begin = (image: number, end: number): Making => {
    for (let next = image; next < Math.min(end, image + IN_FLIGHT); next++) {
      if (underWay.has(next)) continue;
      const making = makePicture(next);
      // A failure is told when its turn has come; it may never come.
      making.catch(() => {});
      underWay.set(next, making);
    }
    return underWay.get(image)!;
  };
  return {
    async fill(firstRow, rows, columns, rowsToCome = 0) {
      const first = Math.floor(firstRow / copies);
      const last = Math.floor((firstRow + rows - 1) / copies);
      const end = Math.min(images, Math.ceil((firstRow + rows + rowsToCome) / copies));
      underWay = new Map([...underWay].filter(([image]) => image >= first && image < end));
      const image = columns.get('image')!.data;
      for (let at = first; at <= last; at++) {
        const picture = await begin(at, end);
        const from = Math.max(firstRow, at * copies);
        const to = Math.min(firstRow + rows, (at + 1) * copies);
        for (let row = from; row < to; row++) {
          const copy = row - at * copies;
          const to = row - firstRow;
          pack({ ...picture.patch, ...picture.corners[copy] }, image.subarray(to * imageBytes, (to + 1) * imageBytes));
          describe(init, columns, to, row, at, copy, picture);
        }
        // The picture of the last image may be wanted for the first rows of the next batch.
        if ((at + 1) * copies <= firstRow + rows) underWay.delete(at);
      }
      answerer?.answer(rows, columns);
    },
    async close() {
      await Promise.allSettled(underWay.values());
      answerer?.close();
    },
  };
}

/** The columns besides the image and the answers. */
function describe({ list, labels, copies }: VisionInit, columns: BatchBuffers, at: number, row: number, image: number, copy: number, { width, height, sha256 }: CutPicture): void {
  const words = (name: string): Int32Array => {
    const { buffer, byteOffset, byteLength } = columns.get(name)!.data;
    return new Int32Array(buffer, byteOffset, byteLength / 4);
  };
  const id = words('id');
  id[2 * at] = row | 0;
  id[2 * at + 1] = Math.floor(row / 2 ** 32);
  columns.get('file')!.texts[at] = list === null ? paintedName(image) : pathAt(list, image);
  columns.get('sha256')!.texts[at] = sha256 ?? '';
  columns.get('sha256')!.valid![at] = sha256 === null ? 0 : 1;
  words('width')[at] = width;
  words('height')[at] = height;
  if (copies > 1) words('copy')[at] = copy;
  if (labels === null) return;
  const label = sharedLabel(labels, image);
  words('label')[at] = label ?? 0;
  columns.get('label')!.valid![at] = label === null ? 0 : 1;
  columns.get('category')!.texts[at] = label === null ? '' : labels.names[label];
  columns.get('category')!.valid![at] = label === null ? 0 : 1;
}

function paintedName(image: number): string {
  return `painted-${String(image).padStart(6, '0')}`;
}

/** Answers a function that makes the picture of an image by its number. */
function pictureMaker(init: VisionInit): (image: number) => Making {
  const { seed, list, copies, randomCrop, cutting } = init;
  const { size, fit, kernel, background } = cutting;
  const cropSeed = deriveSeed(seed, PURPOSE_CROP);
  const paintingSeed = deriveSeed(seed, PURPOSE_PAINTING);
  const cornersOf = (image: number) => (resized: Size): Corner[] =>
    Array.from({ length: copies }, (_, copy) => (randomCrop && fit.kind === 'crop' ? randomCorner(resized, size, cropSeed, image, copy) : centred(resized, size)));
  if (list !== null) return (image) => cutFile(list.root, pathAt(list, image), cutting, cornersOf(image));
  return async (image) => {
    const { width, height, rgb } = paint(paintingSeed, image);
    const resized = resizedSize(fit, { width, height }, size);
    const { box, corners } = squares(resized, cornersOf(image), size);
    const pixels = await resizePixels(rgb, width, height, { ...resized, box, kernel, background });
    return { width, height, sha256: null, patch: { rgb: pixels, width: box.width, height: box.height, orientation: 1 }, corners };
  };
}
