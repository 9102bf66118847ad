import { test } from 'node:test';
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { InferplayError } from '../../core/errors.js';
import { databaseOf, greeting, parseRedisUrl, whereOf } from '../../wire/redis-address.js';

test('every part of a URL finds its place', () => {
  const { scheme, address, parameters } = parseRedisUrl('rediss://me:p%40ss@example.org:7000/3?ca=x.pem&insecure');
  assert.equal(scheme, 'redis');
  assert.equal(address.tls, true);
  assert.equal(address.host, 'example.org');
  assert.equal(address.port, 7000);
  assert.equal(address.username?.reveal(), 'me');
  assert.equal(address.password?.reveal(), 'p@ss');
  assert.equal(address.path, '3');
  assert.deepEqual(parameters, { ca: 'x.pem', insecure: '' });
  assert.deepEqual(greeting(address), [['AUTH', 'me', 'p@ss'], ['SELECT', '3']]);
});

test('what is left out has a default', () => {
  const { scheme, address } = parseRedisUrl('redisai://[::1]');
  assert.equal(scheme, 'redisai');
  assert.deepEqual({ ...address }, { host: '::1', port: 6379, tls: false, username: null, password: null, path: '' });
  assert.equal(whereOf(address), '[::1]:6379');
  assert.deepEqual(greeting(address), []);
  assert.deepEqual(greeting(parseRedisUrl('redis://:only@h').address), [['AUTH', 'only']]);
});

test('a database is a small whole number', () => {
  assert.equal(databaseOf(''), 0);
  assert.equal(databaseOf('12'), 12);
  for (const path of ['-1', '1.5', 'x', '123456', '1/2']) assert.throws(() => databaseOf(path), InferplayError);
});

test('any text is parsed or refused with USAGE, and a password is never shown', () => {
  const password = fc.string({ minLength: 8, unit: 'grapheme' }).filter((text) => text.trim().length >= 8 && !'redis://[user:password@]host[:port]/database'.includes(text));
  fc.assert(fc.property(password, (secret) => {
    for (const url of [`redis://u:${secret}@h:1`, `redis://u:${encodeURIComponent(secret)}@h:1/x`, `http://u:${secret}@h`, secret]) {
      try {
        const parsed = parseRedisUrl(url);
        if (url.includes('@h:1/x')) assert.ok(!inspect(parsed).includes(secret));
      } catch (error) {
        assert.ok(error instanceof InferplayError && error.code === 'USAGE', String(error));
        assert.ok(url === secret || !error.message.includes(secret), error.message);
      }
    }
  }));
  fc.assert(fc.property(fc.webUrl({ validSchemes: ['redis', 'redisais'] }), (url) => {
    try {
      parseRedisUrl(url);
    } catch (error) {
      assert.ok(error instanceof InferplayError && error.code === 'USAGE', String(error));
    }
  }));
});

test('a password goes through the URL unchanged', () => {
  fc.assert(fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (secret) => {
    assert.equal(parseRedisUrl(`redis://u:${encodeURIComponent(secret)}@h`).address.password?.reveal(), secret);
  }));
});
