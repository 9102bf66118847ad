import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { openSocket, type SocketHandlers } from '../../wire/socket.js';
import { temporaryFolder } from '../support/paths.js';
import { makeCertificate, noOpenssl } from '../support/tls.js';

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

function handlers(): { handlers: SocketHandlers; data: Promise<string>; closed: Promise<string> } {
  let onData = (_: string): void => {};
  let onClosed = (_: string): void => {};
  const data = new Promise<string>((resolve) => (onData = resolve));
  const closed = new Promise<string>((resolve) => (onClosed = resolve));
  return { handlers: { data: (bytes, length) => onData(bytes.toString('latin1', 0, length)), closed: (reason) => onClosed(reason) }, data, closed };
}

test('bytes go out and come back, also from memory that threads share', async (t) => {
  const server = createServer((socket) => socket.pipe(socket));
  const port = await listening(server);
  t.after(() => server.close());
  const { handlers: own, data } = handlers();
  const socket = await openSocket({ host: '127.0.0.1', port, connectTimeoutMs: 1000 }, own);
  const shared = Buffer.from(new SharedArrayBuffer(5));
  shared.write('hello');
  socket.write(shared);
  assert.equal(await data, 'hello');
  socket.destroy();
});

test('three pieces arrive as one, in order, from memory that threads share', async (t) => {
  const writes: string[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    let all = '';
    socket.on('data', (chunk) => {
      writes.push(chunk.toString('latin1'));
      all += chunk.toString('latin1');
      if (all.length === 11) socket.write('all');
    });
  });
  const port = await listening(server);
  t.after(() => server.close());
  const { handlers: own, data } = handlers();
  const socket = await openSocket({ host: '127.0.0.1', port, connectTimeoutMs: 1000 }, own);
  const shared = Buffer.from(new SharedArrayBuffer(5));
  shared.write('wide ');
  socket.writeThree(Buffer.from('the'), shared, Buffer.from('sea'));
  assert.equal(await data, 'all');
  assert.deepEqual(writes, ['thewide sea'], 'one system call, so that they travel together');
  socket.destroy();
});

test('the same through TLS', { skip: noOpenssl }, async (t) => {
  const { ca, cert, key } = makeCertificate(temporaryFolder(t));
  const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => socket.pipe(socket));
  const port = await listening(server);
  t.after(() => server.close());
  const { handlers: own, data } = handlers();
  const socket = await openSocket({ host: '127.0.0.1', port, tls: { ca: readFileSync(ca) }, connectTimeoutMs: 5000 }, own);
  socket.write(Buffer.from('secret'));
  assert.equal(await data, 'secret');
  let echo = '';
  await new Promise<void>((resolve, reject) => {
    const more: SocketHandlers = { data: (bytes, length) => (echo += bytes.toString('latin1', 0, length)).length === 9 && resolve(), closed: reject };
    openSocket({ host: '127.0.0.1', port, tls: { ca: readFileSync(ca) }, connectTimeoutMs: 5000 }, more).then((other) => {
      other.writeThree(Buffer.from('one'), Buffer.from('two'), Buffer.from('six'));
      t.after(() => other.destroy());
    }, reject);
  });
  assert.equal(echo, 'onetwosix');
  socket.destroy();
  await assert.rejects(openSocket({ host: '127.0.0.1', port, tls: {}, connectTimeoutMs: 5000 }, own), { code: 'CONNECT' });
});

test('an end from the other side is told once, our own not at all', async (t) => {
  const server = createServer((socket) => socket.on('data', () => socket.destroy()).on('error', () => {}));
  const port = await listening(server);
  t.after(() => server.close());
  const lost = handlers();
  const socket = await openSocket({ host: '127.0.0.1', port, connectTimeoutMs: 1000 }, lost.handlers);
  socket.write(Buffer.from('x'));
  assert.match(await lost.closed, /closed the connection|ECONNRESET/);
  const own = handlers();
  (await openSocket({ host: '127.0.0.1', port, connectTimeoutMs: 1000 }, own.handlers)).destroy();
  const silence = new Promise((resolve) => setTimeout(() => resolve('silence'), 50));
  assert.equal(await Promise.race([own.closed, silence]), 'silence');
});

test('a server that is not there or does not answer is a CONNECT error', async () => {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  await assert.rejects(openSocket({ host: '127.0.0.1', port, connectTimeoutMs: 1000 }, handlers().handlers), (error: Error & { code: string }) => error.code === 'CONNECT' && /ECONNREFUSED/.test(error.message));
  // A TLS handshake with a server that never says anything takes for ever.
  const silent = createServer(() => {});
  const silentPort = await listening(silent);
  await assert.rejects(openSocket({ host: '127.0.0.1', port: silentPort, tls: {}, connectTimeoutMs: 60 }, handlers().handlers), (error: Error & { code: string }) => error.code === 'CONNECT' && /within 60 ms/.test(error.message));
  silent.close();
});
