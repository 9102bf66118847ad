import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Arrivals } from '../../core/plan.js';
import { createSchedule, shareOf } from '../../replay/schedule.js';

function take(arrivals: Arrivals, seed: number, worker: number, workers: number, count: number, phase: 'warmup' | 'measured' = 'measured'): number[] {
  const schedule = createSchedule({ arrivals, seed, worker, workers, phase })!;
  return Array.from({ length: count }, () => schedule.next());
}

const open = fc.record({ kind: fc.constantFrom('constant' as const, 'poisson' as const), ratePerSecond: fc.double({ min: 0.01, max: 1e6, noNaN: true }) });

test('W workers together send exactly the one-worker schedule', () => {
  fc.assert(
    fc.property(open, fc.nat(), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 300 }), (arrivals, seed, workers, total) => {
      const whole = take(arrivals, seed, 0, 1, total);
      const together = new Array<number>(total);
      for (let worker = 0; worker < workers; worker++) {
        take(arrivals, seed, worker, workers, shareOf(total, worker, workers)).forEach((due, at) => (together[worker + at * workers] = due));
      }
      assert.deepEqual(together, whole);
    }),
  );
});

test('due times never descend', () => {
  fc.assert(fc.property(open, fc.nat(), (arrivals, seed) => {
    const due = take(arrivals, seed, 0, 1, 200);
    assert.ok(due.every((ns, at) => ns >= (due[at - 1] ?? 0)));
  }));
});

test('shares of all workers add up to the total and differ by at most one', () => {
  fc.assert(fc.property(fc.nat({ max: 1e9 }), fc.integer({ min: 1, max: 64 }), (total, workers) => {
    const shares = Array.from({ length: workers }, (_, worker) => shareOf(total, worker, workers));
    assert.equal(shares.reduce((sum, share) => sum + share), total);
    assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
  }));
});

test('a constant schedule keeps its rate without drift', () => {
  assert.deepEqual(take({ kind: 'constant', ratePerSecond: 4 }, 1, 0, 1, 4), [0, 0.25e9, 0.5e9, 0.75e9]);
  const schedule = createSchedule({ arrivals: { kind: 'constant', ratePerSecond: 3 }, seed: 1, worker: 0, workers: 1, phase: 'measured' })!;
  for (let request = 0; request < 3_000_000; request++) schedule.next();
  assert.equal(schedule.next(), 1e15);
});

test('Poisson gaps are exponential, differ from seed to seed and from warm-up to measurement', () => {
  const rate = { kind: 'poisson', ratePerSecond: 1000 } as const;
  const due = take(rate, 7, 0, 1, 100_000);
  const gaps = due.map((ns, at) => ns - (due[at - 1] ?? 0));
  const mean = due.at(-1)! / due.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  assert.ok(Math.abs(mean / 1e6 - 1) < 0.02, `mean gap ${mean}`);
  assert.ok(Math.abs(deviation / mean - 1) < 0.03, 'an exponential distribution deviates by its mean');
  assert.ok(Math.abs(gaps.filter((gap) => gap > 1e6).length / gaps.length - Math.exp(-1)) < 0.01);
  assert.notDeepEqual(take(rate, 8, 0, 1, 10), due.slice(0, 10));
  assert.notDeepEqual(take(rate, 7, 0, 1, 10, 'warmup'), due.slice(0, 10));
});

test('a closed loop has no schedule', () => {
  assert.equal(createSchedule({ arrivals: { kind: 'closed' }, seed: 1, worker: 0, workers: 1, phase: 'measured' }), null);
});
