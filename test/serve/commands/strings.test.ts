import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../support/resp-client.js';

test('SET and its options', async (t) => {
  const { call } = await served(t);
  assert.equal(await call('SET', 'k', 1, 'XX'), null);
  assert.equal(await call('SET', 'k', 1, 'NX', 'EX', 100), 'OK');
  assert.equal(await call('SET', 'k', 2, 'NX'), null);
  assert.equal(await call('SET', 'k', 2, 'GET', 'KEEPTTL'), '1');
  assert.equal(await call('TTL', 'k'), 100);
  assert.equal(await call('SET', 'k', 3), 'OK');
  assert.equal(await call('TTL', 'k'), -1);
  for (const wrong of [['NX', 'XX'], ['EX'], ['EX', 1, 'PX', 1], ['KEEPTTL', 'EX', 1], ['NX', 'GET'], ['FOO']]) assert.equal(await call('SET', 'k', 1, ...wrong), '-ERR syntax error');
  assert.equal(await call('SET', 'k', 1, 'EX', 0), '-ERR invalid expire time in set');
  assert.equal(await call('SET', 'k', 1, 'EX', 'x'), '-ERR value is not an integer or out of range');
});

test('the INCR family is exact in 64 bits', async (t) => {
  const { call } = await served(t);
  await call('SET', 'n', '9223372036854775806');
  assert.equal(await call('INCR', 'n'), 9223372036854775807n);
  assert.equal(await call('INCR', 'n'), '-ERR increment or decrement would overflow');
  assert.equal(await call('DECRBY', 'm', 5), -5);
  assert.equal(await call('INCRBY', 'm', '1.5'), '-ERR value is not an integer or out of range');
  assert.equal(await call('INCRBYFLOAT', 'm', '0.5'), '-4.5');
  assert.equal(await call('INCR', 'm'), '-ERR value is not an integer or out of range');
});

test('parts of strings, several strings, and strings that go', async (t) => {
  const { call } = await served(t);
  assert.equal(await call('APPEND', 's', 'Hello'), 5);
  assert.equal(await call('APPEND', 's', ' World'), 11);
  assert.equal(await call('GETRANGE', 's', -5, -1), 'World');
  assert.equal(await call('GETRANGE', 's', 5, 2), '');
  assert.equal(await call('SETRANGE', 's', 13, '!'), 14);
  assert.equal(await call('STRLEN', 's'), 14);
  assert.equal(await call('MSET', 'a', 1, 'b', 2), 'OK');
  assert.equal(await call('MSETNX', 'b', 3, 'c', 4), 0);
  assert.deepEqual(await call('MGET', 'a', 'b', 'c'), ['1', '2', null]);
  assert.match(String(await call('MSET', 'a', 1, 'b')), /wrong number of arguments for MSET/);
  assert.equal(await call('GETSET', 'a', 9), '1');
  assert.equal(await call('GETDEL', 'a'), '9');
  assert.equal(await call('GETEX', 'b', 'PX', 90_000), '2');
  assert.equal(await call('TTL', 'b'), 90);
  assert.equal(await call('SETNX', 'b', 0), 0);
});
