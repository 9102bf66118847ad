import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { openDataset } from '../../core/dataset.js';
import { settingsOf } from '../../load/options.js';
import type { SinkContext } from '../../load/sink.js';
import { openStore } from '../../load/store.js';
import { connectRedis } from '../../wire/redis.js';
import { temporaryFolder } from '../support/paths.js';
import { makeReferenceData, referenceBytes } from '../support/reference-data.js';
import { freePort, noRedisServer, startRedisServer } from '../support/redis-server.js';

async function context(t: Parameters<typeof temporaryFolder>[0], options: object = {}): Promise<SinkContext> {
  const folder = temporaryFolder(t);
  makeReferenceData(folder, { rows: 200, values: 2 });
  return { dataset: await openDataset(folder), settings: settingsOf({ to: 'x', ...options }), signal: undefined, onError: assert.fail, onStored() {}, onCounted() {} };
}

test('where MSET is closed to the user or unknown, blobs go one by one', { skip: noRedisServer }, async (t) => {
  const server = await startRedisServer([], t);
  const admin = await connectRedis(server.url);
  t.after(() => admin.close());
  await admin.call(['ACL', 'SETUSER', 'single', 'on', '>hunter2-hunter2', '~*', '+@all', '-mset']);
  const given = await context(t);
  const sink = await openStore(`redis://single:hunter2-hunter2@127.0.0.1:${server.port}`, false, given);
  t.after(() => sink.close());
  await sink.begin();
  for await (const batch of given.dataset.batches()) await sink.put(batch);
  await sink.flush();
  assert.deepEqual(await admin.call(['GET', 'referenceBLOB:{199}']), referenceBytes(199, 2));
  assert.match(String((await admin.info('commandstats')).cmdstat_set), /calls=200,/);
});

test('many blobs go in one command where the server knows it', { skip: noRedisServer }, async (t) => {
  const server = await startRedisServer([], t);
  const admin = await connectRedis(server.url);
  t.after(() => admin.close());
  const given = await context(t);
  const sink = await openStore(server.url, false, given);
  t.after(() => sink.close());
  for await (const batch of given.dataset.batches()) await sink.put(batch);
  await sink.flush();
  assert.equal(await admin.call(['DBSIZE']), 200);
  assert.match(String((await admin.info('commandstats')).cmdstat_mset), /calls=[12],/);
});

test('a server that is still loading is waited for', async (t) => {
  let asked = 0;
  const server = createServer((socket) => socket.on('error', () => {}).on('data', (chunk) => {
    const command = /\r\n([A-Z.]+)\r\n/.exec(chunk.toString())![1];
    if (++asked < 4) socket.write('-LOADING Redis is loading the dataset in memory\r\n');
    else socket.write(command === 'PING' ? '+PONG\r\n' : `-ERR unknown command '${command}'\r\n`);
  }));
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sink = await openStore(`redis://127.0.0.1:${(server.address() as { port: number }).port}`, false, await context(t));
  assert.deepEqual(sink.keys, ['referenceBLOB:{<id>}']);
  sink.close();
});

test('a server that is not there is explained as the control connection would', async (t) => {
  await assert.rejects(openStore(`redis://127.0.0.1:${await freePort()}`, false, await context(t)), /Nothing listens on 127\.0\.0\.1:\d+/);
});
