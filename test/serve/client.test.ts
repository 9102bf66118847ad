import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectTo, served } from '../support/resp-client.js';

test('a client begins in database 0, logged in where nobody must be, and is known by its address', async (t) => {
  const client = await served(t);
  const { localPort } = client.socket;
  assert.match(String(await client.call('CLIENT', 'INFO')), new RegExp(`^id=1 addr=127\\.0\\.0\\.1:${localPort} .* name= .* db=0 .* multi=-1 .* user=default`));
  const locked = await served(t, { requirepass: 'hush' });
  assert.match(String(await locked.call('CLIENT', 'INFO')), /^-NOAUTH/);
});

test('a client that has gone watches nothing any more', async (t) => {
  const client = await served(t);
  const other = await connectTo(client.server.port);
  await other.call('WATCH', 'k');
  await other.call('UNWATCH');
  await other.call('MULTI');
  await client.call('SET', 'k', 1);
  assert.deepEqual(await other.call('EXEC'), []);
  await other.call('WATCH', 'k');
  await client.call('SET', 'k', 2);
  await other.call('MULTI');
  assert.equal(await other.call('EXEC'), null);
  await other.call('WATCH', 'k');
  other.close();
  while (String(await client.call('INFO', 'clients')).includes('connected_clients:2'));
  assert.equal(await client.call('SET', 'k', 3), 'OK');
});
