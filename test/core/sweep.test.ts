import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AXES, axisValue, differencesOf, isOfGrid, plainPoint, plannedMs, pointsOf, pointText, runsOf, sharedPlan, type Axis, type AxisName, type SweepDefinition } from '../../core/sweep.js';
import { planOf } from '../support/recordings.js';

const GRID: readonly Axis[] = [{ name: 'clients', values: [1, 10, 20] }, { name: 'serverBatch', values: [0, 16] }];

/** Up to three axes of up to four values. */
const grids = fc
  .uniqueArray(fc.constantFrom(...(Object.keys(AXES) as AxisName[])), { minLength: 1, maxLength: 3 })
  .chain((names) => fc.tuple(...names.map((name) => fc.uniqueArray(fc.nat({ max: 99 }), { minLength: 1, maxLength: 4 }).map((values): Axis => ({ name, values })))));

test('the points are all combinations, the last axis changing first', () => {
  assert.deepEqual(pointsOf(GRID).map(pointText), [
    'clients 1, server batch 0', 'clients 1, server batch 16', 'clients 10, server batch 0', 'clients 10, server batch 16', 'clients 20, server batch 0', 'clients 20, server batch 16',
  ]);
  assert.deepEqual(pointsOf([]), [{}]);
});

test('points that come to the same are one: without batching there is no minimum, without a minimum no timeout', () => {
  const axes: Axis[] = [{ name: 'serverBatch', values: [0, 16] }, { name: 'minBatchSize', values: [0, 4] }, { name: 'minBatchTimeoutMs', values: [10, 20] }];
  assert.deepEqual(pointsOf(axes), [{ serverBatch: 0 }, { serverBatch: 16, minBatchSize: 0 }, { serverBatch: 16, minBatchSize: 4, minBatchTimeoutMs: 10 }, { serverBatch: 16, minBatchSize: 4, minBatchTimeoutMs: 20 }]);
  assert.deepEqual(plainPoint({ clients: 1, serverBatch: 0, minBatchSize: 4, minBatchTimeoutMs: 10 }), { clients: 1, serverBatch: 0 });
  assert.deepEqual(pointsOf([axes[1]]), [{ minBatchSize: 0 }, { minBatchSize: 4 }], 'where nothing is said of batching nothing is left out');
  for (const point of pointsOf(axes)) assert.ok(isOfGrid(axes, point));
  for (const point of [{}, { serverBatch: 16 }, { serverBatch: 16, minBatchSize: 4 }, { serverBatch: 8, minBatchSize: 0 }]) assert.ok(!isOfGrid(axes, point), JSON.stringify(point));
});

test('every repetition is all points once, numbered through, whatever the grid and the seed', () => {
  fc.assert(
    fc.property(grids, fc.integer({ min: 1, max: 4 }), fc.maxSafeNat(), (axes, repeat, seed) => {
      const points = pointsOf(axes).map((point) => JSON.stringify(point));
      const runs = runsOf(axes, repeat, seed);
      assert.deepEqual(runs.map(({ run }) => run), Array.from({ length: points.length * repeat }, (_, index) => index + 1));
      for (let block = 0; block < repeat; block++) {
        const own = runs.slice(block * points.length, (block + 1) * points.length);
        assert.ok(own.every(({ repetition }) => repetition === block + 1));
        assert.deepEqual(own.map(({ point }) => JSON.stringify(point)).sort(), [...points].sort());
      }
      assert.equal(new Set(runs.map(({ folder }) => folder)).size, runs.length);
      assert.ok(runs.every(({ folder }) => /^runs\/\d{4,}-[a-z0-9=,.-]+$/.test(folder)));
      assert.deepEqual(runsOf(axes, repeat, seed), runs);
    }),
  );
});

test('the order is shuffled, is another one in each repetition and for each seed, and favours no place', () => {
  const order = (seed: number, repetition: number): string => runsOf(GRID, 2, seed).filter((run) => run.repetition === repetition).map(({ point }) => pointText(point)).join('; ');
  assert.notEqual(order(1, 1), order(1, 2));
  assert.notEqual(order(1, 1), order(2, 1));
  // Of 6,000 shuffles of six points each should come first about 1,000 times; five standard deviations are 145.
  const first = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const text = pointText(runsOf(GRID, 1, seed)[0].point);
    first.set(text, (first.get(text) ?? 0) + 1);
  }
  assert.equal(first.size, 6);
  for (const [text, count] of first) assert.ok(Math.abs(count - 1000) < 145, `${text}: ${count}`);
});

