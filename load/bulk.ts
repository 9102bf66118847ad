/**
 * Bulk writes over one plain socket: commands are encoded into large buffers that are used again, a few of them are on their
 * way at a time, and every reply is read and looked at. The replies are the backpressure: a buffer is free again when its
 * last reply was read.
 */
import { InferplayError } from '../core/errors.js';
import { greeting, tlsFor, whereOf, type RedisAddress, type TlsChoice } from '../wire/redis-address.js';
import { cleanText, errorKind, isFatal, refusal, unreachable } from '../wire/redis-errors.js';
import { encodeCommand, INCOMPLETE, MALFORMED, scanReply } from '../wire/resp.js';
import { openSocket, type RawSocket } from '../wire/socket.js';

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
  /** Null for a command of the greeting. */
  readonly buffer: Buffer | null;
  readonly row: number;
  readonly what: string;
  readonly onInteger: ((value: number) => void) | undefined;
  replies: number;
  succeeded: number;
}

interface State {
  readonly where: string;
  readonly address: RedisAddress;
  readonly options: BulkOptions;
  /** Writes with replies pending, oldest first. */
  readonly queue: Write[];
  readonly free: Buffer[];
  current: Buffer | null;
  /** The beginning of a reply whose end has not come yet. */
  carry: Buffer | null;
  failure: InferplayError | null;
  socket: RawSocket | null;
  lastReadMs: number;
  /** Whoever waits for a free buffer or for the last reply: there is one producer, so there is at most one. */
  wake: (() => void) | null;
}

/** No reply to a bulk command is as long. */
const REPLY_BYTES_MAX = 1 << 20;
const IDLE_TIMEOUT_MS = 60_000;
const [MINUS, PLUS, COLON, LETTER_O, LETTER_K, CR, LF] = Buffer.from('-+:OK\r\n');

/** @throws InferplayError CONNECT, SERVER (the greeting was refused), INTERRUPTED */
export async function openBulk(address: RedisAddress, options: BulkOptions): Promise<Bulk> {
  const free: Buffer[] = Array.from({ length: options.inFlight + 1 }, () => Buffer.allocUnsafe(options.bufferBytes));
  const state: State = { where: whereOf(address), address, options, queue: [], free, current: null, carry: null, failure: null, socket: null, lastReadMs: performance.now(), wake: null };
  const { host, port } = address;
  state.socket = await openSocket({ host, port, tls: tlsFor(address, options), connectTimeoutMs: options.connectTimeoutMs ?? 5_000 }, {
    data: (bytes, length) => read(state, bytes, length),
    closed: (reason) => fail(state, unreachable(new Error(reason), state.where, address.tls)),
  });
  const end = guard(state);
  try {
    for (const command of greeting(address)) {
      if (state.failure) break;
      state.queue.push({ buffer: null, row: 0, what: command[0], onInteger: undefined, replies: 1, succeeded: 0 });
      state.socket.write(encodeCommand(command));
      await answers(state);
    }
    if (state.failure) throw state.failure;
  } catch (error) {
    end();
    throw error;
  }
  return bulkOf(state, end);
}

function bulkOf(state: State, end: () => void): Bulk {
  return {
    acquire() {
      if (state.failure) throw state.failure;
      return state.free.length > 0 ? (state.current = state.free.pop()!) : freed(state);
    },
    send(bytes, replies, row, onInteger) {
      if (state.failure) throw state.failure;
      const buffer = state.current!;
      state.current = null;
      if (state.queue.length === 0) state.lastReadMs = performance.now();
      state.queue.push({ buffer, row, what: onInteger ? 'EXISTS' : 'a write', onInteger, replies, succeeded: 0 });
      state.socket!.write(buffer.subarray(0, bytes));
    },
    flush: () => answers(state),
    pendingRow: () => state.queue.at(0)?.row ?? null,
    close() {
      end();
      fail(state, new InferplayError('CONNECT', `The connection to ${state.where} was closed here.`));
    },
  };
}

