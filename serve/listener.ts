/** The embedded server in this process: a socket that listens, and sessions that answer. */
import { Socket } from 'node:net';
import { hostPort } from '../core/address.js';
import { InferplayError } from '../core/errors.js';
import { grouped } from '../core/quantity.js';
import { Secret } from '../core/secret.js';
import { ClientBuffers } from './client-buffers.js';
import { allCommands, lookUp } from './commands/index.js';
import { startClock } from './clock.js';
import { Devices, type DeviceSettings } from './devices.js';
import { bindPath, bindPort, plainServer, tlsServer } from './endpoints.js';
import { Laboratory } from './laboratory.js';
import { planLaboratory, type LaboratoryOptions } from './laboratory-options.js';
import { CONNECTIONS_MAX, OUTPUT_BYTES_MAX, OUTPUT_BYTES_PAUSE, OUTPUT_STALLED_SECONDS, READ_BUFFER_BYTES, SERVER_BYTES } from './limits.js';
import { Models, type ModelThreads } from './models.js';
import { Persistence } from './persistence.js';
import { Reply } from './reply.js';
import type { Log, Server } from './server.js';
import { Session } from './session.js';
import { Statistics } from './statistics.js';
import { Store } from './store.js';
import type { TlsFiles } from './tls-files.js';
import { Users } from './users.js';

export interface ListenOptions extends Partial<DeviceSettings>, ModelThreads {
  /** 0 finds a free port. */
  readonly port?: number;
  /** Default 127.0.0.1: nobody else can reach it. */
  readonly host?: string;
  /** Clients must AUTH with it. */
  readonly requirepass?: string | Secret;
  /** Further users and their passwords. Once there are any, nobody is let in without one. */
  readonly users?: { readonly [name: string]: string | Secret };
  /** The port speaks TLS. */
  readonly tls?: TlsFiles;
  /** Path of a unix socket to listen on as well; its connections are never encrypted. */
  readonly unixSocket?: string;
  readonly connectionsMax?: number;
  /** Commands that need memory are refused beyond it; 0 or nothing: no limit. The server itself counts as 1 MiB of it. */
  readonly maxmemoryBytes?: number;
  /** False: answer as a server without any backend. */
  readonly backend?: boolean;
  /** MODEL_CHUNK_SIZE: AI.MODELGET splits larger models. */
  readonly modelChunkBytes?: number;
  /** Snapshot file: read at start, written by SAVE and BGSAVE and when the server ends. Default: keys end with the server. */
  readonly save?: string;
  /** Makes inferences take a known time, fail, get lost or stand still. */
  readonly laboratory?: LaboratoryOptions;
  /** Is told what fails or takes long without a client who would hear of it: saves in the background and at the end. Default: nobody is. */
  readonly log?: Log;
  /** Ends the server. */
  readonly signal?: AbortSignal;
}

export interface Listening {
  /** For example `redis://127.0.0.1:41234`; the password, if any, is not in it. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Keys that came out of the snapshot; null where there was no such file, or none was asked for. */
  readonly restoredKeys: number | null;
  /** Settled when the server has ended, however that came about. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

const MODEL_CHUNK_BYTES = 535_822_336;

/** The least and the most that each may be: whole numbers. */
const RANGES = {
  threadsPerQueue: [1, 64], intraOpThreads: [0, 64], interOpThreads: [0, 64], executionTimeoutMs: [1, 2 ** 31 - 1], modelChunkBytes: [1, Number.MAX_SAFE_INTEGER],
} as const;

function checkRanges(options: ListenOptions): void {
  for (const name of Object.keys(RANGES) as (keyof typeof RANGES)[]) {
    const [value, [least, most]] = [options[name], RANGES[name]];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least && value <= most)) {
      throw new InferplayError('USAGE', `${name} must be a whole number from ${least} to ${most}, and is ${value}.`);
    }
  }
}

/**
 * Starts a server in this process.
 * @throws InferplayError CONNECT when the address cannot be used, USAGE for options that make no sense, DATA for a snapshot that cannot be read;
 * `close` rejects with DATA when the snapshot cannot be written
 */
