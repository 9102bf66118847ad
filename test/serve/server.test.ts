import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODULE_VERSION, REDIS_VERSION } from '../../serve/server.js';
import { served } from '../support/resp-client.js';

test('the server says which versions it answers as', async (t) => {
  const client = await served(t);
  assert.deepEqual(await client.call('MODULE', 'LIST'), [['name', 'ai', 'ver', MODULE_VERSION]]);
  assert.deepEqual((await client.call('HELLO') as unknown[]).slice(0, 4), ['server', 'redis', 'version', REDIS_VERSION]);
});
