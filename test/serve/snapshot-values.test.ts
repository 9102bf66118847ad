import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hash, List, Members } from '../../serve/collection-values.js';
import { Models } from '../../serve/models.js';
import { kindOf, readValue, writeValue, type Source } from '../../serve/snapshot-values.js';
import { SortedSet } from '../../serve/sorted-set.js';
import type { Value } from '../../serve/value.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';
import { multiplyModel } from '../support/resp-client.js';

function sourceOf(bytes: Buffer): Source & { left(): number } {
  let at = 0;
  return {
    take(size) {
      if (at + size > bytes.length) throw new Error('it ends too early');
      return bytes.subarray(at, (at += size)) as Buffer;
    },
    left: () => bytes.length - at,
  };
}

function collections(): Value[] {
  const hash = new Hash();
  hash.set('field\xff', Buffer.from([0, 255]));
  hash.set('', Buffer.alloc(0));
  const list = new List();
  for (const text of ['b', 'a', '']) list.push(Buffer.from(text), false);
  const members = new Members();
  for (const member of ['1', 'x', '']) members.add(member);
  const sorted = new SortedSet();
  for (const [member, score] of [['low', -Infinity], ['half', 0.5], ['high', 7]] as const) sorted.set(member, score);
  return [hash, list, members, sorted];
}

test('every kind of value comes back as it was', () => {
  const values: Value[] = [
    Buffer.from([1, 0, 255]), Buffer.alloc(0), ...collections(), new Tensor(TYPES.INT64, [2, 1], Buffer.alloc(16, 7)), new Tensor(TYPES.STRING, [2], Buffer.from('a\0bc\0')),
    new Tensor(TYPES.FLOAT, [], Buffer.alloc(4)), new Tensor(TYPES.FLOAT, [2 ** 62], Buffer.alloc(0)),
  ];
  for (const value of values) {
    const written = Buffer.concat([...writeValue(value)]);
    const source = sourceOf(written);
    const read = readValue(kindOf(value), source) as Value;
    assert.equal(source.left(), 0);
    assert.equal(kindOf(read), kindOf(value));
    assert.deepEqual(Buffer.concat([...writeValue(read)]), written);
    for (let size = 0; size < written.length; size++) assert.throws(() => readValue(kindOf(value), sourceOf(written.subarray(0, size) as Buffer)));
  }
});

test('a model comes back as its definition', () => {
  const definition = { key: 'm', backend: 'ONNX', device: 'cpu', tag: 't', batchSize: 4, minBatchSize: 2, minBatchTimeoutMs: 10, blob: multiplyModel() };
  const model = new Models().create(definition);
  assert.deepEqual(readValue(kindOf(model), sourceOf(Buffer.concat([...writeValue(model)]))), { definition });
  model.release();
});

test('what no snapshot holds is refused', () => {
  assert.throws(() => readValue(99, sourceOf(Buffer.alloc(100))), /unknown kind 99/);
  const tensor = Buffer.concat([...writeValue(new Tensor(TYPES.FLOAT, [2], Buffer.alloc(8)))]);
  tensor.writeDoubleLE(3, 4 + 5 + 4);
  assert.throws(() => readValue(5, sourceOf(tensor)), /no sense/);
});