export async function listen(options: ListenOptions = {}): Promise<Listening> {
  const { port = 0, host = '127.0.0.1', tls, unixSocket = null, connectionsMax = CONNECTIONS_MAX, backend = true, signal } = options;
  checkRanges(options);
  checkMemory(options.maxmemoryBytes ?? 0);
  const laboratoryPlan = planLaboratory(options.laboratory ?? {});
  const models = new Models(options);
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const server: Server = {
    settings: { backend, connectionsMax, maxmemoryBytes: options.maxmemoryBytes ?? 0, timeoutSeconds: 0, output: { bytesMax: OUTPUT_BYTES_MAX, bytesPause: OUTPUT_BYTES_PAUSE, stalledSeconds: OUTPUT_STALLED_SECONDS } },
    users: usersOf(options), statistics: new Statistics(), pause: null,
    commands: { all: allCommands(), lookUp }, store: new Store(), models, devices: new Devices(models, options), sessions: new Map(), buffers: new ClientBuffers(),
    laboratory: laboratoryPlan && new Laboratory(laboratoryPlan),
    stats: { startedAtMs: Date.now(), tickMs: Date.now(), connections: 0, rejected: 0, inputLimited: 0, outputLimited: 0, inputBytes: 0, outputBytes: 0, reads: 0, writes: 0, peakBytes: 0 },
    modelChunkBytes: options.modelChunkBytes ?? MODEL_CHUNK_BYTES, backendsPath: null, host, port, unixPath: unixSocket, tls: tls !== undefined,
    log: options.log ?? (() => {}), persistence: null, shutdown: (save) => void close(save).catch(() => {}),
  };
  const restoredKeys = options.save === undefined ? null : loadInto(server, options.save);
  const accept = acceptor(server);
  const nets = [tls ? tlsServer(tls, accept) : plainServer(accept), ...(unixSocket === null ? [] : [plainServer(accept)])];
  const stopClock = startClock(server);
  try {
    server.port = await bindPort(nets[0], host, port);
    if (unixSocket !== null) await bindPath(nets[1], unixSocket);
  } catch (error) {
    stopClock();
    for (const net of nets) net.close();
    void server.laboratory?.close();
    throw error;
  }

  let closing: Promise<void> | null = null;
  const close = (save = true): Promise<void> => (closing ??= (async () => {
    stopClock();
    signal?.removeEventListener('abort', onAbort);
    const closed = Promise.all(nets.map((net) => new Promise((resolve) => net.close(resolve))));
    for (const session of server.sessions.values()) session.output.end();
    await server.laboratory?.close();
    // A model may be in a loop that never ends: nothing that was stored may be lost by waiting for it.
    await server.devices.close();
    for (const session of server.sessions.values()) session.destroy();
    await closed;
    try {
      if (save) await server.persistence?.finish();
    } finally {
      end();
    }
  })());
  const onAbort = (): void => void close().catch(() => {});
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) await close();
  return { url: urlOf(host, server.port, server.tls), host, port: server.port, restoredKeys, ended, close: () => close() };
}

function checkMemory(maxmemoryBytes: number): void {
  if (!(maxmemoryBytes >= 0)) throw new InferplayError('USAGE', `${maxmemoryBytes} is no limit for maxmemory; give a number of bytes, or 0 for no limit.`);
  if (maxmemoryBytes === 0 || maxmemoryBytes > SERVER_BYTES) return;
  throw new InferplayError('USAGE', `A maxmemory of ${grouped(maxmemoryBytes)} bytes leaves none for keys: the server itself counts as ${grouped(SERVER_BYTES)}; give more, or 0 for no limit.`);
}

function loadInto(server: Server, file: string): number | null {
  try {
    server.persistence = new Persistence(server, file);
    return server.persistence.load();
  } catch (error) {
    void server.devices.close();
    void server.laboratory?.close();
    throw error;
  }
}

export function urlOf(host: string, port: number, tls = false): string {
  return `redisai${tls ? 's' : ''}://${hostPort(host, port)}`;
}

function secret(password: string | Secret): Secret {
  return typeof password === 'string' ? new Secret(password) : password;
}

function usersOf({ requirepass, users = {} }: ListenOptions): Users {
  const named = Object.entries(users).map(([name, password]) => [name, secret(password)] as const);
  return new Users(requirepass === undefined ? null : secret(requirepass), Object.fromEntries(named));
}

/** What is to be done with each new connection. */
function acceptor(server: Server): (accepted: Socket) => void {
  // A slow reader reads in small bites, so that its rate is one over short times too.
  const bite = Math.max(1024, Math.round((server.laboratory?.plan.readBytesPerSecond ?? Infinity) / 50));
  const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BUFFER_BYTES, bite));
  const reply = new Reply();
  let connections = 0;
  reply.onError = (text) => server.statistics.failed(text);
  reply.onSend = (writes) => (server.stats.writes += writes);
  return (accepted) => {
    server.stats.connections++;
    if (server.sessions.size >= server.settings.connectionsMax) {
      server.stats.rejected++;
      accepted.write('-ERR max number of clients reached\r\n');
      accepted.on('error', () => {});
      accepted.destroySoon();
      return;
    }
    let session: Session | null = null;
    const received = (size: number, bytes: Buffer): void => {
      server.stats.reads++;
      session?.received(bytes, size);
    };
    const socket = readInto(accepted, received, () => session?.nextRoom() ?? buffer);
    session = new Session(server, socket, ++connections, reply);
    server.sessions.set(session.id, session);
    socket.on('error', () => {});
    socket.on('end', () => socket.destroySoon());
    socket.on('close', () => session.closed());
    socket.resume();
  };
}

/**
 * The connection, read into one buffer that all of them share (a quarter less work a request than buffers made for each read), or
 * into the memory of the large argument that is being received: `next` says where the next read goes.
 * Sockets that a server accepts cannot be asked for that, so a second Socket takes over the handle of the first.
 */
function readInto(accepted: Socket, received: (size: number, bytes: Buffer) => void, next: () => Buffer): Socket {
  const owner = accepted as unknown as { _handle: unknown };
  const handle = owner._handle as object | null;
  // What comes through TLS is in buffers of its own already.
  if (!handle || 'encrypted' in accepted) {
    accepted.on('data', (chunk: Buffer) => received(chunk.length, chunk));
    return accepted;
  }
  owner._handle = null;
  accepted.destroy();
  let current: Buffer | null = null;
  // Node goes on with the buffer that it has when it is given none.
  const buffer = (): Buffer | undefined => {
    const wanted = next();
    return wanted === current ? undefined : (current = wanted);
  };
  const onread = { buffer, callback: (size: number, bytes: Uint8Array) => (received(size, bytes as Buffer), true) };
  const options = { handle, readable: true, writable: true, allowHalfOpen: false, onread };
  return new Socket(options as ConstructorParameters<typeof Socket>[0]);
}
