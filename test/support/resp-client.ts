/** A plain client for tests and benchmarks: one command at a time, and raw bytes for what no client would send. */
import { connect, type Socket } from 'node:net';
import { encodeCommand, decodeReply, RespError, scanReply, type Reply } from '../../wire/resp.js';
import { listen, type ListenOptions, type Listening } from '../../serve/serve.js';
import { encodeOnnx } from '../../generate/onnx-file.js';

export interface RespClient {
  readonly socket: Socket;
  /** The reply; bulk strings as text, errors as `-` and their text. */
  call(...args: readonly (string | number | Uint8Array)[]): Promise<Plain>;
  /** Sends bytes as they are and answers everything that came until the connection closed. */
  raw(bytes: string | Uint8Array): Promise<string>;
  /** The next reply to something that was sent with `socket.write`. */
  next(): Promise<Plain>;
  close(): void;
}

export type Plain = string | number | bigint | boolean | null | Plain[];

export function plain(reply: Reply): Plain {
  if (Buffer.isBuffer(reply)) return reply.toString('latin1');
  if (reply instanceof RespError) return `-${reply.message}`;
  return Array.isArray(reply) ? reply.map(plain) : reply;
}

export function connectTo(port: number): Promise<RespClient> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    let ended = false;
    let wake = (): void => {};
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      wake();
    });
    socket.on('close', () => {
      ended = true;
      wake();
    });
    socket.once('error', reject);
    const more = (): Promise<void> => new Promise((go) => (wake = go));
    const next = async (): Promise<Plain> => {
      for (;;) {
        const end = scanReply(bytes, 0, bytes.length);
        if (end > 0) {
          const reply = decodeReply(Buffer.from(bytes.subarray(0, end)));
          bytes = bytes.subarray(end);
          return plain(reply);
        }
        if (ended) throw new Error(`the connection closed after ${JSON.stringify(bytes.toString('latin1'))}`);
        await more();
      }
    };
    const call = (...args: readonly (string | number | Uint8Array)[]): Promise<Plain> => {
      socket.write(encodeCommand(args));
      return next();
    };
    const raw = async (sent: string | Uint8Array): Promise<string> => {
      socket.write(sent);
      while (!ended) await more();
      return bytes.toString('latin1');
    };
    socket.once('connect', () => resolve({ socket, call, raw, next, close: () => socket.destroy() }));
  });
}

/** A server in this process and a client of it, both ended with the test. */
export async function served(test: { after(fn: () => Promise<void>): void }, options: ListenOptions = {}): Promise<RespClient & { server: Listening }> {
  const server = await listen(options);
  const client = await connectTo(server.port);
  test.after(async () => {
    client.close();
    await server.close();
  });
  return { ...client, server };
}

/** A model that multiplies its inputs `a` and `b`, any number of rows of two values. */
export function multiplyModel(): Buffer {
  const shape = ['n', 2];
  return encodeOnnx({
    name: 'multiply', doc: 'a × b', inputs: [{ name: 'a', shape }, { name: 'b', shape }], outputs: [{ name: 'c', shape }],
    nodes: [{ op: 'Mul', inputs: ['a', 'b'], outputs: ['c'] }], initializers: [],
  });
}

/** Multiplies matrices of 400 × 400 many times over: a model whose run takes milliseconds. */
export function slowModel(rounds = 60): Buffer {
  const shape = [400, 400];
  const name = (i: number): string => (i === 0 ? 'x' : i === rounds ? 'y' : `h${i}`);
  return encodeOnnx({
    name: 'slow', doc: 'x × x × …', inputs: [{ name: 'x', shape }], outputs: [{ name: 'y', shape }],
    nodes: Array.from({ length: rounds }, (_, i) => ({ op: 'MatMul', inputs: [name(i), 'x'], outputs: [name(i + 1)] })), initializers: [],
  });
}
