/** From decoded pixels to a tensor: turned upright, placed in the square, with channels, layout, scale and type as the data set has them. */
import { affineOf, type Channels, type Scale } from '../core/scale.js';
import { isTurned } from './fit.js';
import { float16Bits } from './float16.js';

export type Layout = 'NHWC' | 'NCHW';
export type StoredDtype = 'uint8' | 'float32' | 'float16';

export interface TensorForm {
  readonly size: number;
  readonly layout: Layout;
  readonly channels: Channels;
  readonly dtype: StoredDtype;
  readonly scale: Scale;
  /** Around a picture that does not fill the square. */
  readonly background: readonly [number, number, number];
}

export function shapeOf({ size, layout }: Pick<TensorForm, 'size' | 'layout'>): number[] {
  return layout === 'NHWC' ? [size, size, 3] : [3, size, size];
}

export function dimNamesOf(layout: Layout): string[] {
  return layout === 'NHWC' ? ['H', 'W', 'C'] : ['C', 'H', 'W'];
}

export function channelAxis(layout: Layout): number {
  return layout === 'NHWC' ? 2 : 0;
}

/** A part of a picture in memory. */
export interface Patch {
  /** Red, green, blue; as it is stored, not turned. */
  readonly rgb: Uint8Array;
  /** Size when it is upright, and where in the square its corner lies; it may reach beyond. */
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  /** Exif's. */
  readonly orientation: number;
}

/** Writes the square as one row of the column. */
export type Pack = (patch: Patch, row: Uint8Array) => void;

/** Where the pixel (x, y) of an upright picture is stored: start + x * stepX + y * stepY. */
export function walkOf({ width, height, orientation }: Pick<Patch, 'width' | 'height' | 'orientation'>): { start: number; stepX: number; stepY: number } {
  const stride = isTurned(orientation) ? height : width;
  const last = width * height - 1;
  switch (orientation) {
    case 2: return { start: stride - 1, stepX: -1, stepY: stride };
    case 3: return { start: last, stepX: -1, stepY: -stride };
    case 4: return { start: last - stride + 1, stepX: 1, stepY: -stride };
    case 5: return { start: 0, stepX: stride, stepY: 1 };
    case 6: return { start: last - stride + 1, stepX: -stride, stepY: 1 };
    case 7: return { start: last, stepX: -stride, stepY: -1 };
    case 8: return { start: stride - 1, stepX: stride, stepY: -1 };
    default: return { start: 0, stepX: 1, stepY: stride };
  }
}

export function createPack(form: TensorForm): Pack {
  const { size, layout, channels, dtype, background } = form;
  const tables = tablesOf(form);
  const plain = dtype === 'uint8' && layout === 'NHWC' && channels === 'RGB';
  // In the row: from pixel to pixel, and from channel to channel.
  const [pixelStep, channelStep] = layout === 'NHWC' ? [3, 1] : [1, size * size];
  return (patch, row) => {
    const values = valuesOf(dtype, row);
    const { left, top } = patch;
    const [fromX, fromY] = [Math.max(0, left), Math.max(0, top)];
    const [toX, toY] = [Math.min(size, left + patch.width), Math.min(size, top + patch.height)];
    const { start, stepX, stepY } = walkOf(patch);
    const { rgb } = patch;
    const whole = fromX === 0 && fromY === 0 && toX === size && toY === size;
    if (!whole) fill(values, form, tables, background);
    // The usual case: the patch is upright and as wide as the square, so that its bytes are the row's.
    if (whole && plain && stepX === 1 && stepY === size) {
      const from = start - left - top * size;
      values.set(rgb.subarray(3 * from, 3 * (from + size * size)));
      return;
    }
    for (let y = fromY; y < toY; y++) {
      const from = 3 * (start + (fromX - left) * stepX + (y - top) * stepY);
      if (plain && stepX === 1) {
        values.set(rgb.subarray(from, from + 3 * (toX - fromX)), 3 * (y * size + fromX));
        continue;
      }
      for (let channel = 0; channel < 3; channel++) {
        const table = tables[channel];
        let source = from + (channels === 'RGB' ? channel : 2 - channel);
        let to = (y * size + fromX) * pixelStep + channel * channelStep;
        for (let x = fromX; x < toX; x++, source += 3 * stepX, to += pixelStep) values[to] = table[rgb[source]];
      }
    }
  };
}

type Values = Uint8Array | Uint16Array | Float32Array;

function valuesOf(dtype: StoredDtype, { buffer, byteOffset, byteLength }: Uint8Array): Values {
  if (dtype === 'uint8') return new Uint8Array(buffer, byteOffset, byteLength);
  return dtype === 'float16' ? new Uint16Array(buffer, byteOffset, byteLength / 2) : new Float32Array(buffer, byteOffset, byteLength / 4);
}

/** The stored value of every level, for each channel. uint8 holds the levels themselves; what is made of them is said by the column. */
function tablesOf(form: TensorForm): readonly Values[] {
  const affine = affineOf(form);
  return [0, 1, 2].map((channel) => {
    if (form.dtype === 'uint8') return Uint8Array.from({ length: 256 }, (_, level) => level);
    const value = (_: unknown, level: number): number => (affine === null ? level : level * affine.multiply[channel] + affine.add[channel]);
    return form.dtype === 'float32' ? Float32Array.from({ length: 256 }, value) : Uint16Array.from({ length: 256 }, (_, level) => float16Bits(value(_, level)));
  });
}

function fill(values: Values, { size, layout, channels }: TensorForm, tables: readonly Values[], background: readonly [number, number, number]): void {
  const area = size * size;
  for (let channel = 0; channel < 3; channel++) {
    const value = tables[channel][background[channels === 'RGB' ? channel : 2 - channel]];
    if (layout === 'NCHW') values.fill(value, channel * area, (channel + 1) * area);
    else for (let at = channel; at < 3 * area; at += 3) values[at] = value;
  }
}
