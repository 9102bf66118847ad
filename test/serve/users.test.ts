import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { Users } from '../../serve/users.js';

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

test('without passwords everybody is let in; with any, nobody without one', () => {
  assert.equal(new Users(null).open, true);
  assert.equal(new Users(null).accepts('default', 'anything'), true);
  assert.equal(new Users(null).accepts('somebody', ''), false);
  const named = new Users(null, { ada: new Secret('x') });
  assert.equal(named.open, false);
  assert.equal(named.accepts('default', ''), false);
  assert.deepEqual(named.names(), ['ada', 'default']);
});

test('the default user is given its password as such, and not by name', () => {
  assert.throws(() => new Users(null, { default: new Secret('hush') }), (error: Error) => /requirepass/.test(error.message) && !error.message.includes('hush'));
});

test('each user has its own password, whatever letters it has', () => {
  const users = new Users(new Secret('main'), { 'zoë': new Secret('pä ss') });
  assert.equal(users.accepts('default', 'main'), true);
  assert.equal(users.accepts(latin1('zoë'), latin1('pä ss')), true);
  for (const [name, password] of [['default', latin1('pä ss')], [latin1('zoë'), 'main'], ['zo', ''], ['', ''], ['default', '']]) assert.equal(users.accepts(name, password), false);
  users.setPassword(new Secret('other'));
  assert.equal(users.accepts('default', 'main'), false);
  assert.equal(users.accepts('default', 'other'), true);
  assert.equal(users.hasPassword, true);
  assert.ok(!inspect(users, { depth: 9, showHidden: true }).includes('other'));
});

test('an empty password is refused at the start, where it would let everybody in', () => {
  const refused = (make: () => Users, what: RegExp): void => assert.throws(make, (error) => error instanceof InferplayError && error.code === 'USAGE' && what.test(error.message));
  refused(() => new Users(new Secret('')), /^requirepass is empty/);
  refused(() => new Users(new Secret('x'), { ada: new Secret('y'), bob: new Secret('') }), /user bob is empty/);
});
