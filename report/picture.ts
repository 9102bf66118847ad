/** A tensor as a picture: where its rows, columns and channels lie, and which level each value stands for. */
import type { Batch } from '../core/dataset.js';
import type { Column, Manifest } from '../core/manifest.js';
import { affineOf, SCALES, type Channels, type Scale } from '../core/scale.js';
import { elements } from '../core/tensor.js';
import { valuesOf } from './values.js';

export interface PictureColumn {
  readonly column: Column;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Distance between neighbours, in values. */
  readonly step: { readonly x: number; readonly y: number; readonly channel: number };
  /** Of a tensor's values as levels from 0 to 255, by channel; null where they are not known, and are stretched instead. */
  readonly levels: readonly { readonly multiply: number; readonly add: number }[] | null;
  /** The last channel is red. */
  readonly reversed: boolean;
}

/** The first column whose tensors have three dimensions, one of them of one or three channels; null where there is none. */
export function pictureColumn(columns: readonly Column[], manifest: Pick<Manifest, 'options'> | null): PictureColumn | null {
  for (const column of columns) {
    const { shape } = column;
    const axis = shape?.length === 3 ? channelAxis(column) : -1;
    if (shape === null || axis < 0) continue;
    const channels = shape[axis];
    const [height, width] = shape.filter((_, at) => at !== axis);
    const step = axis === 0 ? { x: 1, y: width, channel: width * height } : { x: channels, y: channels * width, channel: 1 };
    const order = channels === 3 && manifest?.options.channels === 'BGR' ? 'BGR' : 'RGB';
    return { column, width, height, channels, step, levels: levelsOf(column, channels, order, manifest?.options.scale), reversed: order === 'BGR' };
  }
  return null;
}

/** 2 for H W C, 0 for C H W, -1 where no dimension can be one of channels. */
function channelAxis({ shape, dimNames }: Column): number {
  const is = (axis: number): boolean => shape![axis] === 1 || shape![axis] === 3;
  const named = dimNames?.findIndex((name) => /^c(hannels?)?$/i.test(name)) ?? -1;
  if (named >= 0) return named !== 1 && is(named) ? named : -1;
  return is(2) ? 2 : is(0) ? 0 : -1;
}

/** How the values of a scale become levels again. What is stored as uint8 is levels already. */
function levelsOf({ dtype }: Column, channels: number, order: Channels, scale: unknown): PictureColumn['levels'] {
  const affine = dtype === 'uint8' ? null : SCALES.includes(scale as Scale) ? affineOf({ scale: scale as Scale, channels: order }) : undefined;
  if (affine === undefined) return null;
  return Array.from({ length: channels }, (_, channel) =>
    (affine === null ? { multiply: 1, add: 0 } : { multiply: 1 / affine.multiply[channel], add: -affine.add[channel] / affine.multiply[channel] }));
}

/** One row's picture as RGB, three bytes a pixel; null where the row has none. */
export function pictureOf(picture: PictureColumn, batch: Batch, row: number): Uint8Array | null {
  const { column, width, height, channels, step, reversed } = picture;
  const values = column.dtype === 'uint8' ? bytesOf(batch, column, row) : valuesOf(batch, column, row);
  if (values === null || typeof values === 'number' || typeof values === 'string') return null;
  const levels = picture.levels ?? stretched(values, channels);
  const rgb = new Uint8ClampedArray(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let color = 0; color < 3; color++) {
        const channel = channels === 1 ? 0 : reversed ? 2 - color : color;
        const { multiply, add } = levels[channel];
        rgb[to++] = values[y * step.y + x * step.x + channel * step.channel] * multiply + add;
      }
    }
  }
  return new Uint8Array(rgb.buffer);
}

function bytesOf(batch: Batch, { name, shape, nullable }: Column, row: number): Uint8Array | null {
  const size = elements(shape!);
  return nullable && batch.isNull(name, row) ? null : batch.bytes(name).subarray(row * size, (row + 1) * size);
}

/** From the least value to the greatest, where nobody says what they mean. */
function stretched(values: ArrayLike<number>, channels: number): NonNullable<PictureColumn['levels']> {
  let [low, high] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    if (values[at] < low) low = values[at];
    if (values[at] > high) high = values[at];
  }
  const multiply = high > low ? 255 / (high - low) : 0;
  return Array.from({ length: channels }, () => ({ multiply, add: -low * multiply }));
}
