/**
 * Pictures made up from a seed, so that everything runs without any: of different sizes and aspect ratios, with gradients, shapes, stripes
 * and noise. Only additions, multiplications and divisions are used, whose results are the same on every machine.
 */
import { fillHash32 } from '../core/random.js';

export interface Painting {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of each pixel, row after row. */
  readonly rgb: Uint8Array;
}

/** As most photographs: a quarter of them stand. */
const ASPECTS = [1.5, 4 / 3, 1.5, 1.78, 1, 0.67, 1.25, 0.75];
const LONGER_MIN = 240;
const LONGER_MAX = 640;
const SHAPES_MAX = 9;
/** Words of the hash: one for each thing that is chosen. */
const WORDS = 32 + 12 * SHAPES_MAX;
const NOISE_MAX = 40;

/** Chooses one thing after the other; the order is part of what a picture looks like. */
interface Chooser {
  /** From 0 up to, and without, `limit`. */
  whole(limit: number): number;
  /** In [from, to). */
  between(from: number, to: number): number;
  colour(): [number, number, number];
}

function chooser(seed: number, image: number): Chooser {
  const words = new Uint32Array(WORDS);
  fillHash32(seed, image, words, 0, WORDS);
  let next = 0;
  const share = (): number => words[next++] / 2 ** 32;
  return {
    whole: (limit) => Math.floor(share() * limit),
    between: (from, to) => from + share() * (to - from),
    colour: () => [Math.floor(share() * 256), Math.floor(share() * 256), Math.floor(share() * 256)],
  };
}

export function sizeOfPainting(seed: number, image: number): { width: number; height: number } {
  const { whole, between } = chooser(seed, image);
  const aspect = ASPECTS[whole(ASPECTS.length)];
  const longer = Math.floor(between(LONGER_MIN, LONGER_MAX + 1));
  return aspect >= 1 ? { width: longer, height: Math.round(longer / aspect) } : { width: Math.round(longer * aspect), height: longer };
}

/** @param seed for paintings alone */
export function paint(seed: number, image: number): Painting {
  const { width, height } = sizeOfPainting(seed, image);
  const choose = chooser(seed, image);
  choose.whole(1);
  choose.whole(1);
  const painting = { width, height, rgb: new Uint8Array(width * height * 3) };
  gradient(painting, choose);
  if (choose.whole(2) === 0) stripes(painting, choose);
  for (let shapes = 2 + choose.whole(SHAPES_MAX - 1); shapes > 0; shapes--) shape(painting, choose);
  noise(painting, choose);
  return painting;
}

function gradient({ width, height, rgb }: Painting, { between, colour }: Chooser): void {
  const from = colour();
  const to = colour();
  const across = between(-1, 1);
  const down = between(-1, 1);
  // The lowest and the highest value of the slope over the corners, so that both colours are met.
  const low = Math.min(0, across) + Math.min(0, down);
  const span = Math.abs(across) + Math.abs(down) + 1e-9;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const share = ((across * x) / width + (down * y) / height - low) / span;
      for (let channel = 0; channel < 3; channel++) rgb[at + channel] = from[channel] + (to[channel] - from[channel]) * share;
    }
  }
}

function stripes({ width, height, rgb }: Painting, { whole, colour }: Chooser): void {
  const ink = colour();
  const period = 6 + whole(40);
  const [across, down] = [1 + whole(3), whole(4)];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      if ((x * across + y * down) % period < period >> 1) continue;
      for (let channel = 0; channel < 3; channel++) rgb[at + channel] = (rgb[at + channel] + ink[channel]) >> 1;
    }
  }
}

/** A disc, a rectangle or a diamond that covers what is below it by half or more. */
function shape({ width, height, rgb }: Painting, { whole, between, colour }: Chooser): void {
  const kind = whole(3);
  const ink = colour();
  const cover = between(0.5, 1);
  const [centreX, centreY] = [between(0, width), between(0, height)];
  const radiusX = between(0.04, 0.35) * width;
  const radiusY = kind === 0 ? radiusX : between(0.04, 0.35) * height;
  const [fromX, toX] = [Math.max(0, Math.floor(centreX - radiusX)), Math.min(width, Math.ceil(centreX + radiusX))];
  const [fromY, toY] = [Math.max(0, Math.floor(centreY - radiusY)), Math.min(height, Math.ceil(centreY + radiusY))];
  for (let y = fromY; y < toY; y++) {
    const dy = Math.abs(y - centreY) / radiusY;
    for (let x = fromX, at = 3 * (y * width + fromX); x < toX; x++, at += 3) {
      const dx = Math.abs(x - centreX) / radiusX;
      if (kind === 0 ? dx * dx + dy * dy > 1 : kind === 2 && dx + dy > 1) continue;
      for (let channel = 0; channel < 3; channel++) rgb[at + channel] += (ink[channel] - rgb[at + channel]) * cover;
    }
  }
}

/** Grain of the picture: a stream of 32-bit words by xorshift (Marsaglia 2003) is quick, and good enough to be looked at. */
function noise({ rgb }: Painting, { whole }: Chooser): void {
  const strength = whole(NOISE_MAX);
  let word = whole(2 ** 32 - 1) + 1;
  for (let at = 0; at < rgb.length; at++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    const value = rgb[at] + ((((word >>> 16) & 255) * strength) >> 8) - (strength >> 1);
    rgb[at] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}
