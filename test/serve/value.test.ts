import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hash, List, Members } from '../../serve/collection-values.js';
import { SortedSet } from '../../serve/sorted-set.js';
import { parseTensor } from '../../serve/tensor-value.js';
import { Reply } from '../../serve/reply.js';
import { Request } from '../../serve/request.js';
import { sizeOf, typeName } from '../../serve/value.js';

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
