import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCommand } from '../../wire/resp.js';
import { connectTo, served } from '../support/resp-client.js';

const MEBIBYTE = 1024 * 1024;

test('the replies of QUIT and what came before it are all written before the connection closes', async (t) => {
  const client = await served(t);
  await client.call('SET', 'large', 'v'.repeat(5 * MEBIBYTE));
  const leaving = await connectTo(client.server.port);
  const all = await leaving.raw(Buffer.concat([encodeCommand(['GET', 'large']), encodeCommand(['PING']), encodeCommand(['QUIT'])]));
  assert.equal(all.length, '$5242880\r\n'.length + 5 * MEBIBYTE + '\r\n+PONG\r\n+OK\r\n'.length);
  assert.ok(all.endsWith('v\r\n+PONG\r\n+OK\r\n'));
});
