/**
 * Bulk writes over one plain socket: commands are encoded into large buffers that are used again, a few of them are on their
 * way at a time, and every reply is read and looked at. The replies are the backpressure: a buffer is free again when its
 * last reply was read.
 */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { InferplayError } from '../core/errors.js';
import { greeting, tlsFor, whereOf, type RedisAddress, type TlsChoice } from '../wire/redis-address.js';
import { cleanText, errorKind, isFatal, refusal, unreachable } from '../wire/redis-errors.js';
import { encodeCommand, INCOMPLETE, MALFORMED, scanReply } from '../wire/resp.js';

export interface BulkOptions extends TlsChoice {
  readonly bufferBytes: number;
  /** Buffers on their way; one more is being filled. */
  readonly inFlight: number;
  readonly signal?: AbortSignal;
  readonly connectTimeoutMs?: number;
  /** A server that leaves a write unanswered for this long is given up. */
  readonly idleTimeoutMs?: number;
  /** An error reply that does not end the load. */
  onError(kind: string, message: string): void;
  /** The last reply of a write was read; `succeeded` of its commands were not errors. */
  onAnswered(succeeded: number): void;
}

export interface Bulk {
  /** An empty buffer to fill; a promise when all are on their way. @throws what ended the connection */
  acquire(): Buffer | Promise<Buffer>;
  /**
   * Sends the first `bytes` of the buffer that was acquired last.
   * @param row first row in it; @param onInteger is told the integer replies
   */
  send(bytes: number, replies: number, row: number, onInteger?: (value: number) => void): void;
  /** Resolves when every reply was read. @throws what ended the connection */
  flush(): Promise<void>;
  /** The first row that has replies pending, null when none has. */
  pendingRow(): number | null;
  close(): void;
}

interface Write {
  readonly buffer: Buffer | null;
  readonly row: number;
  readonly what: string;
  readonly onInteger: ((value: number) => void) | undefined;
  replies: number;
  succeeded: number;
}

const READ_BYTES = 1 << 16;
/** No reply to a bulk command is as long. */
const REPLY_BYTES_MAX = 1 << 20;
const [MINUS, PLUS, COLON, LETTER_O, LETTER_K, CR, LF] = Buffer.from('-+:OK\r\n');

/** @throws InferplayError CONNECT, SERVER (the greeting was refused), INTERRUPTED */
export async function openBulk(address: RedisAddress, options: BulkOptions): Promise<Bulk> {
  const bulk = createBulk(address, options);
  await bulk.connected;
  return bulk;
}

