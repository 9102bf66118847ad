import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf, faultOfLine, rowParser } from '../../generate/csv-row.js';
import type { CsvLayout } from '../../generate/csv-row.js';

const layout: CsvLayout = { names: ['t', 'note', 'x', 'c'], slots: [0, -1, 1, 2], kinds: ['exact', 'float32', 'class'] };

function parse(line: string): number[] | null {
  const bytes = Buffer.from(line + '\n0000');
  const parser = rowParser(layout);
  const end = parser.parse(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0);
  if (end < 0) return null;
  assert.equal(end, line.length + 1);
  return [...parser.values];
}

for (const line of ['1,a,2,0', '1,"a, b",2,0', '"1","","2","0"', '1,,2,0\r', '1,"a",2,"0"\r', '1e0, a ,2.0,0']) {
  test(`${JSON.stringify(line)} is a row`, () => assert.deepEqual(parse(line), [1, 2, 0]));
}

for (const line of ['', '\r', '1,a,2', '1,a,2,0,', '1,a,2,0,5', ',a,2,0', '1,a,,0', '1,a,2,', '1,"a,2,0', '1,a,"2,0', '1,a,2",0', '1,"a"b,2,0', '1,a,2,256', '1,a,2,-1', '1,a,1e39,0', '1,a,2 3,0']) {
  test(`${JSON.stringify(line)} is none`, () => assert.equal(parse(line), null));
}

test('times keep every digit of a double', () => {
  assert.deepEqual(parse('0.12345678901234567,a,2,0')?.[0], 0.12345678901234567);
});

test('a fault names the column and the text, cut to a length', () => {
  assert.deepEqual(faultOfLine('1,"a, b",two,0\r\n', layout), { column: 'x', reason: 'not a number', text: 'two' });
  assert.deepEqual(faultOfLine(',a,2,0', layout), { column: 't', reason: 'the field is empty', text: '' });
  assert.equal(faultOfLine('1,a', layout).reason, '2 fields where the header has 4');
  assert.equal(faultOfLine('9'.repeat(500), layout).text.length, 81);
  assert.equal(faultOfLine('1,"a"b,2,0', layout).reason, 'the row cannot be read');
  assert.equal(faultOf(['1', 'a', '2', '0'], layout), null);
  assert.equal(faultOf([''], layout)?.reason, 'the line is empty');
});

test('a number of more than 1024 characters is named with its column', () => {
  const number = '0.' + '1'.repeat(1023);
  assert.equal(parse(`1,a,${number},0`), null);
  assert.deepEqual(faultOfLine(`1,a,${number},0`, layout), { column: 'x', reason: 'longer than 1024 characters', text: number.slice(0, 80) + '…' });
  assert.notEqual(parse(`1,a,${number.slice(1)},0`), null);
  assert.equal(faultOf(['1', 'a', number.slice(1), '0'], layout), null);
});
