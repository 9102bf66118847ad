import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../support/resp-client.js';

test('COMMAND LIST and DOCS name what there is', async (t) => {
  const { call } = await served(t);
  const names = await call('COMMAND', 'LIST') as string[];
  assert.equal(names.length, await call('COMMAND', 'COUNT'));
  assert.ok(names.includes('zpopmin') && names.includes('ai.dagexecute'));
  assert.deepEqual(await call('COMMAND', 'DOCS', 'get', 'nope'), ['get', ['group', 'generic']]);
  assert.equal((await call('COMMAND', 'DOCS') as unknown[]).length, names.length * 2);
});

test('ACL tells who one is, and who there is', async (t) => {
  const { call } = await served(t, { requirepass: 'main', users: { ada: 'x' } });
  assert.equal(await call('AUTH', 'ada', 'x'), 'OK');
  assert.equal(await call('ACL', 'WHOAMI'), 'ada');
  assert.deepEqual(await call('ACL', 'USERS'), ['default', 'ada']);
  assert.match(String(await call('ACL', 'SETUSER', 'eve')), /^-ERR Unknown subcommand/);
});
