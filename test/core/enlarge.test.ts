import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { enlarge } from '../../core/enlarge.js';
import type { Kernel } from '../../core/image.js';

/** One row of grey levels, resized. */
function row(levels: readonly number[], width: number, kernel: Kernel, height = 1): number[] {
  const rgb = Uint8Array.from(levels.flatMap((level) => [level, level, level]));
  const made = enlarge(rgb, levels.length, 1, { width, height, box: { left: 0, top: 0, width, height }, kernel, background: [0, 0, 0] });
  return [...made].filter((_, at) => at % 3 === 0).slice(0, width);
}

// What Pillow 12 answers: Image.fromarray(levels).resize((width, 1), filter).
const LEVELS = [0, 0, 100, 200, 0, 0, 0, 0];

test('pixels are sampled where PIL samples them', () => {
  assert.deepEqual(row(LEVELS, 16, 'linear'), [0, 0, 0, 25, 75, 125, 175, 150, 50, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(row(LEVELS, 20, 'linear'), [0, 0, 0, 0, 30, 70, 110, 150, 190, 140, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(row(LEVELS, 16, 'nearest'), [0, 0, 0, 0, 100, 100, 200, 200, 0, 0, 0, 0, 0, 0, 0, 0]);
  const cubic = [0, 0, 0, 18, 73, 132, 196, 166, 43, 0, 0, 0, 0, 0, 0, 0];
  for (const kernel of ['cubic', 'lanczos3'] as const) for (const [at, level] of row(LEVELS, 16, kernel).entries()) assert.ok(Math.abs(level - cubic[at]) <= 1, `${kernel} ${at}`);
});

test('a side that becomes smaller is averaged while the other grows', () => {
  assert.deepEqual(row([0, 100, 0, 100, 0, 100, 0, 100], 2, 'linear', 3), [46, 54]);
});

test('a picture of one colour stays so, and a part is the part of the whole', () => {
  const cases = fc.record({
    width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }), seed: fc.integer(), left: fc.nat(9), top: fc.nat(9), kernel: fc.constantFrom<Kernel>('nearest', 'linear', 'cubic'),
  });
  fc.assert(fc.property(cases, ({ width, height, seed, left, top, kernel }) => {
    const [newWidth, newHeight] = [width + 11, height + 10];
    const whole = { width: newWidth, height: newHeight, box: { left: 0, top: 0, width: newWidth, height: newHeight }, kernel, background: [0, 0, 0] as const };
    assert.ok(enlarge(new Uint8Array(width * height * 3).fill(seed & 255), width, height, whole).every((value) => value === (seed & 255)));
    const rgb = Uint8Array.from({ length: width * height * 3 }, (_, at) => Math.imul(at + 1, seed) >>> 11);
    const all = enlarge(rgb, width, height, whole);
    const box = { left, top, width: newWidth - left, height: newHeight - top };
    const part = enlarge(rgb, width, height, { ...whole, box });
    for (let y = 0; y < box.height; y++) {
      const from = 3 * ((y + top) * newWidth + left);
      assert.deepEqual(part.subarray(3 * y * box.width, 3 * (y + 1) * box.width), all.subarray(from, from + 3 * box.width));
    }
  }));
});
