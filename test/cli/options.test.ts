import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addTable, duration, integer, positive, tableValues } from '../../cli/options.js';

const table = {
  onBadRow: { kind: 'choice', help: 'what to do', choices: ['fail', 'skip'], default: 'fail' },
  rows: { kind: 'integer', help: 'how many' },
  from: { kind: 'path', help: 'file or folder', placeholder: 'PATH' },
  deep: { kind: 'boolean', help: 'go deep', default: false },
  verify: { kind: 'boolean', help: 'look again', default: true },
} as const;

function parse(...args: string[]): { [name: string]: unknown } {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addTable(command, table);
  return tableValues(table, command.parse(args, { from: 'user' }).opts());
}

test('a table becomes options; only what was given is passed on, as text', () => {
  assert.deepEqual(parse('--on-bad-row', 'skip', '--rows', '5', '--deep'), { onBadRow: 'skip', rows: '5', deep: true, verify: true });
  assert.deepEqual(parse('--no-verify'), { verify: false });
  assert.throws(() => parse('--on-bad-row', 'perhaps'), /fail, skip/);
});

test('the help tells the default', () => {
  const command = new Command();
  addTable(command, table);
  assert.match(command.helpInformation(), /--on-bad-row <NAME>\s+what to do \(default: fail\)/);
  assert.match(command.helpInformation(), /--from <PATH>/);
});

test('numbers and durations are checked', () => {
  assert.equal(integer(1)('12'), 12);
  for (const text of ['', '0', '1.5', 'x', '1e400']) assert.throws(() => integer(1)(text), /whole number, at least 1/);
  assert.throws(() => integer(0, 9)('10'), /at most 9/);
  assert.equal(positive('0.5'), 0.5);
  for (const text of ['', '0', '-1', 'NaN', 'Infinity']) assert.throws(() => positive(text), /above 0/);
  assert.equal(duration('2s'), 2000);
  assert.throws(() => duration('soon'), /Write a duration as 30s/);
});
