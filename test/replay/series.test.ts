import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketIndex } from '../../core/histogram.js';
import { Series } from '../../replay/series.js';

test('requests are counted in the second in which they were due, sent, and ended', () => {
  const series = new Series();
  series.due(0.5e9);
  series.sent(1.5e9);
  series.ok(3.2e9, 2.7e9, 1.7e9, 4);
  series.due(70.1e9);
  series.sent(70.1e9);
  series.failed(70.2e9, 2);
  const seconds = series.seconds(1);
  assert.equal(seconds.length, 71);
  assert.deepEqual(seconds.map(({ second }) => second), Array.from({ length: 71 }, (_, second) => second));
  assert.deepEqual([seconds[0].due, seconds[1].sent, seconds[3].ok, seconds[70].due, seconds[70].failed], [1, 1, 1, 1, 1]);
  assert.deepEqual(seconds[3].response, { [bucketIndex(2, 2.7e9)]: 1 });
  assert.deepEqual(seconds[3].service, { [bucketIndex(2, 1.7e9)]: 1 });
  assert.deepEqual([seconds[2].inFlight, seconds[69].inFlight, seconds[70].inFlight], [4, 2, 1]);
  assert.deepEqual(seconds[70].response, {}, 'a failure is in no histogram');
});

test('nothing happened in no second, and what is out of range is kept', () => {
  assert.deepEqual(new Series().seconds(0), []);
  const series = new Series();
  series.ok(-5, 1e14, 1e14, 0);
  assert.equal(series.seconds(0).length, 1);
  assert.equal(Object.values(series.seconds(0)[0].response)[0], 1);
});
