import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reply } from '../../serve/reply.js';
import { Request } from '../../serve/request.js';
import { byteCount, elementCount, parseFormat, parseTensor, stringOffsets, Tensor, TYPES, writeTensor } from '../../serve/tensor-value.js';

function parse(...args: (string | Buffer)[]): Tensor | string {
  const request = new Request();
  request.assign(args.map((arg) => Buffer.from(arg as string)));
  const reply = new Reply();
  return parseTensor(request, 0, args.length, reply) ?? reply.drain().toString().trim();
}

test('every numeric type keeps its values', () => {
  for (const [name, type] of Object.entries(TYPES)) {
    if (name === 'STRING') continue;
    const tensor = parse(name.toLowerCase(), '2', 'VALUES', '1', '0');
    assert.ok(tensor instanceof Tensor, name);
    assert.deepEqual([type.read(tensor.data, 0), type.read(tensor.data, type.sizeBytes)], [1, 0]);
    assert.equal(tensor.data.length, 2 * type.sizeBytes);
  }
});

test('shapes count as 64-bit numbers that wrap around', () => {
  assert.equal(elementCount([]), 1);
  assert.equal(elementCount([2 ** 62, 4]), 0);
  assert.equal(elementCount([2 ** 62, 2 ** 62]), 0);
  assert.ok(elementCount([2 ** 53 - 1, 2]) > 2 ** 53);
  assert.equal(byteCount([2 ** 62], 4), 0);
  assert.equal(byteCount([2, 3], 8), 48);
});

test('what is too large is refused before memory is taken', () => {
  assert.match(parse('DOUBLE', '1000000000', '1000') as string, /^-ERR tensor is larger/);
  assert.match(parse('STRING', '99999999999') as string, /^-ERR tensor is larger/);
});

test('a shape that is too large is told by its data first', () => {
  const huge = ['FLOAT', '9223372036854775807'];
  assert.match(parse(...huge, 'VALUES', '1') as string, /^-ERR wrong number of values/);
  assert.match(parse(...huge, 'BLOB', 'abcd') as string, /^-ERR data length does not match/);
  assert.match(parse('FLOAT', '9223372036854775808', 'VALUES', '1') as string, /^-ERR invalid or negative value found in tensor shape/);
  for (const data of [[], ['BLOB', '']]) assert.equal((parse('FLOAT', '4611686018427387904', ...data) as Tensor).data.length, 0);
  assert.match(parse('BOOL', '4611686018427387904', '4', 'BLOB', '') as string, /^-ERR BOOL tensor elements/);
});

test('dimensions have a limit', () => {
  assert.ok(parse('INT8', ...Array<string>(1024).fill('1')) instanceof Tensor);
  assert.match(parse('INT8', ...Array<string>(1025).fill('1')) as string, /^-ERR tensor has more dimensions/);
});

test('strings end with a zero byte each', () => {
  assert.deepEqual(stringOffsets(Buffer.from('a\0\0bc\0')), [0, 2, 3, 6]);
  assert.match(parse('STRING', '2', 'BLOB', 'a\0b') as string, /Number of string elements/);
  assert.match(parse('STRING', '1', 'BLOB', 'a\0b') as string, /Number of string elements/);
  assert.equal((parse('STRING', '2', 'VALUES', 'a', 'bc') as Tensor).data.toString(), 'a\0bc\0');
  assert.equal((parse('STRING', '2', 'VALUES', 'a\0', '\0') as Tensor).data.toString(), 'a\0\0', 'one that brings its end along');
  for (const text of ['', 'a\0b', '\0\0']) assert.match(parse('STRING', '1', 'VALUES', text) as string, /^-ERR C-string value contains null character/);
});

test('a tensor is shown as asked', () => {
  const request = new Request();
  request.assign([Buffer.from('values'), Buffer.from('META')]);
  const reply = new Reply();
  writeTensor(parse('INT64', '1', 'BLOB', Buffer.alloc(8, 255)) as Tensor, parseFormat(request, 0, 2, reply)!, reply);
  assert.equal(reply.drain().toString(), '*6\r\n$5\r\ndtype\r\n$5\r\nINT64\r\n$5\r\nshape\r\n*1\r\n:1\r\n$6\r\nvalues\r\n*1\r\n:-1\r\n');
});

test('a NaN shows its sign, as printf does', () => {
  const reply = new Reply();
  writeTensor(parse('FLOAT', '2', 'BLOB', Buffer.from([0, 0, 0xc0, 0x7f, 0, 0, 0xc0, 0xff])) as Tensor, { meta: false, content: 'values' }, reply);
  assert.equal(reply.drain().toString(), '*2\r\n$3\r\nnan\r\n$4\r\n-nan\r\n');
});
