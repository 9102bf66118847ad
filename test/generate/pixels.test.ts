import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createConvert } from '../../core/conversion.js';
import { affineOf } from '../../core/scale.js';
import { channelAxis, createPack, dimNamesOf, shapeOf, walkOf, type Patch, type TensorForm } from '../../generate/pixels.js';

const PLAIN: TensorForm = { size: 4, layout: 'NHWC', channels: 'RGB', dtype: 'uint8', scale: 'none', background: [7, 8, 9] };

/** A patch whose pixel (x, y) of the upright picture has the levels 10x + y, 100 + 10x + y, 200 + x. */
function patchOf(width: number, height: number, left: number, top: number, orientation: number): Patch {
  const rgb = new Uint8Array(width * height * 3);
  const { start, stepX, stepY } = walkOf({ width, height, orientation });
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgb.set([10 * x + y, 100 + 10 * x + y, 200 + x], 3 * (start + x * stepX + y * stepY));
  return { rgb, width, height, left, top, orientation };
}

function pack(form: TensorForm, patch: Patch): Uint8Array {
  const bytes = { uint8: 1, float16: 2, float32: 4 }[form.dtype];
  const row = new Uint8Array(form.size * form.size * 3 * bytes);
  createPack(form)(patch, row);
  return row;
}

test('the walk of an orientation turns a stored picture upright', () => {
  // Stored rows of a 3 x 2 picture (letters a to f) and what Exif's orientations make of it.
  const stored = 'abcdef';
  const upright: { readonly [orientation: number]: string } = { 1: 'abcdef', 2: 'cbafed', 3: 'fedcba', 4: 'defabc', 5: 'adbecf', 6: 'daebfc', 7: 'fcebda', 8: 'cfbead' };
  for (const [orientation, wanted] of Object.entries(upright)) {
    const [width, height] = Number(orientation) >= 5 ? [2, 3] : [3, 2];
    const { start, stepX, stepY } = walkOf({ width, height, orientation: Number(orientation) });
    let seen = '';
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) seen += stored[start + x * stepX + y * stepY];
    assert.equal(seen, wanted, `orientation ${orientation}`);
  }
});

test('each value stands where layout, channels, place and orientation say, and what is not covered is background', () => {
  const cases = fc.record({
    layout: fc.constantFrom('NHWC' as const, 'NCHW' as const), channels: fc.constantFrom('RGB' as const, 'BGR' as const), orientation: fc.integer({ min: 1, max: 8 }),
    width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }), left: fc.integer({ min: -4, max: 4 }), top: fc.integer({ min: -4, max: 4 }),
  });
  const whole = { layout: 'NHWC', channels: 'RGB', left: 0, width: 4 } as const;
  const examples = [1, 2, 3, 4].map((orientation): [typeof cases extends fc.Arbitrary<infer T> ? T : never] => [{ ...whole, orientation, height: 7, top: -2 }]);
  fc.assert(fc.property(cases, ({ layout, channels, orientation, width, height, left, top }) => {
    const form = { ...PLAIN, layout, channels };
    const row = pack(form, patchOf(width, height, left, top, orientation));
    for (let y = 0; y < 4; y++) {
      for (let x = 0; x < 4; x++) {
        const [u, v] = [x - left, y - top];
        const covered = u >= 0 && v >= 0 && u < width && v < height;
        const rgb = covered ? [10 * u + v, 100 + 10 * u + v, 200 + u] : [7, 8, 9];
        const seen = [0, 1, 2].map((channel) => row[layout === 'NHWC' ? 3 * (4 * y + x) + channel : 16 * channel + 4 * y + x]);
        assert.deepEqual(seen, channels === 'RGB' ? rgb : rgb.reverse());
      }
    }
  }), { examples });
});

test('float32 holds what uint8 becomes when it is sent, and float16 the nearest to it', () => {
  const patch = patchOf(4, 4, 0, 0, 1);
  for (const layout of ['NHWC', 'NCHW'] as const) {
    for (const channels of ['RGB', 'BGR'] as const) {
      for (const scale of ['0..1', '-1..1', 'imagenet'] as const) {
        const form = { ...PLAIN, layout, channels, scale };
        const sent = new Float32Array(48);
        createConvert({ dtype: 'float32', axis: channelAxis(layout), ...affineOf(form)! }, shapeOf(form))(pack(form, patch), sent);
        assert.deepEqual(new Float32Array(pack({ ...form, dtype: 'float32' }, patch).buffer), sent);
        const halves = new Uint16Array(pack({ ...form, dtype: 'float16' }, patch).buffer);
        for (const [at, half] of halves.entries()) {
          const value = (half & 0x8000 ? -1 : 1) * (1 + (half & 0x3ff) / 1024) * 2 ** (((half >> 10) & 31) - 15);
          assert.ok(Math.abs(value - sent[at]) <= Math.max(2 ** -14, Math.abs(sent[at]) / 2048), `${value} for ${sent[at]}`);
        }
      }
    }
  }
  assert.deepEqual([...new Float32Array(pack({ ...PLAIN, dtype: 'float32' }, patch).buffer).subarray(0, 3)], [0, 100, 200]);
});

test('shapes and names of dimensions follow the layout', () => {
  assert.deepEqual([shapeOf({ size: 5, layout: 'NCHW' }), dimNamesOf('NCHW'), dimNamesOf('NHWC')], [[3, 5, 5], ['C', 'H', 'W'], ['H', 'W', 'C']]);
});
