import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { freeCores, isLocalServer, isNullTarget, lessLate, moreClient } from '../../core/remedies.js';
import { planOf } from '../support/recordings.js';

const LOCAL = 'redisai://127.0.0.1:6379?model=m';
const REMOTE = 'redisai://10.0.0.7:6379?model=m';

test('a server is local by its address or by the name of this machine', () => {
  for (const target of [LOCAL, 'redisai://localhost?model=m', 'redisais://***@LOCALHOST:1', 'x://[::1]:6379', 'x://Here:1']) {
    assert.ok(isLocalServer({ target }, { hostname: 'here' }), target);
  }
  for (const target of [REMOTE, 'null:', 'x://127.example.org', 'x://there/here']) assert.ok(!isLocalServer({ target }, { hostname: 'here' }), target);
  assert.ok(isNullTarget({ target: 'null:' }) && !isNullTarget({ target: LOCAL }));
});

test('more threads are advised up to the free cores, and none where there is none', () => {
  assert.equal(moreClient(planOf({ target: REMOTE, threads: 1 }), { cores: 4 }), 'Use more --threads: this machine has cores for 4.');
  assert.equal(moreClient(planOf({ target: LOCAL, threads: 1 }), { cores: 4 }), 'Use more --threads: this machine has cores for 3.');
  assert.equal(moreClient(planOf({ target: LOCAL, threads: 1 }), { cores: 2 }), 'None of the 2 cores is free for another thread: give the client a machine of its own.');
  assert.equal(moreClient(planOf({ target: LOCAL, threads: 1 }), { cores: 1 }), 'The 1 core is not free for another thread: give the client a machine of its own.');
  assert.equal(moreClient(planOf({ target: REMOTE, threads: 4 }), { cores: 4 }), 'None of the 4 cores is free for another thread: give the client a machine with more cores.');
  assert.match(moreClient(planOf({ target: REMOTE, threads: 1, clients: 1 }), { cores: 4 }), /--clients and --threads/);
});

test('a late client is told only what it can change', () => {
  assert.equal(lessLate(planOf({ target: LOCAL, threads: 1 }), { cores: 2 }), 'Close other programs, spend a core with --spin, or give the client a machine of its own.');
  assert.equal(lessLate(planOf({ target: LOCAL, threads: 1, spin: true }), { cores: 2 }), 'Close other programs, or give the client a machine of its own.');
  assert.equal(lessLate(planOf({ target: REMOTE, threads: 4 }), { cores: 2 }), 'Close other programs, or use fewer --threads than 4 on 2 cores.');
  assert.equal(lessLate(planOf({ target: REMOTE, threads: 1, spin: true }), { cores: 1 }), 'Close other programs, or lower --rate.');
});

test('no remedy contradicts the run, whatever it is', () => {
  const runs = fc.record({ target: fc.constantFrom(LOCAL, REMOTE), threads: fc.integer({ min: 1, max: 9 }), spin: fc.boolean() });
  fc.assert(fc.property(runs, fc.integer({ min: 1, max: 8 }), (run, cores) => {
    const plan = planOf(run);
    const late = lessLate(plan, { cores });
    if (run.spin) assert.doesNotMatch(late, /--spin/);
    if (run.threads === 1) assert.doesNotMatch(late, /--threads/);
    const advised = /cores for (\d+)/.exec(moreClient(plan, { cores }))?.[1];
    if (advised !== undefined) assert.ok(Number(advised) > run.threads && Number(advised) <= cores && freeCores(plan, { cores }) > 0);
    for (const text of [late, moreClient(plan, { cores })]) assert.match(text, /^[A-Z].*\.$/);
  }));
});
