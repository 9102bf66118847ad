import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { InferplayError } from '../../core/errors.js';
import { listen } from '../../serve/listener.js';
import { temporaryFolder } from '../support/paths.js';
import { connectTo } from '../support/resp-client.js';
import { makeCertificate, noOpenssl } from '../support/tls.js';

/** What the server says to a PING, or the error. */
function pingTls(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTls({ port, host: '127.0.0.1', ...options });
    socket.on('secureConnect', () => socket.write('PING\r\n'));
    socket.on('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString());
    });
    socket.on('error', (error) => resolve(`error ${error.message}`));
    socket.on('close', () => resolve('closed'));
  });
}

test('with a certificate the port speaks TLS, and garbage there does no harm', { skip: noOpenssl }, async (t) => {
  const files = makeCertificate(temporaryFolder(t));
  const server = await listen({ tls: { cert: files.cert, key: files.key } });
  assert.match(server.url, /^redisais:\/\/127\.0\.0\.1:/);
  const ca = readFileSync(files.ca);
  assert.equal(await pingTls(server.port, { ca }), '+PONG\r\n');
  assert.match(await pingTls(server.port, {}), /^error/);
  const plain = await connectTo(server.port);
  assert.equal((await plain.raw('PING\r\n')).includes('PONG'), false);
  assert.equal(await pingTls(server.port, { ca }), '+PONG\r\n');
  await server.close();
});

test('with an authority clients must present a certificate of it', { skip: noOpenssl }, async (t) => {
  const files = makeCertificate(temporaryFolder(t));
  const server = await listen({ tls: files });
  const [ca, cert, key] = [files.ca, files.cert, files.key].map((path) => readFileSync(path));
  assert.doesNotMatch(await pingTls(server.port, { ca }), /PONG/);
  assert.equal(await pingTls(server.port, { ca, cert, key }), '+PONG\r\n');
  await server.close();
});

test('files that are no certificate refuse the start, and not everybody who connects later', { skip: noOpenssl }, async (t) => {
  const folder = temporaryFolder(t);
  const files = makeCertificate(folder);
  const other = join(folder, 'other.pem');
  writeFileSync(other, 'hello');
  for (const tls of [{ ...files, ca: other }, { ...files, key: other }, { ...files, cert: other }]) {
    await assert.rejects(listen({ tls }), (error) => error instanceof InferplayError && error.code === 'USAGE' && error.message.includes(`${other} is no PEM`));
  }
});

test('a port that there cannot be is a wrong option', async () => {
  for (const port of [70_000, -1, 1.5, NaN]) {
    await assert.rejects(listen({ port }), (error) => error instanceof InferplayError && error.code === 'USAGE' && error.message.startsWith(`There is no port ${port};`));
  }
});

test('a unix socket serves too, replaces one that was left behind, and nothing else', async (t) => {
  const folder = temporaryFolder(t);
  const unixSocket = join(folder, 'socket');
  const server = await listen({ unixSocket });
  const ping = (): Promise<string> => new Promise((resolve, reject) => {
    const socket = connect(unixSocket, () => socket.write('PING\r\nCLIENT INFO\r\n'));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString();
      if (!text.includes('redir=')) return;
      socket.destroy();
      resolve(text);
    });
    socket.on('error', reject);
  });
  const text = await ping();
  assert.ok(text.startsWith('+PONG\r\n') && text.includes(`addr=${unixSocket}:0`), text);
  await assert.rejects(listen({ unixSocket }), /another program listens there/);
  await server.close();
  assert.equal(existsSync(unixSocket), false);
  const file = join(folder, 'file');
  writeFileSync(file, 'precious');
  await assert.rejects(listen({ unixSocket: join(folder, 'x'.repeat(107)) }), /longer than 107 bytes/);
  await assert.rejects(listen({ unixSocket: file }), (error) => error instanceof InferplayError && error.code === 'CONNECT');
  assert.equal(readFileSync(file, 'utf8'), 'precious');
  await assert.rejects(listen({ unixSocket: join(folder, 'none', 'socket') }), (error) => error instanceof InferplayError && error.code === 'CONNECT'
    && error.message.endsWith(`: there is no folder ${join(folder, 'none')}; make it, or choose another path.`));
});
