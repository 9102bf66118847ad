import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT_CODES, InferplayError, messageOf } from '../../core/errors.js';

test('every code has an exit code of its own, none of them 0 or 1', () => {
  const codes = Object.values(EXIT_CODES);
  assert.equal(new Set(codes).size, codes.length);
  assert.ok(codes.every((code) => code > 1));
});

test('an error keeps its code and its cause', () => {
  const cause = new Error('below');
  const error = new InferplayError('DATA', 'above', { cause });
  assert.equal(error.code, 'DATA');
  assert.equal(error.cause, cause);
});

test('a message is one line, whatever was thrown', () => {
  assert.equal(messageOf(new Error('two\n  lines')), 'two lines');
  assert.equal(messageOf('text'), 'text');
  assert.equal(messageOf(undefined), 'undefined');
});
