import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { BULK_BYTES_MAX, decodeReply, DEPTH_MAX, encodeCommand, INCOMPLETE, ITEMS_MAX, MALFORMED, RespError, scanReply, type Reply } from '../../wire/resp.js';
import { missing, sharedReference } from '../support/paths.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const scan = (buffer: Buffer): number => scanReply(buffer, 0, buffer.length);

/** A reply as a server would send it, and what decoding it must give. */
interface Case {
  readonly wire: Buffer;
  readonly value: Reply;
}

const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ''));
const leaf: fc.Arbitrary<Case> = fc.oneof(
  line.map((text) => ({ wire: Buffer.from(`+${text}\r\n`), value: text })),
  line.map((text) => ({ wire: Buffer.from(`-${text}\r\n`), value: new RespError(text) })),
  fc.maxSafeInteger().map((value) => ({ wire: bytes(`:${value}\r\n`), value: Object.is(value, -0) ? 0 : value })),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }).map((value) => ({ wire: bytes(`:${value}\r\n`), value })),
  fc.bigInt({ min: -(10n ** 300n), max: 10n ** 300n }).map((value) => ({ wire: bytes(`(${value}\r\n`), value })),
  fc.double({ noNaN: true }).map((value) => ({ wire: bytes(`,${value === Infinity ? 'inf' : value === -Infinity ? '-inf' : value}\r\n`), value: value === 0 ? 0 : value })),
  fc.boolean().map((value) => ({ wire: bytes(`#${value ? 't' : 'f'}\r\n`), value })),
  fc.constantFrom('_\r\n', '$-1\r\n', '*-1\r\n').map((text) => ({ wire: bytes(text), value: null })),
  fc.uint8Array({ maxLength: 300 }).map((data) => ({ wire: Buffer.concat([bytes(`$${data.length}\r\n`), data, bytes('\r\n')]), value: Buffer.from(data) })),
  fc.uint8Array({ maxLength: 30 }).map((data) => ({ wire: Buffer.concat([bytes(`=${data.length + 4}\r\ntxt:`), data, bytes('\r\n')]), value: Buffer.from(data) })),
  fc.string({ unit: 'grapheme' }).map((text) => ({ wire: Buffer.from(`!${Buffer.byteLength(text)}\r\n${text}\r\n`), value: new RespError(text) })),
);
const { reply } = fc.letrec<{ reply: Case }>((tie) => ({
  reply: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc.tuple(fc.constantFrom('*', '~', '>'), fc.array(tie('reply'), { maxLength: 6 })).map(([type, items]) => ({ wire: Buffer.concat([bytes(`${type}${items.length}\r\n`), ...items.map((item) => item.wire)]), value: items.map((item) => item.value) })),
    fc.array(fc.tuple(tie('reply'), tie('reply')), { maxLength: 4 }).map((pairs) => ({ wire: Buffer.concat([bytes(`%${pairs.length}\r\n`), ...pairs.flat().map((item) => item.wire)]), value: pairs.flat().map((item) => item.value) })),
    fc.tuple(fc.array(fc.tuple(tie('reply'), tie('reply')), { maxLength: 2 }), tie('reply')).map(([pairs, item]) => ({ wire: Buffer.concat([bytes(`|${pairs.length}\r\n`), ...pairs.flat().map((part) => part.wire), item.wire]), value: item.value })),
  ),
}));

test('every type of reply is scanned to its end and decoded to its value', () => {
  fc.assert(fc.property(reply, fc.uint8Array({ maxLength: 10 }), ({ wire, value }, after) => {
    const buffer = Buffer.concat([wire, after]);
    assert.equal(scan(buffer), wire.length);
    assert.deepEqual(decodeReply(buffer), value);
    // Wherever it lies in a buffer.
    const moved = Buffer.concat([bytes('xyz'), buffer]);
    assert.equal(scanReply(moved, 3, moved.length), wire.length + 3);
    assert.deepEqual(decodeReply(moved, 3), value);
  }));
});

test('every beginning of a reply is incomplete, never malformed and never taken for whole', () => {
  fc.assert(fc.property(reply, ({ wire }) => {
    for (let end = 0; end < wire.length; end++) assert.equal(scanReply(wire, 0, end), INCOMPLETE, `${end} of ${JSON.stringify(wire.toString('latin1'))}`);
  }));
});

test('replies one after the other are found in any chunks', () => {
  fc.assert(fc.property(fc.array(reply, { minLength: 1, maxLength: 8 }), fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (replies, sizes) => {
    const stream = Buffer.concat(replies.map(({ wire }) => wire));
    const found: Reply[] = [];
    let pending = Buffer.alloc(0);
    for (let at = 0; at < stream.length; ) {
      const size = sizes.next().value as number;
      pending = Buffer.concat([pending, stream.subarray(at, at + size)]);
      at += size;
      for (let next = scan(pending); next >= 0; next = scan(pending)) {
        found.push(decodeReply(Buffer.from(pending.subarray(0, next))));
        pending = pending.subarray(next);
      }
    }
    assert.equal(pending.length, 0);
    assert.deepEqual(found, replies.map(({ value }) => value));
  }));
});

