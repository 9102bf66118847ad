import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketIndex } from '../../core/histogram.js';
import { Series } from '../../replay/series.js';

test('requests are counted in the second in which they were due, sent, and ended', () => {
  const series = new Series();
  series.due(0.5e9);
  series.sent(1.5e9);
  series.ok(3.2e9, 2.7e9, 1.7e9);
  series.due(70.1e9);
  series.sent(70.1e9);
  series.failed(70.2e9);
  const seconds = series.seconds();
  assert.equal(seconds.length, 71);
  assert.deepEqual(seconds.map(({ second }) => second), Array.from({ length: 71 }, (_, second) => second));
  assert.deepEqual([seconds[0].due, seconds[1].sent, seconds[3].ok, seconds[70].due, seconds[70].failed], [1, 1, 1, 1, 1]);
  assert.deepEqual(seconds[3].response, { [bucketIndex(2, 2.7e9)]: 1 });
  assert.deepEqual(seconds[3].service, { [bucketIndex(2, 1.7e9)]: 1 });
  assert.deepEqual(seconds[70].response, {}, 'a failure is in no histogram');
});

test('in flight is what was sent and had not ended when the second was over', () => {
  const series = new Series();
  // Sent in the seconds 0, 0, 1 and 4; ended in 0, 3, 3 (a failure) and 6.
  for (const at of [0.1, 0.2, 1.5, 4.5]) {
    series.due(at * 1e9);
    series.sent(at * 1e9);
    if (at === 0.2) series.ok(0.3e9, 1, 1);
    if (at === 1.5) series.ok(3.1e9, 1, 1);
    if (at === 1.5) series.failed(3.9e9);
  }
  series.ok(6.2e9, 1, 1);
  series.due(8e9);
  assert.deepEqual(series.seconds().map(({ inFlight }) => inFlight), [1, 2, 2, 0, 1, 1, 0, 0, 0]);
});

test('nothing happened in no second, and what is out of range is kept', () => {
  assert.deepEqual(new Series().seconds(), []);
  const series = new Series();
  series.ok(-5, 1e14, 1e14);
  assert.equal(series.seconds().length, 1);
  assert.equal(Object.values(series.seconds()[0].response)[0], 1);
});
