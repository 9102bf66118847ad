import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectTo, served } from '../../support/resp-client.js';

test('COMMAND tells of every command, and where its keys are', async (t) => {
  const { call } = await served(t);
  assert.equal((await call('COMMAND') as unknown[]).length, await call('COMMAND', 'COUNT'));
  assert.deepEqual(await call('COMMAND', 'INFO', 'get', 'nope'), [['get', 2, ['readonly', 'fast'], 1, 1, 1, ['@read', '@string', '@fast']], null]);
  assert.deepEqual(await call('COMMAND', 'GETKEYS', 'MSET', 'a', 1, 'b', 2), ['a', 'b']);
  assert.deepEqual(await call('COMMAND', 'GETKEYS', 'AI.MODELRUN', 'm', 'INPUTS', 'a', 'OUTPUTS', 'b'), ['m', 'a', 'b']);
  assert.equal(await call('COMMAND', 'GETKEYS', 'GET'), '-ERR Invalid number of arguments specified for command');
  assert.equal(await call('COMMAND', 'GETKEYS', 'PING'), '-ERR The command has no key arguments');
  assert.equal(await call('COMMAND', 'GETKEYS', 'NOPE'), '-ERR Invalid command specified');
});

test('CONFIG answers what clients ask for', async (t) => {
  const client = await served(t);
  assert.deepEqual(await client.call('CONFIG', 'GET', 'save'), ['save', '']);
  assert.deepEqual(await client.call('CONFIG', 'GET', 'p?rt'), ['port', String(client.server.port)]);
  assert.equal(await client.call('CONFIG', 'SET', 'timeout', 5), 'OK');
  assert.deepEqual(await client.call('CONFIG', 'GET', 'timeout'), ['timeout', '5']);
  assert.match(String(await client.call('CONFIG', 'SET', 'port', 1)), /^-ERR Unsupported CONFIG parameter/);
  assert.equal(await client.call('CONFIG', 'RESETSTAT'), 'OK');
});

test('sizes and time', async (t) => {
  const { call } = await served(t);
  await call('SET', 'k', 'x'.repeat(1000));
  const usage = await call('MEMORY', 'USAGE', 'k') as number;
  assert.ok(usage > 1000 && usage < 1200);
  assert.equal(await call('MEMORY', 'USAGE', 'none'), null);
  const [seconds] = await call('TIME') as string[];
  assert.ok(Math.abs(Number(seconds) - Date.now() / 1000) < 60);
});

test('MEMORY STATS has the fields of Redis, one map for each database with keys', async (t) => {
  const { call } = await served(t);
  await call('SET', 'k', 'v', 'EX', 100);
  const fields = await call('MEMORY', 'STATS') as unknown[];
  const stats = new Map(Array.from({ length: fields.length / 2 }, (_, i) => [fields[2 * i], fields[2 * i + 1]]));
  assert.equal(stats.get('keys.count'), 1);
  const [main, mainBytes, expires, expiresBytes] = stats.get('db.0') as unknown[];
  assert.deepEqual([main, expires], ['overhead.hashtable.main', 'overhead.hashtable.expires']);
  assert.ok(mainBytes as number > 0 && expiresBytes as number > 0);
  assert.equal(stats.has('db.1'), false);
  assert.ok(Number(stats.get('peak.percentage')) > 0);
});

test('WAIT waits for replicas that never come, and others are served meanwhile', async (t) => {
  const { call, socket, next, server } = await served(t);
  assert.equal(await call('WAIT', 0, 0), 0);
  const other = await connectTo(server.port);
  socket.write('WAIT 1 50\r\nECHO after\r\n');
  const started = performance.now();
  assert.equal(await other.call('PING'), 'PONG');
  assert.deepEqual([await next(), await next()], [0, 'after']);
  assert.ok(performance.now() - started >= 40);
  await call('MULTI');
  await call('WAIT', 1, 0);
  assert.deepEqual(await call('EXEC'), [0]);
  other.close();
});