test('any bytes at all are scanned without an exception, and what is whole decodes', () => {
  const noise = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.string({ unit: fc.constantFrom(...'+-:$*%~>|=!#,(_0123456789tf\r\n'.split(''), '\r\n', '\r\n'), maxLength: 40 }).map(bytes));
  fc.assert(fc.property(noise, (data) => {
    const buffer = Buffer.from(data);
    const end = scan(buffer);
    assert.ok(end === INCOMPLETE || end === MALFORMED || (end > 0 && end <= buffer.length));
    if (end > 0) decodeReply(buffer.subarray(0, end));
  }), { numRuns: 3000 });
});

test('one changed byte never makes a scanned reply throw', () => {
  fc.assert(fc.property(reply, fc.nat(), fc.nat(255), ({ wire }, at, byte) => {
    const changed = Buffer.from(wire);
    changed[at % changed.length] = byte;
    const end = scan(changed);
    if (end > 0) decodeReply(changed);
  }));
});

test('what is malformed is said to be', () => {
  const wrong = ['x', '\r\n', ':\r\n', ':1a\r\n', ':--1\r\n', ':1\rx', '$a\r\n', '$-2\r\n', '$3\r\nabcde', '$1\r\nab\r\n', '*-2\r\n', '%-1\r\n', '~-1\r\n', '=-1\r\n', '=3\r\nabc\r\n', '=4\r\ntxt-\r\n', '#x\r\n', '#tt\r\n', '_x\r\n', '(1.5\r\n', '+a\rb', '*1\r\nx', `:${'1'.repeat(30)}`, `$${'1'.repeat(30)}\r\n`, `$${BULK_BYTES_MAX + 1}\r\n`, `*${ITEMS_MAX + 1}\r\n`, `(${'9'.repeat(2000)}`];
  for (const text of wrong) assert.equal(scan(bytes(text)), MALFORMED, JSON.stringify(text));
});

test('nesting has a limit', () => {
  assert.ok(scan(bytes(`${'*1\r\n'.repeat(DEPTH_MAX)}:1\r\n`)) > 0);
  assert.equal(scan(bytes(`${'*1\r\n'.repeat(DEPTH_MAX + 1)}:1\r\n`)), MALFORMED);
  assert.equal(scan(bytes('*1\r\n'.repeat(1_000_000))), MALFORMED);
});

test('a command is an array of bulk strings, whatever its arguments are', () => {
  const arg = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array(), fc.integer());
  fc.assert(fc.property(fc.array(arg, { minLength: 1 }), (args) => {
    const frame = encodeCommand(args);
    assert.equal(scan(frame), frame.length);
    assert.deepEqual(decodeReply(frame), args.map((value) => Buffer.from(typeof value === 'number' ? String(value) : (value as string))));
  }));
});

test('the code of an error is its first word in capitals', () => {
  for (const [text, code] of [['ERR no', 'ERR'], ['WRONGTYPE x', 'WRONGTYPE'], ['OOM', 'OOM'], ['Invalid argument: FOO', 'ERR'], ['A tensor', 'ERR'], ['', 'ERR'], ['LOADING Redis', 'LOADING']]) assert.equal(new RespError(text).code, code);
});

const transcripts = join(sharedReference, 'wire', 'redisai', 'transcripts.jsonl');

interface RecordedReply {
  readonly t: string;
  readonly v?: unknown;
  readonly b64?: string;
}

function encodeRecorded({ t, v, b64 }: RecordedReply): Buffer {
  switch (t) {
    case 'simple': return Buffer.from(`+${v}\r\n`);
    case 'error': return Buffer.from(`-${v}\r\n`);
    case 'int': return bytes(`:${v}\r\n`);
    case 'bulk': {
      const data = b64 === undefined ? Buffer.from(String(v)) : Buffer.from(b64, 'base64');
      return Buffer.concat([bytes(`$${data.length}\r\n`), data, bytes('\r\n')]);
    }
    case 'array': return Buffer.concat([bytes(`*${(v as unknown[]).length}\r\n`), ...(v as RecordedReply[]).map(encodeRecorded)]);
    case 'nullarray': return bytes('*-1\r\n');
    default: return bytes('$-1\r\n');
  }
}

test('replies that a real RedisAI gave are scanned and decoded', { skip: missing(transcripts) }, () => {
  let count = 0;
  for (const text of readFileSync(transcripts, 'utf8').trim().split('\n')) {
    for (const { reply: recorded } of (JSON.parse(text) as { steps: { reply?: RecordedReply }[] }).steps) {
      if (!recorded || !['simple', 'error', 'int', 'bulk', 'array', 'null', 'nullarray'].includes(recorded.t)) continue;
      const wire = encodeRecorded(recorded);
      assert.equal(scan(wire), wire.length);
      if (recorded.t === 'error') assert.equal((decodeReply(wire) as RespError).message, recorded.v);
      else if (recorded.t === 'array') assert.equal((decodeReply(wire) as Reply[]).length, (recorded.v as unknown[]).length);
      count++;
    }
  }
  assert.ok(count > 1000);
});
