import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectTo, served } from '../../support/resp-client.js';

test('CLIENT LIST tells of every client what it does', async (t) => {
  const client = await served(t);
  const other = await connectTo(client.server.port);
  await other.call('CLIENT', 'SETNAME', 'other');
  await other.call('SELECT', 3);
  await other.call('MULTI');
  const lines = (await client.call('CLIENT', 'LIST') as string).trim().split('\n');
  const { localAddress, localPort } = other.socket;
  const line = lines.find((each) => each.includes('name=other'));
  assert.match(line ?? '', new RegExp(`^id=\\d+ addr=${localAddress}:${localPort} laddr=127.0.0.1:${client.server.port} .* flags=x db=3 .* multi=0 .* cmd=multi user=default`));
  const id = await client.call('CLIENT', 'ID');
  assert.match(await client.call('CLIENT', 'LIST', 'ID', id as number, 99_999) as string, new RegExp(`^id=${id} .*\n$`));
  assert.equal(await client.call('CLIENT', 'LIST', 'TYPE', 'pubsub'), '');
  other.close();
});

test('CLIENT KILL ends those that every filter matches', async (t) => {
  const client = await served(t);
  const victims = [await connectTo(client.server.port), await connectTo(client.server.port)];
  for (const victim of victims) await victim.call('PING');
  const address = `${victims[0].socket.localAddress}:${victims[0].socket.localPort}`;
  assert.equal(await client.call('CLIENT', 'KILL', 'ADDR', address, 'TYPE', 'pubsub'), 0);
  assert.equal(await client.call('CLIENT', 'KILL', address), 'OK');
  await assert.rejects(victims[0].next(), /closed/);
  assert.equal(await client.call('CLIENT', 'KILL', 'TYPE', 'normal'), 1);
  await assert.rejects(victims[1].next(), /closed/);
  assert.equal(await client.call('CLIENT', 'KILL', 'USER', 'default', 'SKIPME', 'no'), 1);
  await assert.rejects(client.next(), /closed/);
});

test('there is no client-side caching, and that is said', async (t) => {
  const { call } = await served(t);
  assert.equal(await call('CLIENT', 'TRACKING', 'OFF'), 'OK');
  assert.match(String(await call('CLIENT', 'TRACKING', 'ON')), /not supported/);
});
