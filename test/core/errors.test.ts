import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { test } from 'node:test';
import { EXIT_CODES, InferplayError, messageOf, reasonOf, reasonUnwritable } from '../../core/errors.js';

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

test('a reason fits the middle of a sentence: plain words, no path, no full stop', () => {
  const thrown = (path: string): unknown => {
    try {
      return openSync(path, 'r');
    } catch (error) {
      return error;
    }
  };
  assert.equal(reasonOf(thrown('/no/such/file')), 'there is no such file or folder');
  assert.equal(reasonOf(new Error('Protobuf parsing failed.')), 'Protobuf parsing failed');
  assert.equal(reasonOf('two\nlines. '), 'two lines');
  for (const odd of [undefined, null, { code: 'toString' }, 7]) assert.equal(typeof reasonOf(odd), 'string');
  assert.equal(reasonUnwritable('a/b.dat', thrown('a/.b.dat.17.part')), 'there is no folder a');
  assert.equal(reasonUnwritable('a/b.dat', Object.assign(new Error('EISDIR: x'), { code: 'EISDIR' })), 'it is a folder');
});
