import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { calibrationPictures } from '../../generate/calibration-pictures.js';

const COUNT = 64;
const SIZE = 32;

function split(values: Float64Array): Float64Array[] {
  return Array.from({ length: COUNT }, (_, picture) => values.subarray(picture * SIZE * SIZE * 3, (picture + 1) * SIZE * SIZE * 3));
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: Float64Array): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

test('pictures are as light, contrasty and smooth as photographs, and differ in it', () => {
  const { count, size, channels, values } = calibrationPictures(1, COUNT, SIZE);
  assert.deepEqual([count, size, channels, values.length], [COUNT, SIZE, 3, COUNT * SIZE * SIZE * 3]);
  assert.ok(values.every((value) => value >= 0 && value <= 1));
  const pictures = split(values);
  const lightness = Float64Array.from(pictures, mean);
  assert.ok(Math.abs(mean(lightness) - 0.45) < 0.1, `mean ${mean(lightness)}`);
  assert.ok(deviation(lightness) > 0.07, `deviation of the means ${deviation(lightness)}`);
  const contrast = Float64Array.from(pictures, deviation);
  assert.ok(Math.abs(mean(contrast) - 0.25) < 0.06, `mean deviation ${mean(contrast)}`);
  const steps = Float64Array.from(pictures, (picture) => {
    const squares = picture.map((value, index) => (index % (SIZE * 3) < 3 ? 0 : (value - picture[index - 3]) ** 2));
    return Math.sqrt(mean(squares)) / deviation(picture);
  });
  assert.ok(mean(steps) > 0.3 && mean(steps) < 0.6, `steps between neighbours ${mean(steps)}`);
  const colour = Float64Array.from(pictures, (picture) => deviation(picture.map((value, index) => (index % 3 === 0 ? value - picture[index + 1] : 0))));
  assert.ok(mean(colour) > 0.02, `red minus green ${mean(colour)}`);
  assert.equal(new Set(pictures.map((picture) => createHash('sha256').update(picture).digest('hex'))).size, COUNT);
});

test('the same seed gives the same pictures, another one others', () => {
  const { values } = calibrationPictures(7, 4, 16);
  assert.deepEqual(calibrationPictures(7, 4, 16).values, values);
  assert.notDeepEqual(calibrationPictures(8, 4, 16).values, values);
});
