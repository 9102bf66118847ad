import assert from 'node:assert/strict';
import { test } from 'node:test';
import { affineOf, type Channels, type Scale } from '../../core/scale.js';

test('scales are what their names say', () => {
  const at = (scale: Scale, channels: Channels, level: number): number[] => {
    const { multiply, add } = affineOf({ scale, channels })!;
    return multiply.map((factor, channel) => Math.fround(level * factor + add[channel]));
  };
  assert.deepEqual(at('0..1', 'RGB', 255), [1, 1, 1]);
  assert.deepEqual([...at('-1..1', 'RGB', 0), ...at('-1..1', 'BGR', 255)], [-1, -1, -1, 1, 1, 1]);
  const imagenet = [(0.5 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0.5 - 0.406) / 0.225].map(Math.fround);
  assert.deepEqual(at('imagenet', 'RGB', 127.5), imagenet);
  assert.deepEqual(at('imagenet', 'BGR', 127.5), [...imagenet].reverse());
  assert.equal(affineOf({ scale: 'none', channels: 'RGB' }), null);
});
