import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../support/resp-client.js';

test('COMMAND tells flags, places of keys and categories, as 6.2 does', async (t) => {
  const { call } = await served(t);
  assert.deepEqual(await call('COMMAND', 'INFO', 'LASTSAVE', 'quit', 'ai.dagexecute'), [
    ['lastsave', 1, ['random', 'loading', 'stale', 'fast'], 0, 0, 0, ['@admin', '@fast', '@dangerous']], null,
    ['ai.dagexecute', -1, ['write', 'denyoom', 'movablekeys'], 3, 3, 1, []],
  ]);
  for (const later of ['LIST', 'DOCS']) assert.equal(await call('COMMAND', later), `-ERR Unknown subcommand or wrong number of arguments for '${later}'. Try COMMAND HELP.`);
});

test('what may follow a command is told by its HELP', async (t) => {
  const { call } = await served(t);
  for (const name of ['ACL', 'CLIENT', 'COMMAND', 'CONFIG', 'LATENCY', 'MEMORY', 'MODULE', 'OBJECT', 'SLOWLOG']) {
    const lines = await call(name, 'help') as string[];
    assert.equal(lines[0], `${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`);
    assert.equal(lines.at(-1), 'HELP');
    assert.match(String(await call(name, 'HELP', 'x')), /^-ERR Unknown subcommand or wrong number of arguments for 'HELP'/);
  }
});

test('ACL tells who one is, and who there is', async (t) => {
  const { call } = await served(t, { requirepass: 'main', users: { ada: 'x' } });
  assert.equal(await call('AUTH', 'ada', 'x'), 'OK');
  assert.equal(await call('ACL', 'WHOAMI'), 'ada');
  assert.deepEqual(await call('ACL', 'USERS'), ['ada', 'default']);
  const transactions = await call('ACL', 'CAT', 'transaction') as string[];
  assert.deepEqual(transactions.sort(), ['discard', 'exec', 'multi', 'unwatch', 'watch']);
  assert.equal(await call('ACL', 'CAT', 'nope'), "-ERR Unknown category 'nope'");
  assert.match(String(await call('ACL', 'SETUSER', 'eve')), /^-ERR Unknown subcommand/);
});

test('the module is there, and stays', async (t) => {
  const { call } = await served(t);
  assert.deepEqual(await call('MODULE', 'LIST'), [['name', 'ai', 'ver', 10207]]);
  assert.match(String(await call('MODULE', 'UNLOAD', 'ai')), /^-ERR Error unloading module: the module exports/);
  assert.match(String(await call('MODULE', 'UNLOAD', 'x')), /no such module with that name/);
  assert.match(String(await call('MODULE', 'LOAD', 'x.so')), /^-ERR Error loading the extension/);
});
