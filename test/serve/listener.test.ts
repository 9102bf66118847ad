import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { listen, urlOf } from '../../serve/listener.js';
import { connectTo, multiplyModel, served } from '../support/resp-client.js';

test('a port that is taken is said in one sentence', async (t) => {
  const { server } = await served(t);
  await assert.rejects(listen({ port: server.port }), (error) => error instanceof InferplayError && error.code === 'CONNECT' && error.message.includes(`127.0.0.1:${server.port}`));
  await assert.rejects(listen({ host: '203.0.113.1' }), /no such address/);
});

test('a maxmemory that leaves nothing for keys refuses the start', async (t) => {
  for (const maxmemoryBytes of [10_240, 1024 * 1024, -1, NaN]) {
    await assert.rejects(listen({ maxmemoryBytes }), (error) => error instanceof InferplayError && error.code === 'USAGE' && /maxmemory/.test(error.message));
  }
  assert.equal(await (await served(t, { maxmemoryBytes: 1024 * 1024 + 1000 })).call('SET', 'k', 'v'), 'OK');
});

test('only so many clients', async (t) => {
  const client = await served(t, { connectionsMax: 2 });
  const second = await connectTo(client.server.port);
  assert.equal(await second.call('PING'), 'PONG');
  const third = await connectTo(client.server.port);
  assert.equal(await third.next(), '-ERR max number of clients reached');
  second.close();
  while ((await client.call('CLIENT', 'LIST') as string).trim().split('\n').length > 1);
  const fourth = await connectTo(client.server.port);
  assert.equal(await fourth.call('PING'), 'PONG');
  fourth.close();
});

test('it ends on its signal, with its clients', async () => {
  const abort = new AbortController();
  const server = await listen({ signal: abort.signal });
  const client = await connectTo(server.port);
  await client.call('PING');
  abort.abort();
  await server.ended;
  await assert.rejects(client.next(), /closed/);
  await assert.rejects(connectTo(server.port));
});

test('a server that is closed leaves nothing that keeps the process waiting', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const server = await listen();
  const client = await connectTo(server.port);
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  client.close();
  await server.close();
  assert.equal(timers(), before);
});

test('its URL names the address, never the password', async (t) => {
  const { server } = await served(t, { requirepass: 'hush' });
  assert.equal(server.url, `redisai://127.0.0.1:${server.port}`);
  assert.equal(urlOf('::1', 1), 'redisai://[::1]:1');
});
