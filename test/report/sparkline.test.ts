import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sparkline } from '../../report/sparkline.js';

test('from zero to the maximum', () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8, 'mean'), '▁▂▃▄▅▆▇█');
  assert.equal(sparkline([0, 0, 0], 3, 'mean'), '▁▁▁');
  assert.equal(sparkline([5, null, 5], 3, 'max'), '█·█');
});

test('few points are stretched, many are folded', () => {
  assert.equal(sparkline([7, 0], 6, 'mean'), '███▁▁▁');
  assert.equal(sparkline([7, 0], 100, 'mean'), '████▁▁▁▁');
  const peak = Array.from({ length: 100 }, (_, at) => (at === 50 ? 7 : 0));
  assert.equal(sparkline(peak, 10, 'max'), '▁▁▁▁▁█▁▁▁▁');
  assert.equal(sparkline([1, 1, 7, 7, null, null], 3, 'mean'), '▂█·');
});

test('never wider than asked for', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat())), fc.nat({ max: 50 }), (values, width) => {
      assert.ok(sparkline(values, width, 'max').length <= width);
    }),
  );
});
