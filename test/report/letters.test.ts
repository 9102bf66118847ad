import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LETTER_WIDTH, LINE_HEIGHT, writeText } from '../../report/letters.js';

/** What a text looks like, a character for a pixel. */
function drawn(text: string, { width = Array.from(text).length * LETTER_WIDTH, height = LINE_HEIGHT, left = 0, top = 0, scale = 1 } = {}): string[] {
  const rgb = new Uint8Array(width * height * 3);
  writeText({ rgb, width }, text, left, top, { scale, color: [1, 2, 3] });
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => {
    const pixel = [...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)].join();
    assert.ok(['0,0,0', '1,2,3'].includes(pixel), pixel);
    return pixel === '0,0,0' ? ' ' : '#';
  }).join('').trimEnd());
}

test('a text is written where it should be, in its size', () => {
  const wanted = ['   #', '', '  ##', '   #   ###', '   #', '   #', '   #', ' ##', '', ''];
  assert.deepEqual(drawn('j-'), wanted);
  const moved = drawn('j-', { width: 40, height: 24, left: 3, top: 2, scale: 2 });
  const large = wanted.flatMap((line) => Array.from({ length: 2 }, () => (line === '' ? '' : '   ' + Array.from(line, (dot) => dot + dot).join(''))));
  assert.deepEqual(moved, ['', '', ...large, '', '']);
});

test('every letter looks different, and what is not known is a question mark without its accent', () => {
  const known = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:-_\'()/&+=?!#→… ';
  assert.equal(new Set(Array.from(known, (letter) => drawn(letter).join('\n'))).size, Array.from(known).length);
  assert.deepEqual(drawn('é漢\x00'), drawn('e??'));
});

test('what is outside of the picture is left out', () => {
  assert.deepEqual(drawn('HH', { width: 9, height: 3 }), ['#   # #', '#   # #', '#   # #']);
  assert.deepEqual(drawn('H', { width: 5, height: 3, top: 9 }), ['', '', '']);
});
