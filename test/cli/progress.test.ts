import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, progressLine } from '../../cli/progress.js';

const half = { unit: 'rows', done: 500, total: 1000, elapsedMs: 2000 };

test('a line tells share, count, rate and what is left', () => {
  assert.equal(describe('generating', half), 'generating  50 %  500 of 1,000 rows  250/s  2.0 s left');
  assert.equal(describe('replaying', { ...half, total: Infinity }), 'replaying  500 rows  250/s');
  assert.equal(describe('replaying', { ...half, total: 0, fraction: 0.25 }), 'replaying  25 %  500 rows  250/s  6.0 s left');
  assert.equal(describe('replaying', { ...half, note: 'warming up' }), 'replaying  warming up');
  assert.equal(describe('loading', { ...half, done: 0, elapsedMs: 0 }), 'loading  0 %  0 of 1,000 rows  0/s');
});

test('a terminal redraws one line; elsewhere whole lines come rarely', () => {
  const play = (isTTY: boolean): string => {
    let text = '';
    let at = 0;
    const line = progressLine('x', { isTTY, write: (piece: string) => (text += piece) }, () => at);
    for (; at <= 10_000; at += 50) line.update(half);
    line.end();
    return text;
  };
  assert.equal(play(false).split('\n').length - 1, 2);
  assert.ok(!play(false).includes('\x1b'));
  assert.equal(play(true).split('\r').length - 1, 102);
  assert.ok(!play(true).includes('\n'));
});
