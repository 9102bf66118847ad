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
  ['"a",b,"c\nd"\n1,2,3', ['a', 'b', 'c\nd'], ',', 12, 3],
] as const) {
  test(`the header of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(readHeader('x', Buffer.from(text), ['a', 'b']), { names, delimiter, bodyOffset, bodyLine });
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

test('a quote that never ends is named with its line', async (t) => {
  const folder = temporaryFolder(t);
  const input = writeCsv(folder, 'x,y\n1,2\n"3,4\n');
  const layout = { names: ['x', 'y'], slots: [0, 1], kinds: ['float32', 'float32'] } as const;
  await assert.rejects(normalise(input, readHeader(input, readFileSync(input), ['x']), layout, folder, new AbortController().signal, () => {}), /input\.csv, line \d: .*correct the file/);
});
