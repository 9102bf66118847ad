import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, hostPort } from '../../core/address.js';

test('a URL says host, port, user, password and path', () => {
  const address = addressOf(new URL('redisai://us%40er:p%25ss@[::1]:7000/3?x=1'), { defaultPort: 1, tls: true });
  assert.deepEqual({ ...address, username: address.username?.reveal(), password: address.password?.reveal() }, { host: '::1', port: 7000, tls: true, username: 'us@er', password: 'p%ss', path: '3' });
  const bare = addressOf(new URL('redis://host'), { defaultPort: 6379, tls: false });
  assert.deepEqual(bare, { host: 'host', port: 6379, tls: false, username: null, password: null, path: '' });
});

test('a password that is not encoded is refused without being shown', () => {
  assert.throws(() => addressOf(new URL('redis://:50%@host'), { defaultPort: 1, tls: false }), (error: Error) => error.message.includes('%25') && !error.message.includes('50%'));
});

test('an IPv6 address stands in brackets', () => {
  assert.equal(hostPort('127.0.0.1', 6379), '127.0.0.1:6379');
  assert.equal(hostPort('::1', 6379), '[::1]:6379');
});
