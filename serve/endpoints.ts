/** Where the server listens: a TCP port, plain or with TLS, and a unix socket. */
import { existsSync } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server as NetServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { InferplayError, messageOf } from '../core/errors.js';
import { CONNECTIONS_MAX, HANDSHAKE_MS, UNIX_PATH_BYTES_MAX } from './limits.js';
import { readTlsFiles, type TlsFiles } from './tls-files.js';

/** A listening server, and the function to call for each connection. */
export function plainServer(accept: (socket: Socket) => void): NetServer {
  return createServer({ pauseOnConnect: true, noDelay: true, keepAlive: true }, accept);
}

/** @throws InferplayError USAGE when a file cannot be read or is not what it should be */
export function tlsServer(files: TlsFiles, accept: (socket: Socket) => void): NetServer {
  const parts = readTlsFiles(files);
  const authorized = parts.ca !== undefined;
  try {
    const server = createTlsServer({
      ...parts, requestCert: authorized, rejectUnauthorized: authorized, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS, noDelay: true, keepAlive: true,
    }, accept);
    // Connections count as clients only after the handshake; before it they have this limit.
    server.maxConnections = 2 * CONNECTIONS_MAX;
    // A failed handshake is the client's affair: its connection is closed.
    server.on('tlsClientError', (_, socket) => socket.destroy());
    return server;
  } catch (error) {
    throw new InferplayError('USAGE', `The TLS certificate ${files.cert} and the key ${files.key} cannot be used: ${messageOf(error)}.`, { cause: error });
  }
}

/** @returns the port. @throws InferplayError CONNECT when the address cannot be used, USAGE when there can be no such port */
export async function bindPort(server: NetServer, host: string, port: number): Promise<number> {
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) throw new InferplayError('USAGE', `There is no port ${port}; choose a whole number up to 65535, or 0 for any that is free.`);
  await bound(server, { host, port }, (code, error) => `Cannot listen on ${host}:${port}: ${reasonOf(code, error)}.`);
  return (server.address() as { port: number }).port;
}

function reasonOf(code: string | undefined, error: unknown): string {
  if (code === 'EADDRINUSE') return 'another program listens there; choose another port, or port 0 for any that is free';
  if (code === 'EACCES') return 'this user may not; choose a port above 1023';
  return code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' ? 'this machine has no such address' : messageOf(error);
}

/** A socket that a server left behind, and that nobody listens on, is replaced. @throws InferplayError CONNECT */
export async function bindPath(server: NetServer, path: string): Promise<void> {
  if (Buffer.byteLength(path) > UNIX_PATH_BYTES_MAX) throw new InferplayError('CONNECT', `Cannot listen on the unix socket ${path}: the path is longer than ${UNIX_PATH_BYTES_MAX} bytes.`);
  if (await isAbandoned(path)) await unlink(path);
  await bound(server, { path }, (code, error) =>
    `Cannot listen on the unix socket ${path}: ${reasonOfPath(path, code, error)}.`);
}

function reasonOfPath(path: string, code: string | undefined, error: unknown): string {
  if (code === 'EADDRINUSE') return 'another program listens there, or it is a file; choose another path';
  // Node tells a folder that is not there as one that this user may not write to.
  if (!existsSync(dirname(path))) return `there is no folder ${dirname(path)}; make it, or choose another path`;
  return code === 'EACCES' ? 'this user may not write to its folder; choose another path' : messageOf(error);
}

async function isAbandoned(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => null);
  if (!stats?.isSocket()) return false;
  return new Promise((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

function bound(server: NetServer, where: { host?: string; port?: number; path?: string }, say: (code: string | undefined, error: unknown) => string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new InferplayError('CONNECT', say(error.code, error), { cause: error })));
    server.listen(where, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      resolve();
    });
  });
}
