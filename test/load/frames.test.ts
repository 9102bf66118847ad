import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { digitsOf, existsFrame, keyOf, manyFrame, rowFrame, writeDigits } from '../../load/frames.js';
import { encodeCommand } from '../../wire/resp.js';

const id = fc.oneof(fc.nat(200), fc.maxSafeInteger().map(Math.abs), fc.constantFrom(0, 9, 10, 99, 100, 999_999, 1_000_000, Number.MAX_SAFE_INTEGER));

test('digits of every id are those of its decimal text', () => {
  fc.assert(fc.property(id, (value) => {
    const text = String(value);
    assert.equal(digitsOf(value), text.length);
    const into = Buffer.alloc(20, '.');
    assert.equal(writeDigits(into, 2, value, text.length), 2 + text.length);
    assert.equal(into.toString(), `..${text}`.padEnd(20, '.'));
  }));
});

test('a key has its id between braces', () => assert.equal(keyOf('referenceTensor', 12), 'referenceTensor:{12}'));

test('a frame for one row is the command that encodeCommand makes', () => {
  fc.assert(fc.property(id, fc.uint8Array({ minLength: 3, maxLength: 3 }), fc.array(fc.string({ unit: 'grapheme' })), fc.nat(50), (row, value, before, offset) => {
    const frame = rowFrame('AI.TENSORSET', 'referenceTensor', before, 3);
    const data = Buffer.concat([Buffer.from('xyz'), value]);
    const into = Buffer.alloc(offset + frame.rowBytesMax + frame.headBytesMax);
    const end = frame.write(into, offset, [0, row], data, 1, 2);
    assert.deepEqual(into.subarray(offset, end), encodeCommand(['AI.TENSORSET', keyOf('referenceTensor', row), ...before, value]));
  }));
});

test('a frame for many rows is one MSET', () => {
  fc.assert(fc.property(fc.array(id, { minLength: 1, maxLength: 20 }), fc.nat(5), (ids, from) => {
    if (from >= ids.length) return;
    const frame = manyFrame('referenceBLOB', 2, 20);
    const data = Buffer.from(ids.flatMap((_, row) => [row, 255 - row]));
    const into = Buffer.alloc(7 + frame.headBytesMax + ids.length * frame.rowBytesMax);
    const end = frame.write(into, 7, ids, data, from, ids.length);
    const args = ids.slice(from).flatMap((value, at) => [keyOf('referenceBLOB', value), data.subarray((from + at) * 2, (from + at) * 2 + 2)]);
    assert.deepEqual(into.subarray(7, end), encodeCommand(['MSET', ...args]));
  }));
});

test('EXISTS asks for every form of every row', () => {
  fc.assert(fc.property(fc.array(id, { minLength: 1, maxLength: 20 }), (ids) => {
    const prefixes = ['referenceBLOB', 'referenceTensor'];
    const frame = existsFrame(prefixes);
    const into = Buffer.alloc(frame.headBytesMax + ids.length * frame.rowBytesMax);
    const end = frame.write(into, ids, 0, ids.length);
    assert.deepEqual(into.subarray(0, end), encodeCommand(['EXISTS', ...ids.flatMap((value) => prefixes.map((prefix) => keyOf(prefix, value)))]));
  }));
});
