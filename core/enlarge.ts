/**
 * Resizing where a side of the picture grows. libvips, and so sharp, then samples half a pixel beside where PIL, OpenCV and the training
 * pipelines do; small pictures are rare, so that plain code does for them. A side that becomes smaller at the same time is averaged as it should be.
 */
import type { Resize } from './image.js';

/** Weights of the source's pixels `first` and on for one pixel of the result; they sum to 1. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

interface Filter {
  readonly radius: number;
  readonly at: (distance: number) => number;
}

const LINEAR: Filter = { radius: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) };

/** Keys' cubic with a = -1/2. */
const CUBIC: Filter = {
  radius: 2,
  at(distance) {
    const x = Math.abs(distance);
    return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
  },
};

/**
 * @param rgb three bytes a pixel, row after row
 * @returns the part of the resized picture that `resize` wants; wider kernels than the cubic are taken as the cubic
 */
export function enlarge(rgb: Uint8Array, width: number, height: number, { width: newWidth, height: newHeight, box, kernel }: Resize): Uint8Array {
  const filter = kernel === 'nearest' ? null : kernel === 'linear' ? LINEAR : CUBIC;
  const columns = Array.from({ length: box.width }, (_, x) => tapsOf(box.left + x, width, newWidth, filter));
  const rows = Array.from({ length: box.height }, (_, y) => tapsOf(box.top + y, height, newHeight, filter));
  const firstRow = Math.min(...rows.map(({ first }) => first));
  const endRow = Math.max(...rows.map(({ first, weights }) => first + weights.length));
  const across = new Float32Array((endRow - firstRow) * box.width * 3);
  for (let y = firstRow, to = 0; y < endRow; y++) {
    for (const { first, weights } of columns) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let tap = 0, from = (y * width + first) * 3 + channel; tap < weights.length; tap++, from += 3) sum += rgb[from] * weights[tap];
        across[to++] = sum;
      }
    }
  }
  // A Uint8ClampedArray rounds and clamps.
  const result = new Uint8ClampedArray(box.width * box.height * 3);
  const stride = box.width * 3;
  for (const [y, { first, weights }] of rows.entries()) {
    for (let at = 0; at < stride; at++) {
      let sum = 0;
      for (let tap = 0, from = (first - firstRow) * stride + at; tap < weights.length; tap++, from += stride) sum += across[from] * weights[tap];
      result[y * stride + at] = sum;
    }
  }
  return new Uint8Array(result.buffer);
}

function tapsOf(index: number, size: number, newSize: number, filter: Filter | null): Taps {
  const scale = size / newSize;
  const centre = (index + 0.5) * scale;
  if (filter === null) return { first: Math.min(size - 1, Math.floor(centre)), weights: Float64Array.of(1) };
  const stretch = Math.max(1, scale);
  const first = Math.max(0, Math.floor(centre - filter.radius * stretch + 0.5));
  const end = Math.min(size, Math.floor(centre + filter.radius * stretch + 0.5));
  const weights = Float64Array.from({ length: end - first }, (_, tap) => filter.at((first + tap + 0.5 - centre) / stretch));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { first, weights: weights.map((weight) => weight / sum) };
}
