import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { encodeCommand } from '../../wire/resp.js';
import { OUTPUT_BYTES_PAUSE } from '../../serve/limits.js';
import { connectTo, served } from '../support/resp-client.js';

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

test('the replies of QUIT and what came before it are all written before the connection closes', async (t) => {
  const client = await served(t);
  await client.call('SET', 'large', 'v'.repeat(5 * MEBIBYTE));
  const leaving = await connectTo(client.server.port);
  const all = await leaving.raw(Buffer.concat([encodeCommand(['GET', 'large']), encodeCommand(['PING']), encodeCommand(['QUIT'])]));
  assert.equal(all.length, '$5242880\r\n'.length + 5 * MEBIBYTE + '\r\n+PONG\r\n+OK\r\n'.length);
  assert.ok(all.endsWith('v\r\n+PONG\r\n+OK\r\n'));
});
