import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '../../core/dataset.js';
import type { Column } from '../../core/manifest.js';
import { pictureColumn, pictureOf } from '../../report/picture.js';

/** Two pixels side by side, dark red and light blue, as levels. */
const RGB = [100, 10, 20, 30, 40, 250];

function column(shape: readonly number[], dtype: Column['dtype'] = 'uint8', dimNames?: readonly string[]): Column {
  return { name: 'image', dtype, shape, nullable: false, ...(dimNames && { dimNames }) };
}

function batchOf(data: Uint8Array): Batch {
  return { firstRow: 0, rows: 1, ids: Float64Array.of(0), bytes: () => data, text: () => null, isNull: () => false };
}

function shown(values: Uint8Array | Float32Array, of: Column, options: { [name: string]: string } = {}): number[] {
  const picture = pictureColumn([of], { options })!;
  return [...pictureOf(picture, batchOf(new Uint8Array(values.buffer)), 0)!];
}

const planes = (values: readonly number[]): number[] => [0, 3, 1, 4, 2, 5].map((at) => values[at]);
const reversed = (values: readonly number[]): number[] => [2, 1, 0, 5, 4, 3].map((at) => values[at]);

test('levels are shown as they are, in either layout and order of channels', () => {
  assert.deepEqual(shown(Uint8Array.from(RGB), column([1, 2, 3])), RGB);
  assert.deepEqual(shown(Uint8Array.from(planes(RGB)), column([3, 1, 2], 'uint8', ['C', 'H', 'W'])), RGB);
  assert.deepEqual(shown(Uint8Array.from(planes(RGB)), column([3, 1, 2])), RGB);
  assert.deepEqual(shown(Uint8Array.from(reversed(RGB)), column([1, 2, 3]), { channels: 'BGR' }), RGB);
});

test('scaled values become levels again', () => {
  const floats = (make: (level: number, channel: number) => number) => Float32Array.from(RGB, (level, at) => make(level, at % 3));
  const [mean, deviation] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];
  const of = column([1, 2, 3], 'float32');
  assert.deepEqual(shown(floats((level) => level / 255), of, { scale: '0..1' }), RGB);
  assert.deepEqual(shown(floats((level) => level / 127.5 - 1), of, { scale: '-1..1' }), RGB);
  assert.deepEqual(shown(floats((level) => level), of, { scale: 'none' }), RGB);
  assert.deepEqual(shown(floats((level, channel) => (level / 255 - mean[channel]) / deviation[channel]), of, { scale: 'imagenet' }), RGB);
  const bgr = Float32Array.from(reversed(RGB), (level, at) => (level / 255 - mean[2 - (at % 3)]) / deviation[2 - (at % 3)]);
  assert.deepEqual(shown(bgr, of, { scale: 'imagenet', channels: 'BGR' }), RGB);
});

test('values of an unknown scale are stretched from the least to the greatest', () => {
  assert.deepEqual(shown(Float32Array.of(-7, 1, 9), column([1, 3, 1], 'float32')), [0, 0, 0, 128, 128, 128, 255, 255, 255]);
  assert.deepEqual(shown(Float32Array.of(5, 5), column([1, 2, 1], 'float32')).every(Number.isInteger), true);
});

test('what is no picture is not taken for one', () => {
  for (const of of [column([30]), column([4, 5]), column([4, 5, 6]), column([2, 2, 4]), column([4, 3, 5], 'uint8', ['H', 'C', 'W'])]) assert.equal(pictureColumn([of], null), null);
  assert.equal(pictureColumn([{ name: 'id', dtype: 'uint64', shape: null, nullable: false }], null), null);
});
