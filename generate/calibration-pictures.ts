/**
 * Small pictures on which a network's random weights are scaled. They are fallen leaves: ellipses and rectangles that cover each other, a few
 * large and many small ones, which is how lightness, contrast, colour and edges of photographs are distributed, near enough. What makes them
 * is additions, multiplications, divisions and square roots: every machine gets the same bits.
 */
import { uniform } from '../core/random.js';
import type { Maps } from './convolution.js';

const COLOURS = 3;
const LEAVES = 30;
/** Radius of the smallest and the largest leaf, as parts of the picture's side. */
const RADIUS_MIN = 1 / 8;
const RADIUS_MAX = 1 / 2;
const RADIUS_RATIO = RADIUS_MIN / RADIUS_MAX;

interface Leaf {
  readonly round: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Red, green and blue. */
  readonly colour: readonly number[];
}

/** Pictures of three channels with values from 0 to 1. */
export function calibrationPictures(seed: number, count: number, size: number): Maps {
  const values = new Float64Array(count * size * size * COLOURS);
  let index = 0;
  const draw = (): number => uniform(seed, index++);
  for (let picture = 0; picture < count; picture++) {
    const own = values.subarray(picture * size * size * COLOURS, (picture + 1) * size * size * COLOURS);
    const lightness = 0.27 + 0.36 * draw();
    const light = Array.from({ length: COLOURS }, () => lightness + 0.1 * (draw() - 0.5));
    const contrast = 0.7 + 0.5 * draw();
    const colourfulness = 0.1 + 0.4 * draw();
    for (let leaf = 0; leaf < LEAVES; leaf++) {
      // The density of radii falls with their third power: then a part of the picture looks like the whole.
      const radius = (size * RADIUS_MIN) / Math.sqrt(1 - draw() * (1 - RADIUS_RATIO * RADIUS_RATIO));
      const shade = draw() - 0.5;
      const colour = light.map((mean) => inUnit(mean + contrast * (shade + colourfulness * (draw() - 0.5))));
      const cut: Leaf = { round: draw() < 0.5, x: draw() * size, y: draw() * size, width: radius, height: radius * (0.3 + 0.7 * draw()), colour };
      // The first is the ground that the others fall on.
      cover(own, size, leaf > 0 ? cut : { ...cut, round: false, width: size, height: size });
    }
  }
  return { count, size, channels: COLOURS, values };
}

function inUnit(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function cover(values: Float64Array, size: number, { round, x: left, y: top, width, height, colour }: Leaf): void {
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const across = (x - left) / width;
      const down = (y - top) / height;
      const inside = round ? across * across + down * down <= 1 : Math.abs(across) <= 1 && Math.abs(down) <= 1;
      if (inside) values.set(colour, (y * size + x) * COLOURS);
    }
  }
}
