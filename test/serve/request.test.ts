import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BROKEN, INCOMPLETE, Request, splitInline } from '../../serve/request.js';
import { encodeCommand } from '../../wire/resp.js';

function texts(request: Request): string[] {
  return Array.from({ length: request.argc }, (_, i) => request.text(i));
}

test('a request that is whole is read where it lies', () => {
  const bytes = encodeCommand(['SET', 'k', Buffer.from([0, 255, 13, 10])]);
  const request = new Request();
  assert.equal(request.parse(bytes, 0, bytes.length, true), bytes.length);
  assert.deepEqual(texts(request), ['SET', 'k', '\0\xff\r\n']);
  assert.equal(request.view(2).buffer, bytes.buffer);
});

test('a request that comes in pieces is the same request, wherever it is cut', () => {
  fc.assert(fc.property(fc.array(fc.string({ maxLength: 300 }), { minLength: 1, maxLength: 12 }), fc.array(fc.nat(4000), { maxLength: 6 }), (args, cuts) => {
    const bytes = encodeCommand(args);
    const request = new Request();
    for (const cut of cuts.map((each) => each % bytes.length).sort((a, b) => a - b)) assert.equal(request.parse(bytes, 0, cut, true), INCOMPLETE);
    assert.equal(request.parse(bytes, 0, bytes.length, true), bytes.length);
    assert.deepEqual(texts(request), args.map((arg) => Buffer.from(arg).toString('latin1')));
  }));
});

test('what breaks the protocol is named as Redis names it', () => {
  const problems = {
    '*-5\r\n': null, '*0\r\n': null, '*x\r\n': 'invalid multibulk length', '*1048577\r\n': 'invalid multibulk length', '*1\r\n+x\r\n': "expected '$', got '+'",
    '*1\r\n$-1\r\n': 'invalid bulk length', '*1\r\n$536870913\r\n': 'invalid bulk length', '*1\r\n$x\r\n': 'invalid bulk length', 'a "b\r\n': 'unbalanced quotes in request',
  };
  for (const [text, problem] of Object.entries(problems)) {
    const request = new Request();
    const next = request.parse(Buffer.from(text), 0, text.length, true);
    assert.equal(next === BROKEN ? request.problem.replace('ERR Protocol error: ', '') : null, problem, text);
  }
});

test('the line of a length ends at its carriage return and one byte more', () => {
  const parse = (text: string): [number, string[]] => {
    const request = new Request();
    return [request.parse(Buffer.from(text), 0, text.length, true), texts(request)];
  };
  assert.deepEqual(parse('*2\rx$3\r-GET\r\n$1\r\nk\r\n'), [20, ['GET', 'k']]);
  assert.equal(parse('*1\n$4\nPING\n')[0], INCOMPLETE);
  assert.equal(parse('*1\n$4\nPING\r\n')[0], BROKEN);
  assert.equal(parse('*1\r\nPING')[0], INCOMPLETE);
  assert.equal(parse('*1\r\nPING\r\n')[0], BROKEN);
});

test('places and counts reach as far as 64 bits do', () => {
  const request = new Request();
  request.assign(['9223372036854775807', '-9223372036854775808', '9223372036854775808', '9007199254740993', '01', '', '7'].map((text) => Buffer.from(text)));
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map((i) => request.long(i)), [2 ** 63, -(2 ** 63), NaN, 2 ** 53, NaN, NaN, 7]);
});

test('a stranger may send little', () => {
  for (const text of ['*11\r\n', '*1\r\n$16385\r\n']) {
    const request = new Request();
    assert.equal(request.parse(Buffer.from(text), 0, text.length, false), BROKEN);
    assert.match(request.problem, /unauthenticated/);
  }
});

test('inline commands know quotes', () => {
  assert.deepEqual(splitInline('  SET k  "a \\"b\\n\\x41" \'it\\\'s\' '), ['SET', 'k', 'a "b\nA', "it's"]);
  assert.deepEqual(splitInline('\va\vb\tc\fd\xa0e "f"\vg'), ['a\vb', 'c\fd\xa0e', 'f', 'g']);
  assert.equal(splitInline('"a"b'), null);
  assert.deepEqual(splitInline(''), []);
});

test('kept arguments are copies, save where the memory is the request\'s own and aligned', () => {
  const request = new Request();
  const bytes = Buffer.alloc(64, 'x');
  request.bytes = bytes;
  request.start[0] = 8;
  request.end[0] = 16;
  assert.notEqual(request.take(0).buffer, bytes.buffer);
  request.owned = true;
  if ((bytes.byteOffset + 8) % 8 === 0) assert.equal(request.take(0).byteOffset, bytes.byteOffset + 8);
  request.start[0] = 9;
  assert.notEqual(request.take(0).byteOffset, bytes.byteOffset + 9);
});

test('keywords end at a zero byte, as C reads them', () => {
  const request = new Request();
  request.assign(['blob\0x', 'BLOBX', 'BLO', 'a\0b'].map((text) => Buffer.from(text)));
  assert.deepEqual([0, 1, 2, 4].map((i) => request.is(i, 'BLOB')), [true, false, false, false]);
  assert.deepEqual([0, 3].map((i) => request.cString(i)), ['blob', 'a']);
});

test('a long integer has the range of 64 bits', () => {
  const request = new Request();
  const texts = { '9223372036854775807': 2 ** 63, '9223372036854775808': NaN, '-9223372036854775808': -(2 ** 63), '-9223372036854775809': NaN, '9007199254740993': 2 ** 53, '+1': NaN, '01': NaN, '7': 7 };
  request.assign(Object.keys(texts).map((text) => Buffer.from(text)));
  assert.deepEqual(Object.keys(texts).map((_, i) => request.long(i)), Object.values(texts));
});

test('the memory of a request is free for others with its one kept argument, and only where nothing else is kept of it', () => {
  const body = 'x'.repeat(16);
  const set = `*2\r\n$3\r\nSET\r\n$16\r\n${body}\r\n`;
  /** Runs all requests in these bytes, laid out so that the arguments are aligned, and takes the last argument of each. */
  const memories = (text: string, owned = true): boolean[] => {
    const bytes = Buffer.allocUnsafeSlow(text.length + 8);
    const from = (8 - (text.indexOf(body) % 8)) % 8;
    const end = from + bytes.write(text, from, 'latin1');
    const request = new Request();
    request.owned = owned;
    const found: boolean[] = [];
    for (let at = from; (at = request.parse(bytes, at, end, true)) > 0; ) {
      assert.equal(request.memory, null);
      if (request.argc === 0) continue;
      request.take(request.argc - 1);
      found.push(request.memory === bytes);
    }
    return found;
  };
  assert.deepEqual(memories(set), [true]);
  assert.deepEqual(memories(set, false), [false]);
  assert.deepEqual(memories(`${set}*1\r\n$4\r\nPI`), [false], 'what follows has begun');
  // The line ends, which mean nothing, align the second body.
  assert.deepEqual(memories(`${set}\r\n\r\n${set}`), [false, false], 'the first is kept of the same bytes');
});
