/** The geometry of a picture's way into the square: how large it becomes, and which part of it the square shows. No pixels here. */
import { InferplayError } from '../core/errors.js';
import type { Box } from '../core/image.js';
import { hash32 } from '../core/random.js';

export type Fit = { readonly kind: 'crop'; readonly shorter: number } | { readonly kind: 'contain' } | { readonly kind: 'stretch' };

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Top left corner of a square in the resized picture; negative where the square begins outside of it. */
export interface Corner {
  readonly left: number;
  readonly top: number;
}

/** Side lengths: a resized picture may not be longer, and no list of weights needs more. */
const SHORTER_MAX = 65_536;

/** What torchvision and most papers take for 224: 256, and as much more for other sizes. */
export function defaultFit(size: number): string {
  return `shorter:${Math.round((size * 8) / 7)}+crop`;
}

/** @throws InferplayError USAGE */
export function parseFit(text: string, size: number): Fit {
  if (text === 'cover') return { kind: 'crop', shorter: size };
  if (text === 'contain' || text === 'stretch') return { kind: text };
  const shorter = Number(/^shorter:(\d{1,9})\+crop$/.exec(text)?.[1] ?? NaN);
  if (Number.isNaN(shorter)) throw new InferplayError('USAGE', `use case vision, option fit: "${text}" is not one of shorter:N+crop, cover, contain, stretch.`);
  if (shorter < size || shorter > SHORTER_MAX) {
    throw new InferplayError('USAGE', `use case vision, option fit: a shorter side of ${shorter} does not do for a crop of ${size}; it must be at least ${size} and at most ${SHORTER_MAX}.`);
  }
  return { kind: 'crop', shorter };
}

/** The longer side is rounded down for a crop, as torchvision and aibench do, and to the nearest to be contained. */
export function resizedSize(fit: Fit, { width, height }: Size, size: number): Size {
  if (fit.kind === 'stretch') return { width: size, height: size };
  const shorter = Math.min(width, height);
  const longer = Math.max(width, height);
  const [short, long] = fit.kind === 'crop'
    ? [fit.shorter, Math.floor((fit.shorter * longer) / shorter)]
    : [Math.max(1, Math.round((size * shorter) / longer)), size];
  return width < height ? { width: short, height: long } : { width: long, height: short };
}

/** The square in the middle, or around the middle; half a pixel too many is to the right and below. */
export function centred({ width, height }: Size, size: number): Corner {
  return { left: Math.trunc((width - size) / 2), top: Math.trunc((height - size) / 2) };
}

/** Squares in two corners that are opposite: together they cover whatever any square can show. */
export function outermost({ width, height }: Size, size: number): readonly Corner[] {
  return [{ left: 0, top: 0 }, { left: width - size, top: height - size }];
}

/** Every place within the picture is as likely; it depends on the seed, the image and the copy alone. */
export function randomCorner({ width, height }: Size, size: number, seed: number, image: number, copy: number): Corner {
  const place = (room: number, column: number): number => Math.floor(((room + 1) * hash32(seed, image, column)) / 2 ** 32);
  return { left: place(width - size, 2 * copy), top: place(height - size, 2 * copy + 1) };
}

/** The part of the picture that the squares show together. */
export function coveredBox(picture: Size, corners: readonly Corner[], size: number): Box {
  const lefts = corners.map(({ left }) => left);
  const tops = corners.map(({ top }) => top);
  const left = Math.max(0, Math.min(...lefts));
  const top = Math.max(0, Math.min(...tops));
  return {
    left, top,
    width: Math.min(picture.width, Math.max(...lefts) + size) - left,
    height: Math.min(picture.height, Math.max(...tops) + size) - top,
  };
}

/** Exif orientations 5 to 8 exchange width and height. */
export function isTurned(orientation: number): boolean {
  return orientation >= 5;
}

export function turnedSize({ width, height }: Size, orientation: number): Size {
  return isTurned(orientation) ? { width: height, height: width } : { width, height };
}

/** The box of an upright picture of a size as it lies in the stored one. */
export function storedBox({ left, top, width, height }: Box, upright: Size, orientation: number): Box {
  const right = upright.width - left - width;
  const bottom = upright.height - top - height;
  switch (orientation) {
    case 2: return { left: right, top, width, height };
    case 3: return { left: right, top: bottom, width, height };
    case 4: return { left, top: bottom, width, height };
    case 5: return { left: top, top: left, width: height, height: width };
    case 6: return { left: top, top: right, width: height, height: width };
    case 7: return { left: bottom, top: right, width: height, height: width };
    case 8: return { left: bottom, top: left, width: height, height: width };
    default: return { left, top, width, height };
  }
}
