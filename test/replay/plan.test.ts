import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePlan, type ReplayOptions } from '../../replay/plan.js';

const target = 'redisai://me:secret@127.0.0.1:6379?model=m';
const plan = (options: Partial<ReplayOptions>) => makePlan('data', { target, ...options }, 'abc');

test('defaults are filled in, the plan is frozen, and no secret is in it', () => {
  const made = plan({});
  assert.deepEqual(JSON.parse(JSON.stringify(made)), {
    dataset: 'data', datasetSha256: 'abc', target: 'redisai://127.0.0.1:6379?model=m', arrivals: { kind: 'closed' }, clients: 50, threads: 1,
    requests: null, durationMs: 10_000, warmupMs: 1000, seed: 1, pick: 'sequential', tensorBatch: 1, check: 'sample', timeoutMs: 10_000, framesBytesMax: 256 * 2 ** 20, spin: false,
  });
  assert.ok(Object.isFrozen(made) && Object.isFrozen(made.arrivals));
  assert.deepEqual(plan({ requests: 5 }).durationMs, null);
  assert.deepEqual(plan({ ratePerSecond: 10 }).arrivals, { kind: 'constant', ratePerSecond: 10 });
  assert.deepEqual(plan({ ratePerSecond: 10, arrivals: 'poisson', requests: 5, durationMs: 9 }).arrivals, { kind: 'poisson', ratePerSecond: 10 });
});

test('what makes no sense is refused with a sentence', () => {
  const refused = (options: object, message: RegExp) => assert.throws(() => plan(options), (error: Error & { code: string }) => error.code === 'USAGE' && message.test(error.message));
  refused({ arrivals: 'poisson' }, /need a rate: say with --rate/);
  refused({ arrivals: 'closed', ratePerSecond: 5 }, /no rate/);
  refused({ threads: 3, clients: 2 }, /3 threads cannot share 2 connections/);
  refused({ requests: 0 }, /out of range/);
  refused({ requests: 1.5 }, /whole number/);
  refused({ tensorBatch: 0 }, /out of range/);
  refused({ tensorBatch: 10_001 }, /out of range/);
  refused({ durationMs: 3e9 }, /out of range/);
  refused({ durationMs: 2e9, warmupMs: 2e9 }, /24 days/);
  refused({ check: 'some' }, /not one of/);
  refused({ rate: 5 }, /does not know the option "rate"/);
  refused({ target: '' }, /needs a target/);
});