test('the order for a seed is pinned: a change would make a stopped sweep another one', () => {
  assert.deepEqual(runsOf(GRID, 1, 12345).map(({ folder }) => folder), [
    'runs/0001-clients=1,server-batch=0', 'runs/0002-clients=10,server-batch=0', 'runs/0003-clients=20,server-batch=16',
    'runs/0004-clients=10,server-batch=16', 'runs/0005-clients=1,server-batch=16', 'runs/0006-clients=20,server-batch=0',
  ]);
});

test('values are shown in their unit, without rounding', () => {
  assert.deepEqual([axisValue('clients', 1000), axisValue('ratePerSecond', 5000), axisValue('ratePerSecond', 0.5), axisValue('durationMs', 200), axisValue('durationMs', 10_040)], ['1,000', '5,000/s', '0.5/s', '200 ms', '10.04 s']);
});

test('the shared plan holds what all points have in common, and not what is swept', () => {
  const plans = [planOf({ clients: 1 }), planOf({ clients: 10 })];
  const shared = sharedPlan(plans, [{ name: 'clients', values: [1, 10] }]);
  assert.ok(!('clients' in shared));
  assert.deepEqual([shared.arrivals, shared.ratePerSecond, shared.durationMs, shared.threads], ['closed', null, 10_000, 2]);
  const rates = [100, 200].map((ratePerSecond) => planOf({ arrivals: { kind: 'poisson', ratePerSecond } }));
  const open = sharedPlan(rates, [{ name: 'ratePerSecond', values: [100, 200] }]);
  assert.ok(open.arrivals === 'poisson' && !('ratePerSecond' in open), 'the kind of arrivals is not lost with the rate');
  assert.ok(!('clients' in sharedPlan([planOf()], [{ name: 'clients', values: [50] }])), 'an axis of one value is an axis');
});

test('a run takes its warm-up and what ends it first', () => {
  assert.equal(plannedMs(planOf({ warmupMs: 500, durationMs: 2000 })), 2500);
  assert.equal(plannedMs(planOf({ warmupMs: 0, durationMs: null, requests: 100 })), null);
  assert.equal(plannedMs(planOf({ warmupMs: 0, durationMs: null, requests: 100, arrivals: { kind: 'constant', ratePerSecond: 50 } })), 2000);
  assert.equal(plannedMs(planOf({ warmupMs: 0, durationMs: 500, requests: 100, arrivals: { kind: 'constant', ratePerSecond: 50 } })), 500);
});

test('what differs between two sweeps is said by name; a data set is known by its checksum', () => {
  const one: SweepDefinition = { plan: sharedPlan([planOf()], GRID), axes: GRID, repeat: 3, cooldownMs: 0, store: { device: 'CPU', modelForm: 'MODELSTORE' } };
  const plan = (changes: object): SweepDefinition => ({ ...one, plan: { ...one.plan, ...changes } });
  assert.deepEqual(differencesOf(one, JSON.parse(JSON.stringify(one))), []);
  assert.deepEqual(differencesOf(one, plan({ dataset: './data/fraud' })), []);
  assert.deepEqual(differencesOf(one, plan({ datasetSha256: 'b'.repeat(64) })), ['its data set is aaaaaaaaaaaa… (here bbbbbbbbbbbb…)']);
  const theirs = plan({ datasetSha256: null });
  assert.deepEqual(differencesOf(theirs, plan({ datasetSha256: null, dataset: 'other' })), ['its data set is data/fraud (here other)']);
  assert.deepEqual(differencesOf(one, plan({ durationMs: 5000 })), ['its duration ms is 10000 (here 5000)']);
  assert.deepEqual(differencesOf(one, { ...one, axes: [{ name: 'clients', values: [1, 10] }] }), ['its clients are 1, 10, 20 (here 1, 10)', 'its server batch is 0, 16 (here not set)']);
  assert.deepEqual(differencesOf(one, { ...one, repeat: 5, cooldownMs: 100, store: null }), ['its repetitions are 3 (here 5)', 'its cooldown is 0 ms (here 100 ms)', 'its device is CPU (here not set)', 'its model form is MODELSTORE (here not set)']);
});
