import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { conversionFault, createConvert, sentDtype, type Conversion } from '../../core/conversion.js';

const UNIT: Conversion = { dtype: 'float32', axis: 2, multiply: [1 / 255, 1 / 255, 1 / 255], add: [0, 0, 0] };

function converted(conversion: Conversion, shape: readonly number[], stored: Uint8Array): Float32Array {
  const sent = new Float32Array(stored.length);
  createConvert(conversion, shape)(stored, sent);
  return sent;
}

test('all 256 levels become what a division by 255 gives', () => {
  const levels = Uint8Array.from({ length: 256 }, (_, level) => level);
  const all = new Uint8Array(256 * 3).map((_, at) => levels[at % 256]);
  assert.deepEqual(converted(UNIT, [256, 1, 3], all), Float32Array.from(all, (level) => level / 255));
});

test('each channel has its own factors, along whichever axis it lies', () => {
  const shapes = fc.record({
    shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    axis: fc.nat(3),
    seed: fc.integer(),
    same: fc.boolean(),
  });
  fc.assert(fc.property(shapes, ({ shape, axis: wanted, seed, same }) => {
    const axis = wanted % shape.length;
    const factors = Array.from({ length: shape[axis] }, (_, channel) => (same ? 0.5 : 0.25 * (channel + 1)));
    const add = factors.map((_, channel) => (same ? 1 : -channel));
    const stored = new Uint8Array(shape.reduce((product, size) => product * size, 1)).map((_, at) => Math.imul(at + 1, seed) >>> 9);
    const run = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
    const expected = Float32Array.from(stored, (value, at) => {
      const channel = Math.floor(at / run) % shape[axis];
      return value * factors[channel] + add[channel];
    });
    assert.deepEqual(converted({ dtype: 'float32', axis, multiply: factors, add }, shape, stored), expected);
  }));
});

test('values convert alike wherever they lie and however many they are, one by one or by tables of pairs', () => {
  for (const [axis, shape] of [[1, [1, 3]], [1, [9, 3]], [0, [3, 7]], [0, [1, 13]], [1, [500, 3]], [1, [401, 3]], [0, [3, 1024]], [0, [3, 1031]], [0, [2, 1029]], [0, [1, 2000]], [1, [700, 2]]] as const) {
    const conversion: Conversion = { dtype: 'float32', axis, multiply: Array.from({ length: shape[axis] }, (_, channel) => channel + 1), add: Array.from({ length: shape[axis] }, (_, channel) => 0.5 - channel) };
    const count = shape[0] * shape[1];
    const memory = new Uint8Array(count + 8).map((_, at) => at * 37 + (at >> 5));
    for (let offset = 0; offset < 8; offset++) {
      const stored = memory.subarray(offset, offset + count);
      const channelOf = (at: number): number => (axis === 1 ? at % shape[1] : Math.floor(at / shape[1]));
      const expected = Float32Array.from(stored, (value, at) => value * (channelOf(at) + 1) + 0.5 - channelOf(at));
      // A frame may lie on any multiple of four.
      const sent = new Float32Array(new ArrayBuffer(4 * count + 4), offset % 2 === 0 ? 0 : 4, count);
      createConvert(conversion, shape)(stored, sent);
      assert.deepEqual(sent, expected, `${shape} from byte ${offset}`);
      createConvert(conversion, shape)(stored, new Float32Array(sent.buffer, 4 - sent.byteOffset, count));
      assert.deepEqual(new Float32Array(sent.buffer, 4 - sent.byteOffset, count), expected, `${shape} from byte ${offset}, four bytes on`);
    }
  }
});

test('what is sent has the type that the conversion says', () => {
  assert.equal(sentDtype({ dtype: 'uint8', sent: UNIT }), 'float32');
  assert.equal(sentDtype({ dtype: 'uint8' }), 'uint8');
});

test('a conversion that does not fit the column says why', () => {
  assert.equal(conversionFault(UNIT, 'uint8', [2, 2, 3]), null);
  for (const [raw, dtype, shape, fault] of [
    [UNIT, 'float32', [2, 2, 3], /only uint8/],
    [UNIT, 'uint8', null, /only uint8 tensors/],
    [null, 'uint8', [3], /undefined is no type/],
    [{ ...UNIT, axis: 3 }, 'uint8', [2, 2, 3], /3 is no axis/],
    [{ ...UNIT, add: [0, 0] }, 'uint8', [2, 2, 3], /must hold 3 numbers each/],
    [{ ...UNIT, multiply: [1, 2, null] }, 'uint8', [2, 2, 3], /must hold 3 numbers each/],
  ] as const) {
    assert.match(conversionFault(raw, dtype, shape) ?? 'none', fault);
  }
});
