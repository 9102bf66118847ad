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
  // A Uint8ClampedArray rounds and clamps.
  const levels = (values: Float64Array): Uint8Array => Uint8Array.from(new Uint8ClampedArray(values));
  const across = (from: ArrayLike<number>, rowCount: number): Float64Array => resizeRows(from, width, rowCount, columns);
  const down = (from: ArrayLike<number>, stride: number, firstRow: number): Float64Array => resizeColumns(from, stride, firstRow, rows);
  // The side that becomes smaller goes first, so that what lies between is never larger than both pictures.
  if (newHeight < height) return levels(across(down(rgb, width * 3, 0), box.height));
  const firstRow = Math.min(...rows.map(({ first }) => first));
  const endRow = Math.max(...rows.map(({ first, weights }) => first + weights.length));
  return levels(down(across(rgb.subarray(firstRow * width * 3), endRow - firstRow), box.width * 3, firstRow));
}

/** Every row gets a pixel for each of `columns`. */
function resizeRows(from: ArrayLike<number>, width: number, rowCount: number, columns: readonly Taps[]): Float64Array {
  const resized = new Float64Array(rowCount * columns.length * 3);
  for (let y = 0, to = 0; y < rowCount; y++) {
    for (const { first, weights } of columns) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let tap = 0, at = (y * width + first) * 3 + channel; tap < weights.length; tap++, at += 3) sum += from[at] * weights[tap];
        resized[to++] = sum;
      }
    }
  }
  return resized;
}

/** A row for each of `rows`. @param firstRow of the source, which `from` begins with */
function resizeColumns(from: ArrayLike<number>, stride: number, firstRow: number, rows: readonly Taps[]): Float64Array {
  const resized = new Float64Array(rows.length * stride);
  const sums = new Float64Array(stride);
  for (const [y, { first, weights }] of rows.entries()) {
    sums.fill(0);
    for (let tap = 0, line = (first - firstRow) * stride; tap < weights.length; tap++, line += stride) {
      const weight = weights[tap];
      for (let at = 0; at < stride; at++) sums[at] += from[line + at] * weight;
    }
    resized.set(sums, y * stride);
  }
  return resized;
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
