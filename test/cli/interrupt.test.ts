import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interruption } from '../../cli/interrupt.js';

test('the first signal aborts; after dispose nobody listens', () => {
  const before = process.listenerCount('SIGINT');
  const { signal, interrupted, dispose } = interruption();
  assert.equal(interrupted(), false);
  process.emit('SIGINT');
  assert.equal(signal.aborted, true);
  assert.equal(interrupted(), true);
  dispose();
  assert.equal(process.listenerCount('SIGINT'), before);
});

test('a command that runs until it is asked to end is not interrupted by that', () => {
  const { signal, interrupted, acceptAsEnd, dispose } = interruption();
  acceptAsEnd();
  process.emit('SIGTERM');
  assert.equal(signal.aborted, true);
  assert.equal(interrupted(), false);
  dispose();
});
