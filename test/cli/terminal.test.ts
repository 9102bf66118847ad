import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WriteStream } from 'node:tty';
import { bytes, commandLine, hasColor, widthOf } from '../../cli/terminal.js';

const stream = (properties: object) => properties as WriteStream;

test('sizes are said in powers of ten, three digits at most', () => {
  assert.deepEqual([0, 999, 1000, 99_400, 99_500, 1_250_000, 2.5e12, 9e15].map(bytes), ['0 B', '999 B', '1.0 kB', '99.4 kB', '100 kB', '1.3 MB', '2.5 TB', '9000 TB']);
});

test('without a terminal COLUMNS is the width', (t) => {
  const before = process.env.COLUMNS;
  t.after(() => (before === undefined ? delete process.env.COLUMNS : (process.env.COLUMNS = before)));
  const widths = ['200', '70', '9', '', 'wide', '-5', '1.5', '9'.repeat(9)].map((columns) => ((process.env.COLUMNS = columns), widthOf(stream({}))));
  assert.deepEqual(widths, [200, 70, 60, 100, 100, 100, 100, 1000]);
  process.env.COLUMNS = '200';
  assert.equal(widthOf(stream({ columns: 90 })), 90, 'a terminal knows its own');
});

test('the width stays between 60 and 120 columns', (t) => {
  const before = process.env.COLUMNS;
  t.after(() => (before === undefined ? delete process.env.COLUMNS : (process.env.COLUMNS = before)));
  delete process.env.COLUMNS;
  assert.deepEqual([undefined, 20, 90, 500].map((columns) => widthOf(stream({ columns }))), [100, 60, 90, 120]);
});

test('NO_COLOR wins over everything, a pipe has no color', (t) => {
  const before = { ...process.env };
  t.after(() => (process.env = before));
  process.env = { FORCE_COLOR: '1' };
  assert.equal(hasColor(stream({})), true);
  process.env = { FORCE_COLOR: '1', NO_COLOR: '1' };
  assert.equal(hasColor(stream({ isTTY: true })), false);
  process.env = {};
  assert.equal(hasColor(stream({})), false);
  assert.equal(hasColor(stream({ isTTY: true })), true);
});

test('a command line can be pasted: quotes where the shell needs them, npx where npm started us', (t) => {
  const before = process.env.npm_command;
  t.after(() => (before === undefined ? delete process.env.npm_command : (process.env.npm_command = before)));
  delete process.env.npm_command;
  assert.equal(commandLine('inspect', 'data/my set'), "inferplay inspect 'data/my set'");
  assert.equal(commandLine('replay', "it's", '--target', 'redisai://127.0.0.1:6379?model=a'), "inferplay replay 'it'\\''s' --target 'redisai://127.0.0.1:6379?model=a'");
  process.env.npm_command = 'start';
  assert.equal(commandLine('inspect', 'data/fraud'), 'npx inferplay inspect data/fraud');
});
