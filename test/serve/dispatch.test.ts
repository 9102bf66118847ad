import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCommand } from '../../wire/resp.js';
import { connectTo, multiplyModel, served } from '../support/resp-client.js';

test('a request is refused, queued, or run', async (t) => {
  const client = await served(t);
  assert.match(String(await client.call('NOSUCH', 'a')), /^-ERR unknown command `NOSUCH`/);
  assert.match(String(await client.call('GET')), /^-ERR wrong number of arguments for 'get'/);
  assert.equal(await client.call('MULTI'), 'OK');
  assert.equal(await client.call('INCR', 'n'), 'QUEUED');
  assert.deepEqual(await client.call('EXEC'), [1]);
  // Of these Redis counts those that ran: MULTI, INCR and EXEC.
  assert.match(String(await client.call('INFO', 'stats')), /total_commands_processed:3\r\n/);
});

test('silence swallows the replies that come while it lasts, and none before or after', async (t) => {
  const client = await served(t);
  const commands = [['ECHO', 'before'], ['CLIENT', 'REPLY', 'SKIP'], ['ECHO', 'skipped'], ['ECHO', 'between'], ['CLIENT', 'REPLY', 'OFF'], ['INCR', 'n'], ['INCR', 'n'], ['CLIENT', 'REPLY', 'ON'], ['GET', 'n']];
  client.socket.write(Buffer.concat(commands.map(encodeCommand)));
  for (const expected of ['before', 'between', 'OK', '2']) assert.equal(await client.next(), expected);
});

test('silence swallows replies that come later, too', async (t) => {
  const client = await served(t);
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BATCHSIZE', 4, 'MINBATCHSIZE', 4, 'MINBATCHTIMEOUT', 5, 'BLOB', multiplyModel());
  await client.call('AI.TENSORSET', 'a', 'FLOAT', 1, 2);
  const run = ['AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, 'c'];
  const commands = [['CLIENT', 'REPLY', 'SKIP'], run, ['ECHO', 'between'], ['CLIENT', 'REPLY', 'OFF'], run, ['CLIENT', 'REPLY', 'ON'], ['ECHO', 'after']];
  client.socket.write(Buffer.concat(commands.map(encodeCommand)));
  for (const expected of ['between', 'OK', 'after']) assert.equal(await client.next(), expected);
  assert.match(String(await client.call('INFO', 'inference')), /model_m:runs=2,/);
});

test('a pause holds a command back, and what the client sends behind it', async (t) => {
  const client = await served(t);
  const held = await connectTo(client.server.port);
  assert.equal(await client.call('CLIENT', 'PAUSE', 60_000, 'WRITE'), 'OK');
  held.socket.write(Buffer.concat([encodeCommand(['SET', 'k', 'late']), encodeCommand(['ECHO', 'behind'])]));
  assert.equal(await client.call('EXISTS', 'k'), 0);
  while (!String(await client.call('CLIENT', 'LIST')).includes('flags=b'));
  assert.equal(await client.call('CLIENT', 'UNPAUSE'), 'OK');
  assert.deepEqual([await held.next(), await held.next()], ['OK', 'behind']);
  assert.equal(await client.call('GET', 'k'), 'late');
  held.close();
});

test('a pause holds back what a transaction would queue, too', async (t) => {
  const client = await served(t);
  const held = await connectTo(client.server.port);
  assert.equal(await held.call('MULTI'), 'OK');
  assert.equal(await client.call('CLIENT', 'PAUSE', 60_000, 'WRITE'), 'OK');
  held.socket.write(Buffer.concat([['SET', 'k', 'v'], ['GET', 'k'], ['EXEC']].map(encodeCommand)));
  while (!String(await client.call('CLIENT', 'LIST')).includes('flags=xb'));
  assert.match(String(await client.call('CLIENT', 'LIST')), /flags=xb .* multi=0 /);
  assert.equal(await client.call('CLIENT', 'UNPAUSE'), 'OK');
  assert.deepEqual([await held.next(), await held.next(), await held.next()], ['QUEUED', 'QUEUED', ['OK', 'v']]);
  held.close();
});

test('silence swallows a reply that comes late, an error of the protocol, and ends with a request of nothing', async (t) => {
  const client = await served(t);
  const held = await connectTo(client.server.port);
  assert.equal(await client.call('CLIENT', 'PAUSE', 60_000, 'WRITE'), 'OK');
  held.socket.write(Buffer.concat([['CLIENT', 'REPLY', 'SKIP'], ['SET', 'k', 'v'], ['ECHO', 'next']].map(encodeCommand)));
  while (!String(await client.call('CLIENT', 'LIST')).includes('flags=b'));
  assert.equal(await client.call('CLIENT', 'UNPAUSE'), 'OK');
  assert.equal(await held.next(), 'next');
  held.socket.write(Buffer.concat([encodeCommand(['CLIENT', 'REPLY', 'SKIP']), Buffer.from('\r\n*0\r\n'), encodeCommand(['ECHO', 'answered'])]));
  assert.equal(await held.next(), 'answered');
  held.close();
  const broken = await connectTo(client.server.port);
  assert.equal(await broken.raw(Buffer.concat([encodeCommand(['CLIENT', 'REPLY', 'OFF']), Buffer.from('*1\r\n!\r\n')])), '');
});