/** Ends the connection when the signal fires, or when the server leaves a write unanswered for too long. */
function guard(state: State): () => void {
  const { signal, idleTimeoutMs = IDLE_TIMEOUT_MS } = state.options;
  const abort = (): void => fail(state, new InferplayError('INTERRUPTED', `Interrupted while writing to ${state.where}.`));
  const timer = setInterval(() => {
    if (state.queue.length === 0 || performance.now() - state.lastReadMs < idleTimeoutMs) return;
    fail(state, new InferplayError('CONNECT', `${state.where} left a write unanswered for ${idleTimeoutMs / 1000} s: see whether it is busy or stopped.`));
  }, Math.max(10, Math.min(1000, idleTimeoutMs / 4)));
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort, { once: true });
  return () => {
    clearInterval(timer);
    signal?.removeEventListener('abort', abort);
  };
}

function fail(state: State, error: InferplayError): void {
  state.failure ??= error;
  state.socket?.destroy();
  state.wake?.();
}

async function changed(state: State): Promise<void> {
  await new Promise<void>((resolve) => (state.wake = resolve));
  state.wake = null;
}

async function answers(state: State): Promise<void> {
  while (state.queue.length > 0 && !state.failure) await changed(state);
  if (state.failure) throw state.failure;
}

async function freed(state: State): Promise<Buffer> {
  while (state.free.length === 0 && !state.failure) await changed(state);
  if (state.failure) throw state.failure;
  return (state.current = state.free.pop()!);
}

/** Every reply in what came, one after the other. `+OK` is recognised at a glance: it is what a load gets. */
function read(state: State, chunk: Buffer, length: number): void {
  state.lastReadMs = performance.now();
  let bytes = chunk;
  let end = length;
  if (state.carry !== null) {
    bytes = Buffer.concat([state.carry, chunk.subarray(0, length)]);
    end = bytes.length;
    state.carry = null;
  }
  for (let at = 0; at < end; ) {
    const write = state.queue[0];
    if (write === undefined) return fail(state, foreign(state));
    if (at + 5 <= end && bytes[at] === PLUS && bytes[at + 1] === LETTER_O && bytes[at + 2] === LETTER_K && bytes[at + 3] === CR && bytes[at + 4] === LF) {
      at += 5;
      write.succeeded++;
    } else {
      const next = scanReply(bytes, at, end);
      if (next === MALFORMED || (next === INCOMPLETE && end - at > REPLY_BYTES_MAX)) return fail(state, foreign(state));
      if (next === INCOMPLETE) {
        state.carry = Buffer.from(bytes.subarray(at, end));
        return;
      }
      oddReply(state, bytes, at, next, write);
      if (state.failure) return;
      at = next;
    }
    if (--write.replies === 0) answered(state, write);
  }
}

/** Looks at a reply that is not +OK: an integer is passed on, an error ends the load or is counted. */
function oddReply(state: State, bytes: Buffer, at: number, next: number, write: Write): void {
  const type = bytes[at];
  if (type === PLUS || type === COLON) {
    if (type === COLON) write.onInteger?.(Number(bytes.toString('latin1', at + 1, next - 2)));
    write.succeeded++;
    return;
  }
  const message = type === MINUS ? bytes.toString('utf8', at + 1, next - 2) : 'ERR a reply that is neither OK nor an error';
  const kind = type === MINUS ? errorKind(message) : 'UNEXPECTED';
  // Of the greeting and of a count every error is the end: nothing after it could be relied on.
  if (write.buffer !== null && !write.onInteger && !isFatal(kind)) return state.options.onError(kind, cleanText(message));
  const { password } = state.address;
  fail(state, refusal(message, write.what, state.where, password ? [password.reveal()] : []));
}

function answered(state: State, write: Write): void {
  state.queue.shift();
  if (write.buffer) state.free.push(write.buffer);
  if (write.buffer && !write.onInteger) state.options.onAnswered(write.succeeded);
  state.wake?.();
}

function foreign(state: State): InferplayError {
  return unreachable(new Error('Protocol error'), state.where, state.address.tls);
}
