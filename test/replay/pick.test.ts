import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHECK_EVERY, createCheckChoice, createPick } from '../../replay/pick.js';

test('rows come in order and from the start again', () => {
  const pick = createPick({ pick: 'sequential', seed: 1 }, 3);
  assert.deepEqual([0, 1, 2, 3, 7, 3e9].map(pick), [0, 1, 2, 0, 1, 0]);
});

test('random rows are uniform, of the seed, and the same for whoever asks', () => {
  const pick = createPick({ pick: 'random', seed: 1 }, 10);
  const counts = new Array<number>(10).fill(0);
  for (let request = 0; request < 100_000; request++) counts[pick(request)]++;
  assert.ok(counts.every((count) => Math.abs(count - 10_000) < 500), counts.join());
  const again = createPick({ pick: 'random', seed: 1 }, 10);
  const other = createPick({ pick: 'random', seed: 2 }, 10);
  const rows = (of: typeof pick) => Array.from({ length: 50 }, (_, request) => of(request));
  assert.deepEqual(rows(again), rows(pick));
  assert.notDeepEqual(rows(other), rows(pick));
});

test('none, all, or about one answer in sixteen is checked', () => {
  const share = (check: 'none' | 'sample' | 'all'): number => {
    const isChecked = createCheckChoice({ check, seed: 3 });
    return Array.from({ length: 32_000 }, (_, request) => isChecked(request)).filter(Boolean).length / 32_000;
  };
  assert.equal(share('none'), 0);
  assert.equal(share('all'), 1);
  assert.ok(Math.abs(share('sample') * CHECK_EVERY - 1) < 0.1, `${share('sample')}`);
});
