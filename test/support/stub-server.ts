/**
 * A RESP server that does as it is told: it answers, waits, says nonsense, sends halves, hangs up. For tests of what a client
 * makes of all that.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { decodeReply, encodeCommand, scanReply } from '../../wire/resp.js';

export interface StubRequest {
  /** Command and arguments. */
  readonly args: readonly Buffer[];
  /** Lower-case name of the command. */
  readonly name: string;
  /** Number of this request among those that `answer` was asked about, from 0. */
  readonly number: number;
  /** Number of the connection, from 0. */
  readonly connection: number;
}

/** What to do about a request: bytes to send, in pieces with a pause between them; after a time; or to hang up. */
export interface StubAnswer {
  readonly pieces?: readonly (string | Buffer)[];
  readonly afterMs?: number;
  readonly pauseMs?: number;
  /** Ends the connection after the pieces. */
  readonly hangUp?: boolean;
}

export interface Stub {
  readonly port: number;
  /** URL of a redisai target. */
  readonly url: string;
  readonly requests: StubRequest[];
  /** Connections that were accepted. */
  readonly connections: () => number;
  /** Stops listening and drops every connection. */
  stop(): Promise<void>;
}

/** A tensor of two floats, as AI.TENSORGET … BLOB answers it. */
export function tensor(...values: number[]): Buffer {
  const bytes = Buffer.from(new Float32Array(values).buffer);
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** A DAG's answer. */
export function dagAnswer(...values: number[]): Buffer {
  return Buffer.concat([Buffer.from('*3\r\n+OK\r\n+OK\r\n'), tensor(...values)]);
}

export const OK_DAG = dagAnswer(0.25, 0.75);

/**
 * Starts a stub on a free port; it stops when the test ends.
 * @param answer is asked about every AI.… command but AI.MODELGET and AI.INFO; what clients ask on connecting is answered without it
 * @param options.port listen there, for a server that comes back
 */
export async function startStub(test: { after(fn: () => unknown): void }, answer: (request: StubRequest) => StubAnswer, options: { port?: number; greet?: (request: StubRequest) => string | null } = {}): Promise<Stub> {
  const sockets = new Set<Socket>();
  const requests: StubRequest[] = [];
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = connections++;
    let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let end; (end = scanReply(rest, 0, rest.length)) > 0; rest = rest.subarray(end)) {
        const args = (decodeReply(Buffer.from(rest.subarray(0, end))) as Buffer[]).map((arg) => Buffer.from(arg));
        const name = args[0].toString().toLowerCase();
        const request = { args, name, number: requests.length, connection };
        const greeting = options.greet?.(request) ?? standard(name);
        if (greeting !== null) {
          socket.write(greeting);
          continue;
        }
        requests.push(request);
        void perform(socket, answer(request));
      }
    });
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  test.after(() => (server.listening ? stop() : undefined));
  return { port, url: `redisai://127.0.0.1:${port}?model=financialNet`, requests, connections: () => connections, stop };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** What a client asks before it sends requests. */
function standard(name: string): string | null {
  if (name === 'ai.modelget') return encodeCommand(['backend', 'ONNX', 'device', 'CPU']).toString();
  if (name === 'ai.info') return '-ERR cannot find run info for key\r\n';
  if (name === 'ping') return '+PONG\r\n';
  if (name === 'get') return '$-1\r\n';
  if (name === 'info') {
    const text = '# Server\r\nredis_version:7.0.0\r\n';
    return `$${text.length}\r\n${text}\r\n`;
  }
  return name.startsWith('ai.') ? null : '+OK\r\n';
}

async function perform(socket: Socket, { pieces = [], afterMs = 0, pauseMs = 0, hangUp = false }: StubAnswer): Promise<void> {
  if (afterMs > 0) await sleep(afterMs);
  for (const [at, piece] of pieces.entries()) {
    if (at > 0) await sleep(pauseMs);
    if (!socket.destroyed) socket.write(piece);
  }
  if (hangUp) socket.destroy();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
