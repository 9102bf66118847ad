import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniform } from '../../core/random.js';
import { average, depthwise, neighbourhoods, pointwise, samePadding, type Maps } from '../../generate/convolution.js';

let drawn = 0;

function randoms(count: number): Float64Array {
  return Float64Array.from({ length: count }, () => Math.fround(uniform(1, drawn++) - 0.5));
}

function randomMaps(count: number, size: number, channels: number): Maps {
  return { count, size, channels, values: randoms(count * size * size * channels) };
}

/** A convolution as its definition says, one output at a time; weights [outputs][channels][3][3]. */
function direct({ size, channels, values }: Maps, weights: ArrayLike<number>, stride: number, before: number, map: number, row: number, column: number, output: number): number {
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 3; x++) {
        const from = [row * stride - before + y, column * stride - before + x];
        if (from.some((at) => at < 0 || at >= size)) continue;
        sum += values[((map * size + from[0]) * size + from[1]) * channels + channel] * weights[((output * channels + channel) * 3 + y) * 3 + x];
      }
    }
  }
  return sum;
}

function near(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, index) => assert.ok(Math.abs(actual[index] - value) < 1e-12, `${index}: ${actual[index]} is not ${value}`));
}

/** Calls `compute` for every value of maps, in their order. */
function every(count: number, size: number, channels: number, compute: (map: number, row: number, column: number, channel: number) => number): number[] {
  return Array.from({ length: count * size * size * channels }, (_, index) => {
    const position = Math.floor(index / channels);
    return compute(Math.floor(position / size / size), Math.floor(position / size) % size, position % size, index % channels);
  });
}

test("padding is TensorFlow's: outputs are the size over the stride, rounded up, and the odd zero is at the end", () => {
  for (const [size, stride, outputs, begin, end] of [[224, 2, 112, 0, 1], [33, 2, 17, 1, 1], [7, 1, 7, 1, 1], [2, 2, 1, 0, 1], [1, 1, 1, 1, 1], [1, 2, 1, 1, 1]]) {
    assert.deepEqual(samePadding(size, stride), { size: outputs, begin, end }, `${size} by ${stride}`);
  }
});

test('pointwise layers mix the channels of each position, whatever numbers there are of both', () => {
  for (const [count, size, channels, outputs] of [[2, 4, 5, 8], [1, 3, 7, 1], [3, 1, 4, 6], [1, 1, 1, 3], [1, 5, 2, 11]]) {
    const maps = randomMaps(count, size, channels);
    const weights = Float32Array.from(randoms(outputs * channels));
    const result = pointwise(maps, weights, outputs);
    assert.deepEqual([result.count, result.size, result.channels], [count, size, outputs]);
    near(result.values, every(count, size, outputs, (map, row, column, output) => {
      const from = ((map * size + row) * size + column) * channels;
      return weights.subarray(output * channels, (output + 1) * channels).reduce((sum, weight, channel) => sum + weight * maps.values[from + channel], 0);
    }));
  }
});

for (const [size, stride, outputs, before] of [[6, 1, 6, 1], [6, 2, 3, 0], [7, 2, 4, 1], [1, 1, 1, 1], [2, 2, 1, 0]]) {
  test(`kernels of 3 x 3 on maps of ${size} with stride ${stride} compute what the definition says`, () => {
    const maps = randomMaps(3, size, 4);
    const own = Float32Array.from(randoms(4 * 9));
    const each = depthwise(maps, own, stride);
    assert.deepEqual([each.count, each.size, each.channels], [3, outputs, 4]);
    near(each.values, every(3, outputs, 4, (map, row, column, channel) => {
      const alone = { ...maps, channels: 1, values: maps.values.filter((_, index) => index % 4 === channel) };
      return direct(alone, own, stride, before, map, row, column, channel);
    }));
    const full = Float32Array.from(randoms(5 * 4 * 9));
    const all = pointwise(neighbourhoods(maps, stride), full, 5);
    assert.deepEqual([all.count, all.size, all.channels], [3, outputs, 5]);
    near(all.values, every(3, outputs, 5, (map, row, column, output) => direct(maps, full, stride, before, map, row, column, output)));
  });
}

test('the average is that of each map and channel', () => {
  const result = average({ count: 2, size: 2, channels: 2, values: Float64Array.of(1, 10, 2, 20, 3, 30, 6, 60, 0, 0, 0, 0, 0, 4, 0, 0) });
  assert.deepEqual(result, { count: 2, size: 1, channels: 2, values: Float64Array.of(3, 30, 0, 1) });
});
