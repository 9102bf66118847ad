import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketIndex } from '../../core/histogram.js';
import type { Second } from '../../core/recording.js';
import { bucketsPercentile, SERIES_MAX, seriesOf, TIMELINE_COLUMNS, timelineCsv, toMs } from '../../core/timeline.js';

function second(at: number, ok: number, latencyNs: number): Second {
  const buckets = ok > 0 ? { [bucketIndex(2, latencyNs)]: ok } : {};
  return { second: at, due: ok + 1, sent: ok + 1, ok, failed: 1, inFlight: 3, response: buckets, service: buckets };
}

test('the timeline has a documented header and a line for every second, also for an empty one', () => {
  const lines = timelineCsv([second(0, 10, 1000), second(2, 5, 127_000_000)]).split('\n');
  assert.equal(lines[0], 'second,due,sent,ok,failed,in_flight,response_p50_ms,response_p99_ms,response_max_ms,service_p50_ms,service_p99_ms,service_max_ms');
  assert.equal(lines[1], '0,11,11,10,1,3,0.001003,0.001003,0.001003,0.001003,0.001003,0.001003');
  assert.equal(lines[2], '1,0,0,0,0,0,,,,,,');
  assert.deepEqual(lines[3].split(',').slice(0, 6), ['2', '6', '6', '5', '1', '3']);
  assert.deepEqual(lines.slice(4), ['']);
  assert.equal(lines[1].split(',').length, TIMELINE_COLUMNS.length);
  assert.equal(timelineCsv([]).split('\n').length, 2);
});

test('percentiles of a second are at most one percent high', () => {
  const values = Array.from({ length: 1000 }, (_, n) => (n + 1) * 12_345);
  const buckets: { [bucket: string]: number } = {};
  for (const value of values) buckets[bucketIndex(2, value)] = (buckets[bucketIndex(2, value)] ?? 0) + 1;
  for (const p of [1, 50, 99, 99.9, 100]) {
    const exact = values[Math.round(p * 10) - 1];
    const read = bucketsPercentile(buckets, p);
    assert.ok(read >= exact && read <= exact * 1.01, `p${p}: ${read} of ${exact}`);
  }
  assert.ok(Number.isNaN(bucketsPercentile({}, 50)));
});

test('toMs knows no NaN', () => {
  assert.deepEqual([toMs(1_500_000), toMs(1.4), toMs(NaN), toMs(Infinity)], [1.5, 0.000001, null, null]);
});

test('the series has a point a second, and the rest of a second joins the one before', () => {
  const { secondsPerPoint, points } = seriesOf([second(0, 100, 1000), second(1, 100, 1000), second(2, 20, 5000)], 2.2e9);
  assert.equal(secondsPerPoint, 1);
  assert.deepEqual(points.map((point) => [point.second, Math.round(point.okPerSecond), point.responseP99Ms]), [[0, 100, 0.001003], [1, 100, 0.005023]]);
  assert.deepEqual(seriesOf([second(0, 100, 1000), second(1, 75, 1000)], 1.75e9).points.map((point) => point.okPerSecond), [100, 100]);
});

test('a long run is folded to at most SERIES_MAX points without losing a request', () => {
  const seconds = Array.from({ length: 1000 }, (_, at) => second(at, at, 1000 + at));
  const { secondsPerPoint, points } = seriesOf(seconds, 1000e9);
  assert.ok(points.length <= SERIES_MAX && points.length > SERIES_MAX / 2);
  const total = points.reduce((sum, point, at) => sum + point.okPerSecond * ((points[at + 1]?.second ?? 1000) - point.second), 0);
  assert.equal(Math.round(total), 499_500);
  assert.equal(points[1].second, secondsPerPoint);
});

test('a run of nothing has no points, a short one has one', () => {
  assert.deepEqual(seriesOf([], 0), { secondsPerPoint: 1, points: [] });
  assert.equal(seriesOf([second(0, 50, 1000)], 0.5e9).points[0].okPerSecond, 100);
  assert.equal(seriesOf([second(0, 0, 1000)], 0).points[0].responseP50Ms, null);
});
