import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clip, painter, printable, toAscii, wrap } from '../../report/layout.js';

test('colours are there when wanted, and never around nothing', () => {
  assert.equal(painter(true)('red', 'x'), '\x1b[31mx\x1b[0m');
  assert.equal(painter(false)('red', 'x'), 'x');
  assert.equal(painter(true)('red', ''), '');
});

test('clip keeps what fits and marks what does not', () => {
  assert.deepEqual([clip('abcdef', 6), clip('abcdef', 5), clip('abcdef', 1)], ['abcdef', 'abcd…', '…']);
});

test('wrap keeps every word and every line within the width; a word that is too long is broken', () => {
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
  assert.deepEqual(wrap('to abcdefghijkl at', 5), ['to', 'abcde', 'fghij', 'kl at']);
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), fc.integer({ min: 5, max: 40 }), (words, width) => {
      const lines = wrap(words.join(' '), width);
      assert.equal(lines.join('').replaceAll(' ', ''), words.join(''));
      if (words.every((word) => word.length <= width)) assert.equal(lines.join(' '), words.join(' '));
      assert.ok(lines.every((line) => line.length <= width));
    }),
  );
});

test('a server cannot write to the terminal', () => {
  assert.equal(printable('a\x1b[31mb\u0007\u202ec\n\r\u2028'), 'a?[31mb??c???');
  assert.equal(printable('µs – “ok” 漢字'), 'µs – “ok” 漢字');
});

test('toAscii leaves only ASCII', () => {
  assert.equal(toAscii('▁█ 5 µs → x… 漢'), '.@ 5 us -> x. ?');
});
