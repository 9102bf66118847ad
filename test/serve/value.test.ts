import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hash, List, Members } from '../../serve/collection-values.js';
import { SortedSet } from '../../serve/sorted-set.js';
import { parseTensor } from '../../serve/tensor-value.js';
import { Reply } from '../../serve/reply.js';
import { Request } from '../../serve/request.js';
import { encoded, encodingOf, sizeOf, typeName } from '../../serve/value.js';

test('every kind of value has a name and a size', () => {
  assert.deepEqual([Buffer.alloc(3), new Hash(), new List(), new Members(), new SortedSet()].map(typeName), ['string', 'hash', 'list', 'set', 'zset']);
  assert.equal(sizeOf(Buffer.alloc(3)), 3);
  const list = new List();
  list.push(Buffer.alloc(5), true);
  assert.ok(sizeOf(list) > 5);
  const request = new Request();
  request.assign(['FLOAT', '2', '3'].map((word) => Buffer.from(word)));
  const tensor = parseTensor(request, 0, 3, new Reply())!;
  assert.deepEqual([typeName(tensor), sizeOf(tensor)], ['AI_TENSOR', 24]);
});

test('strings are encoded as what they are and how they came about', () => {
  const encodings = ['0', '-12', '9223372036854775807', '9223372036854775808', '01', '1'.repeat(21), 'x'.repeat(44), 'x'.repeat(45)].map((text) => encodingOf(Buffer.from(text)));
  assert.deepEqual(encodings, ['int', 'int', 'int', 'embstr', 'embstr', 'embstr', 'embstr', 'raw']);
  assert.equal(encodingOf(encoded(Buffer.from('5'), 'raw')), 'raw');
  assert.equal(encodingOf(encoded(Buffer.from('5'), 'text')), 'embstr');
  assert.deepEqual([new Hash(), new List(), new Members(), new SortedSet()].map(encodingOf), ['ziplist', 'quicklist', 'intset', 'ziplist']);
});