function createBulk(address: RedisAddress, options: BulkOptions): Bulk & { readonly connected: Promise<void> } {
  const where = whereOf(address);
  const queue: Write[] = [];
  const free: Buffer[] = Array.from({ length: options.inFlight + 1 }, () => Buffer.allocUnsafe(options.bufferBytes));
  let current: Buffer | null = null;
  let failure: InferplayError | null = null;
  let carry: Buffer | null = null;
  let fresh = true;
  /** Whoever waits for a free buffer or for the last reply: there is one producer, so there is at most one. */
  let wake: (() => void) | null = null;

  const fail = (error: InferplayError): void => {
    failure ??= error;
    options.signal?.removeEventListener('abort', abort);
    socket.destroy();
    wake?.();
  };
  const abort = (): void => fail(new InferplayError('INTERRUPTED', `Interrupted while writing to ${where}.`));
  const changed = (): Promise<void> => new Promise((resolve) => (wake = () => ((wake = null), resolve())));

  const answered = (write: Write): void => {
    queue.shift();
    if (write.buffer) free.push(write.buffer);
    if (write.buffer && !write.onInteger) options.onAnswered(write.succeeded);
    wake?.();
  };

  /** Looks at one reply that is not +OK. False when it ended the connection. */
  const odd = (bytes: Buffer, at: number, next: number, write: Write): boolean => {
    const type = bytes[at];
    if (type === PLUS || type === COLON) {
      if (type === COLON) write.onInteger?.(Number(bytes.toString('latin1', at + 1, next - 2)));
      write.succeeded++;
      return true;
    }
    const message = type === MINUS ? bytes.toString('utf8', at + 1, next - 2) : 'ERR a reply that is neither OK nor an error';
    const kind = type === MINUS ? errorKind(message) : 'UNEXPECTED';
    if (write.buffer === null || isFatal(kind)) {
      fail(refusal(message, write.what, where, address.password ? [address.password.reveal()] : []));
      return false;
    }
    options.onError(kind, cleanText(message));
    return true;
  };

  const read = (count: number, chunk: Uint8Array): boolean => {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, count);
    if (carry !== null) bytes = Buffer.concat([carry, bytes]);
    carry = null;
    fresh = false;
    const end = bytes.length;
    for (let at = 0; at < end; ) {
      const write = queue[0];
      if (write === undefined) return fail(foreign(where, address.tls)), false;
      if (at + 5 <= end && bytes[at] === PLUS && bytes[at + 1] === LETTER_O && bytes[at + 2] === LETTER_K && bytes[at + 3] === CR && bytes[at + 4] === LF) {
        at += 5;
        write.succeeded++;
      } else {
        const next = scanReply(bytes, at, end);
        if (next === MALFORMED || (next === INCOMPLETE && end - at > REPLY_BYTES_MAX)) return fail(foreign(where, address.tls)), false;
        if (next === INCOMPLETE) {
          carry = Buffer.from(bytes.subarray(at));
          return true;
        }
        if (!odd(bytes, at, next, write)) return false;
        at = next;
      }
      if (--write.replies === 0) answered(write);
    }
    return true;
  };

  const socket = openSocket(address, options, read);
  socket.setTimeout(options.connectTimeoutMs ?? 5_000);
  socket.on('timeout', () => {
    if (queue.length > 0 || fresh) fail(unreachable(Object.assign(new Error(`no reply for ${socket.timeout} ms`), { code: fresh ? 'ETIMEDOUT' : '' }), where, address.tls));
  });
  socket.on('error', (error) => fail(unreachable(error, where, address.tls, fresh)));
  socket.on('close', () => fail(unreachable(new Error('closed by the server'), where, address.tls, fresh)));
  if (options.signal?.aborted) abort();
  else options.signal?.addEventListener('abort', abort, { once: true });

  const greet = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      socket.once(address.tls ? 'secureConnect' : 'connect', resolve);
      socket.once('close', () => resolve());
    });
    for (const command of greeting(address)) {
      if (failure) break;
      queue.push({ buffer: null, row: 0, what: command[0], onInteger: undefined, replies: 1, succeeded: 0 });
      socket.write(encodeCommand(command));
      await flush();
    }
    if (failure) throw failure;
    socket.setTimeout(options.idleTimeoutMs ?? 60_000);
  };
  const flush = async (): Promise<void> => {
    while (queue.length > 0 && !failure) await changed();
    if (failure) throw failure;
  };
  const freed = async (): Promise<Buffer> => {
    while (free.length === 0 && !failure) await changed();
    if (failure) throw failure;
    return (current = free.pop()!);
  };
  return {
    connected: greet(),
    acquire() {
      if (failure) throw failure;
      return free.length > 0 ? (current = free.pop()!) : freed();
    },
    send(bytes, replies, row, onInteger) {
      if (failure) throw failure;
      queue.push({ buffer: current, row, what: onInteger ? 'EXISTS' : 'a write', onInteger, replies, succeeded: 0 });
      socket.write(current!.subarray(0, bytes));
      current = null;
    },
    flush,
    pendingRow: () => queue.find((write) => write.buffer !== null)?.row ?? null,
    close() {
      failure ??= new InferplayError('CONNECT', `The connection to ${where} was closed here.`);
      options.signal?.removeEventListener('abort', abort);
      socket.destroy();
    },
  };
}

function openSocket(address: RedisAddress, options: BulkOptions, read: (count: number, chunk: Uint8Array) => boolean): Socket {
  const onread = { buffer: Buffer.allocUnsafe(READ_BYTES), callback: read };
  const common = { host: address.host, port: address.port, noDelay: true, onread };
  const tls = tlsFor(address, options);
  return tls ? connectTls({ ...common, ...tls }) : connectPlain(common);
}

function foreign(where: string, tls: boolean): InferplayError {
  return unreachable(new Error('Protocol error'), where, tls);
}
