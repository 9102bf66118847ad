import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { encodeCommand } from '../../wire/resp.js';
import { ClientBuffers, type Holder } from '../../serve/client-buffers.js';
import { multiplyModel, served } from '../support/resp-client.js';

const MEBIBYTE = 1024 * 1024;

test('whoever holds the most goes first, and only as many as must', () => {
  const gone: number[] = [];
  const holders = [3, 9, 5, 7].map((_, id): Holder => ({ countedBytes: 0, destroy: () => gone.push(id) }));
  const buffers = new ClientBuffers();
  [3, 9, 5, 7].forEach((bytes, id) => buffers.count(holders[id], bytes));
  assert.deepEqual([buffers.bytes, buffers.evicted, gone], [24, 0, []]);
  buffers.bytesMax = 10;
  assert.deepEqual([buffers.bytes, buffers.evicted, gone], [8, 2, [1, 3]]);
  buffers.count(holders[2], 0);
  buffers.count(holders[0], 11);
  assert.deepEqual([buffers.bytes, buffers.evicted, gone], [0, 3, [1, 3, 0]]);
});

async function limited(t: Parameters<typeof served>[0]) {
  const client = await served(t);
  await client.call('SET', 'large', 'v'.repeat(16 * MEBIBYTE));
  assert.equal(await client.call('CONFIG', 'SET', 'maxmemory-clients', '8mb'), 'OK');
  const open = (): Socket => connect(client.server.port, '127.0.0.1').on('error', () => {});
  const info = async (name: string): Promise<number> => Number(new RegExp(`${name}:(\\d+)`).exec(String(await client.call('INFO')))![1]);
  const holds = async (bytes: number): Promise<void> => {
    while ((await info('mem_clients_normal')) < bytes);
  };
  return { ...client, open, info, holds };
}

/** Sends the beginning of a large SET. */
function half(socket: Socket, bytes: number): void {
  socket.write(Buffer.concat([Buffer.from(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${64 * MEBIBYTE}\r\n`), Buffer.alloc(bytes)]));
}

test('requests that are not complete, replies that are not read and transactions count together', async (t) => {
  const { call, open, info, holds } = await limited(t);
  const [small, sender] = [open(), open()];
  half(small, MEBIBYTE);
  await holds(MEBIBYTE);
  half(sender, 5 * MEBIBYTE);
  await holds(6 * MEBIBYTE);
  assert.equal(await info('evicted_clients'), 0);
  // The client with the transaction holds three, the one with half a request five: that one goes, then there is room.
  const queuing = open();
  queuing.write(Buffer.concat([encodeCommand(['MULTI']), encodeCommand(['SET', 'a', Buffer.alloc(3 * MEBIBYTE)])]));
  while ((await info('evicted_clients')) === 0);
  await new Promise((resolve) => sender.once('close', resolve));
  const reader = open();
  reader.write(encodeCommand(['GET', 'large']));
  while ((await info('evicted_clients')) === 1);
  await new Promise((resolve) => reader.once('close', resolve).resume());
  queuing.write(encodeCommand(['EXEC']));
  while ((await call('STRLEN', 'a')) === 0);
  assert.deepEqual([await info('evicted_clients'), await info('connected_clients')], [2, 3]);
  small.destroy();
  queuing.destroy();
  while ((await info('mem_clients_normal')) > 0);
});

test('what a request holds while it waits counts, and what its client sends ahead', async (t) => {
  const { call, open, info, holds } = await limited(t);
  await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BATCHSIZE', 8, 'MINBATCHSIZE', 8, 'BLOB', multiplyModel());
  const dag = encodeCommand(['AI.DAGRUN', '|>', 'AI.TENSORSET', 'x', 'FLOAT', 2 * MEBIBYTE / 8, 2, 'BLOB', Buffer.alloc(2 * MEBIBYTE),
    '|>', 'AI.TENSORSET', 'a', 'FLOAT', 1, 2, '|>', 'AI.MODELRUN', 'm', 'INPUTS', 'a', 'a', 'OUTPUTS', 'c']);
  const waiting = [open(), open()];
  waiting[0].write(dag);
  await holds(2 * MEBIBYTE);
  waiting[1].write(Buffer.concat([dag, Buffer.alloc(3 * MEBIBYTE, '\r\n')]));
  await holds(7 * MEBIBYTE);
  waiting[0].write(Buffer.alloc(2 * MEBIBYTE, '\r\n'));
  while ((await info('evicted_clients')) === 0);
  await new Promise((resolve) => waiting[1].once('close', resolve));
  assert.deepEqual([await info('evicted_clients'), await info('connected_clients')], [1, 2]);
  waiting[0].destroy();
  while ((await info('mem_clients_normal')) > 0);
});
