import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectTo, served } from '../../support/resp-client.js';

test('PING, ECHO, SELECT, RESET, QUIT', async (t) => {
  const client = await served(t);
  assert.equal(await client.call('PING', 'x'), 'x');
  assert.equal(await client.call('ECHO', 'y'), 'y');
  await client.call('SET', 'k', 0);
  assert.equal(await client.call('SELECT', 1), 'OK');
  assert.equal(await client.call('EXISTS', 'k'), 0);
  assert.equal(await client.call('SELECT', 16), '-ERR DB index is out of range');
  assert.equal(await client.call('RESET'), 'RESET');
  assert.equal(await client.call('EXISTS', 'k'), 1);
  const leaving = await connectTo(client.server.port);
  assert.equal(await leaving.raw('PING\r\nQUIT\r\nPING\r\n'), '+PONG\r\n+OK\r\n');
});

test('HELLO switches the protocol, and names', async (t) => {
  const client = await served(t);
  assert.equal(await client.call('HELLO', 4), '-NOPROTO unsupported protocol version');
  assert.equal(await client.call('HELLO', 'x'), '-ERR Protocol version is not an integer or out of range');
  await client.call('HELLO', 3, 'SETNAME', 'me');
  assert.equal(await client.call('CLIENT', 'GETNAME'), 'me');
  client.socket.write('GET nope\r\n');
  assert.equal(await client.next(), null);
});

test('a password is asked for, and no other is taken', async (t) => {
  const client = await served(t, { requirepass: 'pä ss' });
  assert.equal(await client.call('GET', 'k'), '-NOAUTH Authentication required.');
  assert.match(String(await client.call('HELLO', 3)), /^-NOAUTH/);
  assert.match(String(await client.call('AUTH', 'wrong')), /^-WRONGPASS/);
  assert.match(String(await client.call('AUTH', 'somebody', 'pä ss')), /^-WRONGPASS/);
  assert.equal(await client.call('AUTH', 'default', 'pä ss'), 'OK');
  assert.equal(await client.call('PING'), 'PONG');
  const other = await served(t);
  assert.match(String(await other.call('AUTH', 'x')), /^-ERR AUTH <password> called without any password/);
});

test('CLIENT: list, kill and silence', async (t) => {
  const client = await served(t);
  const id = await client.call('CLIENT', 'ID');
  const victim = await connectTo(client.server.port);
  const victimId = await victim.call('CLIENT', 'ID') as number;
  assert.equal(victimId, (id as number) + 1);
  assert.equal(await client.call('CLIENT', 'KILL', 'ID', victimId), 1);
  await assert.rejects(victim.next(), /closed/);
  client.socket.write('CLIENT REPLY OFF\r\nPING\r\nSET k v\r\nCLIENT REPLY ON\r\nPING a\r\nCLIENT REPLY SKIP\r\nPING b\r\nPING c\r\n');
  assert.deepEqual([await client.next(), await client.next(), await client.next()], ['OK', 'a', 'c']);
  assert.match(String(await client.call('CLIENT', 'SETNAME', 'a b')), /^-ERR Client names/);
  assert.match(String(await client.call('CLIENT', 'NOPE')), /^-ERR Unknown subcommand/);
});

test('RESET forgets who one is, and itself wants to know', async (t) => {
  const { call } = await served(t, { requirepass: 'x' });
  assert.equal(await call('RESET'), '-NOAUTH Authentication required.');
  await call('AUTH', 'x');
  assert.equal(await call('RESET'), 'RESET');
  assert.equal(await call('PING'), '-NOAUTH Authentication required.');
});

test('an HTTP request is not answered', async (t) => {
  const { server } = await served(t);
  for (const request of ['POST / HTTP/1.1\r\nHost: x\r\n\r\nSET k v\r\n', 'Host: x\r\n']) assert.equal(await (await connectTo(server.port)).raw(request), '');
});

test('silence that was asked for is kept', async (t) => {
  const { socket, next } = await served(t);
  socket.write('CLIENT REPLY SKIP\r\nRESET\r\nECHO a\r\nCLIENT REPLY OFF\r\nCLIENT REPLY SKIP\r\nPING\r\nPING\r\nRESET\r\n');
  assert.deepEqual([await next(), await next()], ['a', 'RESET']);
});
