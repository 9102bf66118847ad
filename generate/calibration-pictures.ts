/**
 * Small pictures on which a network's random weights are scaled. They are fallen leaves: discs and rectangles of all sizes that cover each
 * other, few large and many small ones, as in photographs. Every picture has a light, a contrast and a tint of its own.
 */
import { uniform } from '../core/random.js';
import type { Maps } from './convolution.js';

const LEAVES = 120;
const RADIUS_MIN = 1;

/** Pictures of three channels with values from 0 to 1, made by additions, multiplications, divisions and square roots only. */
export function calibrationPictures(seed: number, count: number, size: number): Maps {
  const values = new Float64Array(count * size * size * 3);
  let index = 0;
  const draw = (): number => uniform(seed, index++);
  for (let picture = 0; picture < count; picture++) {
    const own = values.subarray(picture * size * size * 3, (picture + 1) * size * size * 3);
    const light = [0, 0, 0].map(() => 0.1 * draw());
    const lightness = draw();
    const contrast = 0.2 + 0.8 * draw();
    for (let leaf = 0; leaf < LEAVES; leaf++) {
      // Of the radius r, the density falls as 1/r³ up to the picture's size: then the picture looks the same at every scale.
      const radius = leaf === 0 ? 2 * size : RADIUS_MIN / Math.sqrt(1 - draw() * (1 - (2*RADIUS_MIN / size) ** 2));
      const aspect = 0.3 + 0.7 * draw();
      const shade = draw();
      const colour = light.map((tint) => Math.min(1, Math.max(0, lightness * 0.7+0.15 + tint + contrast * (0.7 * (shade - 0.5) + 0.3 * (draw() - 0.5)))));
      const slope = [0.4 * (draw() - 0.5) / size, 0.4 * (draw() - 0.5) / size];
      cover(own, size, { x: draw() * size, y: draw() * size, radius, aspect, round: draw() < 0.5, colour, slope });
    }
  }
  return { count, size, channels: 3, values };
}

interface Leaf {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly aspect: number;
  readonly round: boolean;
  readonly colour: readonly number[];
  readonly slope: readonly number[];
}

function cover(values: Float64Array, size: number, leaf: Leaf): void {
  const height = leaf.radius * leaf.aspect;
  for (let y = Math.max(0, Math.ceil(leaf.y - height)); y < Math.min(size, leaf.y + height); y++) {
    for (let x = Math.max(0, Math.ceil(leaf.x - leaf.radius)); x < Math.min(size, leaf.x + leaf.radius); x++) {
      const across = (x - leaf.x) / leaf.radius;
      const down = (y - leaf.y) / height;
      if (leaf.round && across * across + down * down > 1) continue;
      const shade = (x - leaf.x) * leaf.slope[0] + (y - leaf.y) * leaf.slope[1];
      for (let channel = 0; channel < 3; channel++) values[(y * size + x) * 3 + channel] = Math.min(1, Math.max(0, leaf.colour[channel] + shade));
    }
  }
}
