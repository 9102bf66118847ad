import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Database } from '../../serve/database.js';
import { modelAt, NO_MODEL, NO_TENSOR, tensorAt, WRONGTYPE } from '../../serve/lookup.js';
import { Reply } from '../../serve/reply.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';

test('a value of the wrong type and no value are different errors', () => {
  const database = new Database(() => 0);
  const tensor = new Tensor(TYPES.FLOAT, [], Buffer.alloc(4));
  database.set('t', tensor);
  database.set('s', Buffer.alloc(1));
  const reply = new Reply();
  assert.equal(tensorAt(database, 't', reply), tensor);
  for (const find of [tensorAt, modelAt]) for (const key of ['s', 'none']) assert.equal(find(database, key, reply), null);
  assert.equal(modelAt(database, 't', reply), null);
  const errors = [WRONGTYPE, NO_TENSOR, WRONGTYPE, NO_MODEL, WRONGTYPE];
  assert.equal(reply.drain().toString(), errors.map((text) => `-${text}\r\n`).join(''));
});
