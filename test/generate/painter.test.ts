import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { paint, sizeOfPainting } from '../../generate/painter.js';

test('the same seed and image give the same picture, and others give others', () => {
  const hash = (seed: number, image: number): string => createHash('sha256').update(paint(seed, image).rgb).digest('hex');
  assert.equal(hash(5, 9), hash(5, 9));
  assert.equal(new Set([hash(5, 9), hash(5, 10), hash(6, 9)]).size, 3);
});

test('the bytes are the same on every machine', () => {
  const hash = createHash('sha256');
  for (let image = 0; image < 8; image++) hash.update(paint(1, image).rgb);
  assert.equal(hash.digest('hex').slice(0, 16), 'a43e68e314e93f2e');
});

test('pictures differ in size and shape, and are no single colour', () => {
  const sizes = new Set<string>();
  for (let image = 0; image < 40; image++) {
    const { width, height, rgb } = paint(1, image);
    assert.deepEqual({ width, height }, sizeOfPainting(1, image));
    assert.equal(rgb.length, width * height * 3);
    assert.ok(Math.max(width, height) <= 640 && Math.max(width, height) >= 240 && Math.min(width, height) > 130);
    assert.ok(new Set(rgb).size > 60, `image ${image}`);
    sizes.add(`${width} x ${height}`);
  }
  assert.ok(sizes.size > 30);
});
