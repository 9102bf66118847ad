import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { normalise, readHeader } from '../../generate/csv.js';
import type { BadRow } from '../../core/manifest.js';
import { writeCsv } from '../support/fraud-csv.js';
import { temporaryFolder } from '../support/paths.js';

for (const [text, names, delimiter, bodyOffset, bodyLine] of [
  ['a,b\n1,2', ['a', 'b'], ',', 4, 2],
  ['\ufeff"a","b"\r\n1,2', ['a', 'b'], ',', 12, 2],
  ['a;b\n1;2', ['a', 'b'], ';', 4, 2],
  [' a\tb \n1\t2', ['a', 'b'], '\t', 6, 2],
  ['a,b', ['a', 'b'], ',', 3, 1],
  ['a,b\r1,2', ['a', 'b'], ',', 4, 2],
  ['\n\na,b\n1,2', ['a', 'b'], ',', 6, 4],
  ['"a",b,"c\nd"\n1,2,3', ['a', 'b', 'c\nd'], ',', 12, 3],
] as const) {
  test(`the header of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(readHeader('x', Buffer.from(text), ['a', 'b']), { names, delimiter, bodyOffset, bodyLine, macintosh: text.includes('\r') && !text.includes('\n') });
  });
}

test('what is irregular becomes regular, and bad rows keep their lines', async (t) => {
  const folder = temporaryFolder(t);
  const input = writeCsv(folder, 'n;x;y\n"two\nlines";1;2\n;bad;3\n"";"4";" 5 "\n\n;6;7\n\n');
  const layout = { names: ['n', 'x', 'y'], slots: [-1, 0, 1], kinds: ['float32', 'float32'] } as const;
  const bad: BadRow[] = [];
  const header = readHeader(input, readFileSync(input), ['x', 'y']);
  const made = await normalise(input, header, layout, folder, new AbortController().signal, (row) => bad.push(row));
  assert.equal(readFileSync(made.path, 'utf8'), '1,2\n4,5\n6,7\n');
  assert.deepEqual(made.layout, { names: ['x', 'y'], slots: [0, 1], kinds: layout.kinds });
  assert.deepEqual(bad, [{ line: 4, column: 'x', reason: 'not a number', text: 'bad' }, { line: 6, column: null, reason: 'the line is empty', text: '' }]);
});

const numbers = { names: ['x', 'y'], slots: [0, 1], kinds: ['float32', 'float32'] } as const;
const mebibyte = 1 << 20;
const long = '1'.repeat(mebibyte + 1);
const never = 'a quote opens in this row and is never closed';

// A text, what is kept of it, and the bad rows.
for (const [what, text, kept, bad] of [
  ['a stray quote', 'x,y\n1,2\n3,1"2\n5,6\n', '1,2\n5,6\n', [{ line: 3, column: 'y', reason: 'not a number', text: '1"2' }]],
  ['a field that goes on after its quote', 'x,y\n1,2\n"3"4,5\n6,7\n', '1,2\n6,7\n', [{ line: 3, column: 'x', reason: 'not a number', text: '"3"4' }]],
  ['a quote that never closes', 'x,y\n1,2\n"3,4\n5,6\n7,8\n', '1,2\n5,6\n7,8\n', [{ line: 3, column: null, reason: never, text: '"3,4' }]],
  ['a quote that never closes at the end', 'x,y\n1,2\n\n3,"4', '1,2\n', [{ line: 3, column: null, reason: 'the line is empty', text: '' }, { line: 4, column: null, reason: never, text: '3,"4' }]],
  ['a quote that another row closes', 'x,y\n1,2\n"3,4\n5,6\n"7",8\n', '1,2\n5,6\n7,8\n', [{ line: 3, column: null, reason: never, text: '"3,4' }]],
  ['a quote that closes too far away', `x,y\n1,2\n"3,4\n${'5,6\n'.repeat(mebibyte / 2)}`, '1,2\n' + '5,6\n'.repeat(mebibyte / 2), [{ line: 3, column: null, reason: `a quote opens in this row and is not closed within ${mebibyte} bytes`, text: '"3,4' }]],
  ['a line above a mebibyte', `x,y\n1,2\n${long},4\n5,6\n`, '1,2\n5,6\n', [{ line: 3, column: null, reason: `the line is longer than ${mebibyte} bytes`, text: '1'.repeat(80) + '…' }]],
  ['leading blank lines and line breaks in quotes', '\n\nx,y\n"1\n",2\n3,four\n', '1,2\n', [{ line: 6, column: 'y', reason: 'not a number', text: 'four' }]],
  ['a bad row of several lines', 'x,y\n1,2\n"one\r\n\r\ntwo",4\n5,six\n', '1,2\n', [{ line: 3, column: 'x', reason: 'not a number', text: 'one\r\n\r\ntwo' }, { line: 6, column: 'y', reason: 'not a number', text: 'six' }]],
  ['line ends of both kinds', 'x,y\r\n1,2\n3,4\r\n5,six\n', '1,2\n3,4\n', [{ line: 4, column: 'y', reason: 'not a number', text: 'six' }]],
  ['line ends of old Macintoshes', 'x,y\r1,2\r"3,4\r5,6', '1,2\n5,6\n', [{ line: 3, column: null, reason: never, text: '"3,4' }]],
] as const) {
  test(`${what}: the row where it begins is bad, and the others are kept`, async (t) => {
    const folder = temporaryFolder(t);
    const input = writeCsv(folder, text);
    const found: BadRow[] = [];
    const made = await normalise(input, readHeader(input, readFileSync(input).subarray(0, 1 << 16), ['x', 'y']), numbers, folder, new AbortController().signal, (row) => found.push(row));
    assert.deepEqual(found, bad);
    assert.ok(readFileSync(made.path, 'utf8') === kept, 'the good rows are kept');
  });
}

test('the first bad row can stop the reading', async (t) => {
  const folder = temporaryFolder(t);
  const input = writeCsv(folder, 'x,y\n1,two\n"3,4\n');
  const stop = new Error('enough');
  await assert.rejects(normalise(input, readHeader(input, readFileSync(input), ['x']), numbers, folder, new AbortController().signal, () => { throw stop; }), (error: Error) => error === stop || error.cause === stop);
});

test('a file with nothing but bad quotes is given up', async (t) => {
  const folder = temporaryFolder(t);
  const input = writeCsv(folder, 'x,y\n' + `"1,2\n`.repeat(3000));
  let count = 0;
  await assert.rejects(normalise(input, readHeader(input, readFileSync(input), ['x']), numbers, folder, new AbortController().signal, () => { count += 1; }), /input\.csv, line 1002: a quote opens in this row and is never closed, as in 1000 rows before it; correct the file's quotes/);
  assert.equal(count, 1001);
});

test('a normalisation can be stopped', async (t) => {
  const folder = temporaryFolder(t);
  const input = writeCsv(folder, 'x,y\n1,2\n');
  await assert.rejects(normalise(input, readHeader(input, readFileSync(input), ['x']), numbers, folder, AbortSignal.abort(), () => {}), { name: 'AbortError' });
});
