import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { accessOf, addAccess, type AccessGiven } from '../../cli/access.js';
import { Secret } from '../../core/secret.js';

function parse(...args: string[]): ReturnType<typeof accessOf> {
  const command = new Command().exitOverride();
  addAccess(command);
  return accessOf(command.parse(args, { from: 'user' }).opts<AccessGiven>());
}

test('users, sizes and files become options of the server', () => {
  const options = parse('--user', 'ada:a:b', '--user', 'bob:c', '--maxmemory', '3mb', '--maxclients', '7', '--unixsocket', 's', '--tls-cert', 'c', '--tls-key', 'k');
  assert.deepEqual(Object.entries(options.users!).map(([name, password]) => [name, (password as Secret).reveal()]), [['ada', 'a:b'], ['bob', 'c']]);
  assert.equal(options.maxmemoryBytes, 3 * 1024 * 1024);
  assert.equal(options.connectionsMax, 7);
  assert.deepEqual(options.tls, { cert: 'c', key: 'k', ca: undefined });
  assert.equal(options.unixSocket, 's');
  assert.equal(parse().tls, undefined);
});

test('what is wrong is said, and never with the password', () => {
  for (const wrong of ['hush', ':hush', 'ada:', 'ada:x hush']) assert.throws(() => parse('--user', wrong), (error: Error) => /^--user: a user is written NAME:PASSWORD/.test(error.message) && !error.message.includes('hush'));
  assert.throws(() => parse('--maxmemory', 'much'), /no size/);
  for (const part of [['--tls-cert', 'c'], ['--tls-key', 'k'], ['--tls-ca', 'a']]) assert.throws(() => parse(...part), /both --tls-cert and --tls-key/);
});

test('users come from the environment too, so that no process list shows them', (t) => {
  process.env.INFERPLAY_USERS = 'ada:one bob:two';
  t.after(() => delete process.env.INFERPLAY_USERS);
  assert.deepEqual(Object.keys(parse().users!), ['ada', 'bob']);
  process.env.INFERPLAY_USERS = 'ada:one hush';
  assert.throws(() => parse(), (error: Error) => error.message === 'INFERPLAY_USERS: a user is written NAME:PASSWORD, neither of them empty.');
});

test('an empty password is refused, from the command line and from a variable that was set to nothing', (t) => {
  assert.throws(() => parse('--requirepass', ''), /^InferplayError: --requirepass is empty; give a password/);
  t.after(() => delete process.env.INFERPLAY_REQUIREPASS);
  process.env.INFERPLAY_REQUIREPASS = '';
  assert.throws(() => parse(), /^InferplayError: INFERPLAY_REQUIREPASS is empty/);
  process.env.INFERPLAY_REQUIREPASS = 'hush';
  assert.equal((parse().requirepass as Secret).reveal(), 'hush');
});
