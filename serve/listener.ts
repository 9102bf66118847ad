/** The embedded server in this process: a socket that listens, and sessions that answer. */
import { createServer, Socket, type Server as NetServer } from 'node:net';
import { InferplayError, messageOf } from '../core/errors.js';
import { Secret } from '../core/secret.js';
import { allCommands, lookUp } from './commands/index.js';
import { initialConfig } from './commands/server.js';
import { Devices } from './devices.js';
import { Laboratory } from './laboratory.js';
import { planLaboratory, type LaboratoryOptions } from './laboratory-options.js';
import { CONNECTIONS_MAX, READ_BUFFER_BYTES } from './limits.js';
import { Models } from './models.js';
import { Reply } from './reply.js';
import type { Server } from './server.js';
import { Session } from './session.js';
import { Store } from './store.js';

export interface ListenOptions {
  /** 0 finds a free port. */
  readonly port?: number;
  /** Default 127.0.0.1: nobody else can reach it. */
  readonly host?: string;
  /** Clients must AUTH with it. */
  readonly requirepass?: string | Secret;
  readonly connectionsMax?: number;
  /** False: answer as a server without any backend. */
  readonly backend?: boolean;
  readonly executionTimeoutMs?: number;
  /** Makes inferences take a known time, fail, get lost or stand still. */
  readonly laboratory?: LaboratoryOptions;
  /** Ends the server. */
  readonly signal?: AbortSignal;
}

export interface Listening {
  /** For example `redis://127.0.0.1:41234`; the password, if any, is not in it. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Settled when the server has ended, however that came about. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

const SWEEP_EVERY_MS = 100;
const MODEL_CHUNK_BYTES = 535_822_336;

/**
 * Starts a server in this process.
 * @throws InferplayError CONNECT when the address cannot be used, USAGE for options that make no sense
 */
export async function listen(options: ListenOptions = {}): Promise<Listening> {
  const { port = 0, host = '127.0.0.1', requirepass, connectionsMax = CONNECTIONS_MAX, backend = true, signal } = options;
  const password = typeof requirepass === 'string' ? new Secret(requirepass) : (requirepass ?? null);
  const laboratoryPlan = planLaboratory(options.laboratory ?? {});
  const models = new Models();
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const server: Server = {
    settings: { password, backend, connectionsMax },
    commands: { all: allCommands(), lookUp }, store: new Store(), models, devices: new Devices(models, options.executionTimeoutMs), sessions: new Map(),
    laboratory: laboratoryPlan && new Laboratory(laboratoryPlan),
    stats: { startedAtMs: Date.now(), connections: 0, commands: 0, rejected: 0, inputBytes: 0, outputBytes: 0 },
    config: new Map(), modelChunkBytes: MODEL_CHUNK_BYTES, backendsPath: null, host, port,
    shutdown: () => void close(),
  };
  const net = createServer({ pauseOnConnect: true, noDelay: true, keepAlive: true });
  const sweeper = setInterval(() => server.store.sweep(), SWEEP_EVERY_MS);
  accept(net, server);
  server.port = await bind(net, host, port).catch((error: unknown) => {
    clearInterval(sweeper);
    void server.laboratory?.close();
    throw error;
  });
  for (const [name, value] of initialConfig(host, server.port, connectionsMax)) server.config.set(name, value);

  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= (async () => {
    clearInterval(sweeper);
    signal?.removeEventListener('abort', close);
    const closed = new Promise((resolve) => net.close(resolve));
    for (const session of server.sessions.values()) session.socket.destroySoon();
    await server.laboratory?.close();
    await server.devices.close();
    for (const session of server.sessions.values()) session.destroy();
    await closed;
    end();
  })());
  signal?.addEventListener('abort', close, { once: true });
  if (signal?.aborted) await close();
  return { url: urlOf(host, server.port), host, port: server.port, ended, close };
}

export function urlOf(host: string, port: number): string {
  return `redisai://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function bind(net: NetServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    net.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program listens there; choose another port, or port 0 for any that is free'
        : error.code === 'EACCES' ? 'this user may not; choose a port above 1023'
        : error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND' ? 'this machine has no such address' : messageOf(error);
      reject(new InferplayError('CONNECT', `Cannot listen on ${host}:${port}: ${why}.`, { cause: error }));
    });
    net.listen({ host, port }, () => {
      net.removeAllListeners('error');
      net.on('error', () => {});
      resolve((net.address() as { port: number }).port);
    });
  });
}

function accept(net: NetServer, server: Server): void {
  // A slow reader reads in small bites, so that its rate is one over short times too.
  const bite = Math.max(1024, Math.round((server.laboratory?.plan.readBytesPerSecond ?? Infinity) / 50));
  const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BUFFER_BYTES, bite));
  const reply = new Reply();
  let connections = 0;
  net.on('connection', (accepted) => {
    server.stats.connections++;
    if (server.sessions.size >= server.settings.connectionsMax) {
      server.stats.rejected++;
      accepted.write('-ERR max number of clients reached\r\n');
      accepted.on('error', () => {});
      accepted.destroySoon();
      return;
    }
    let session: Session | null = null;
    const socket = readInto(accepted, buffer, (size, bytes) => session?.received(bytes, size));
    session = new Session(server, socket, ++connections, reply);
    server.sessions.set(session.id, session);
    socket.on('error', () => {});
    socket.on('end', () => socket.destroySoon());
    socket.on('drain', () => session.drained());
    socket.on('close', () => session.closed());
    socket.resume();
  });
}

/**
 * The connection, read into one buffer that all of them share: a quarter less work a request than buffers made for each read.
 * Sockets that a server accepts cannot be asked for that, so a second Socket takes over the handle of the first.
 */
function readInto(accepted: Socket, buffer: Buffer, received: (size: number, bytes: Buffer) => void): Socket {
  const owner = accepted as unknown as { _handle: unknown };
  const handle = owner._handle as object | null;
  if (!handle) {
    accepted.on('data', (chunk: Buffer) => received(chunk.length, chunk));
    return accepted;
  }
  owner._handle = null;
  accepted.destroy();
  const options = { handle, readable: true, writable: true, allowHalfOpen: false, onread: { buffer, callback: (size: number, bytes: Uint8Array) => (received(size, bytes as Buffer), true) } };
  return new Socket(options as ConstructorParameters<typeof Socket>[0]);
}
