import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { encodeCommand } from '../../wire/resp.js';
import { OUTPUT_BYTES_PAUSE } from '../../serve/limits.js';
import { listen } from '../../serve/listener.js';
import { temporaryFolder } from '../support/paths.js';
import { connectTo, served } from '../support/resp-client.js';
import { makeCertificate, noOpenssl } from '../support/tls.js';

const MEBIBYTE = 1024 * 1024;

test('a client that does not read is not read from either, and loses nothing when it goes on', async (t) => {
  const client = await served(t);
  const value = 'v'.repeat(MEBIBYTE);
  await client.call('SET', 'large', value);
  const slow = connect(client.server.port, '127.0.0.1');
  t.after(() => void slow.destroy());
  const rounds = 2 * OUTPUT_BYTES_PAUSE / MEBIBYTE;
  const round = Buffer.concat([encodeCommand(['GET', 'large']), encodeCommand(['INCR', 'count'])]);
  // In writes of their own, so that the server can stop between two of them.
  for (let i = 0; i < rounds; i++) {
    await new Promise((resolve) => slow.write(round, resolve));
    await client.call('PING');
  }
  const carriedOut = Number(await client.call('GET', 'count'));
  assert.ok(carriedOut >= OUTPUT_BYTES_PAUSE / MEBIBYTE && carriedOut < rounds, `${carriedOut} of ${rounds} were carried out`);
  const expected = Buffer.concat(Array.from({ length: rounds }, (_, i) => Buffer.from(`$${MEBIBYTE}\r\n${value}\r\n:${i + 1}\r\n`)));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of slow as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if ((size += chunk.length) >= expected.length) break;
  }
  assert.ok(Buffer.concat(chunks).equals(expected));
});

/** Asks for a large value and many small ones, reads nothing of it while another client is answered, and then everything. */
async function comeLate(open: () => Socket): Promise<void> {
  const [late, other] = [open(), open()];
  const ask = async (...args: string[]): Promise<string> => {
    other.write(encodeCommand(args));
    return String((await once(other, 'data'))[0]);
  };
  const values = { large: 'l'.repeat(16 * MEBIBYTE), middle: 'm'.repeat(20_000) };
  for (const [key, value] of Object.entries(values)) assert.equal(await ask('SET', key, value), '+OK\r\n');
  const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
  late.write(encodeCommand(['GET', 'large']));
  let expected = bulk(values.large);
  for (let i = 0; i < 300; i++) {
    const middle = i % 50 === 49;
    late.write(encodeCommand(middle ? ['GET', 'middle'] : ['ECHO', `number ${i}`]));
    expected += bulk(middle ? values.middle : `number ${i}`);
    assert.equal(await ask('ECHO', `other ${i}`), bulk(`other ${i}`));
  }
  assert.match(await ask('CLIENT', 'LIST'), /omem=[1-9]\d{6}/);
  let got = '';
  for await (const chunk of late as AsyncIterable<Buffer>) if ((got += chunk.toString('latin1')).length >= expected.length) break;
  assert.ok(got === expected);
  other.destroy();
}

test('small replies wait behind large ones for a client that is late, in their order', async (t) => {
  const { server } = await served(t);
  await comeLate(() => connect(server.port, '127.0.0.1'));
});

test('the same through TLS', { skip: noOpenssl }, async (t) => {
  const files = makeCertificate(temporaryFolder(t));
  const server = await listen({ tls: { cert: files.cert, key: files.key } });
  t.after(() => server.close());
  await comeLate(() => connectTls({ port: server.port, host: '127.0.0.1', ca: readFileSync(files.ca) }));
});

test('a client that takes nothing is disconnected after its time, one that takes little is not', async (t) => {
  const client = await served(t);
  assert.equal(await client.call('CONFIG', 'SET', 'client-output-buffer-limit', 'normal 64mb 1mb 2'), 'OK');
  await client.call('SET', 'large', 'v'.repeat(48 * MEBIBYTE));
  const [never, slowly] = [connect(client.server.port, '127.0.0.1'), connect(client.server.port, '127.0.0.1')];
  for (const each of [never, slowly]) each.write(encodeCommand(['GET', 'large']));
  const disconnections = async (): Promise<string> => /client_output_buffer_limit_disconnections:(\d+)/.exec(String(await client.call('INFO', 'stats')))![1];
  let size = 0;
  let hungry = true;
  slowly.on('data', (chunk) => {
    size += chunk.length;
    if (hungry) slowly.pause();
  });
  while ((await disconnections()) === '0') {
    await sleep(10);
    slowly.resume();
  }
  assert.ok(size < 40 * MEBIBYTE, `it took ${size} bytes meanwhile`);
  hungry = false;
  slowly.resume();
  while (size < 48 * MEBIBYTE) await sleep(10);
  assert.equal(await disconnections(), '1');
  slowly.destroy();
  never.destroy();
});

test('a client beyond the hard limit is disconnected at once', async (t) => {
  const client = await served(t);
  assert.equal(await client.call('CONFIG', 'SET', 'client-output-buffer-limit', 'normal 10mb 10mb 60'), 'OK');
  await client.call('SET', 'large', 'v'.repeat(16 * MEBIBYTE));
  const greedy = await connectTo(client.server.port);
  await assert.rejects(greedy.call('GET', 'large'), /closed/);
  assert.match(String(await client.call('INFO', 'stats')), /client_output_buffer_limit_disconnections:1\r\n/);
});

test('the replies of QUIT and what came before it are all written before the connection closes', async (t) => {
  const client = await served(t);
  await client.call('SET', 'large', 'v'.repeat(5 * MEBIBYTE));
  const leaving = await connectTo(client.server.port);
  const all = await leaving.raw(Buffer.concat([encodeCommand(['GET', 'large']), encodeCommand(['PING']), encodeCommand(['QUIT'])]));
  assert.equal(all.length, '$5242880\r\n'.length + 5 * MEBIBYTE + '\r\n+PONG\r\n+OK\r\n'.length);
  assert.ok(all.endsWith('v\r\n+PONG\r\n+OK\r\n'));
});
