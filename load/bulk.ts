/**
 * Bulk writes over one plain socket: commands are encoded into large buffers that are used again, a few of them are on their
 * way at a time, and every reply is read and looked at. The replies are the backpressure: a buffer is free again when its
 * last reply was read.
 */
import { InferplayError } from '../core/errors.js';
import { greeting, whereOf, type RedisAddress } from '../wire/redis-address.js';
import { cleanText, errorKind, isFatal, refusal, unreachable } from '../wire/redis-errors.js';
import { tlsFor, type TlsChoice } from '../wire/redis-tls.js';
import { decodeReply, encodeCommand, INCOMPLETE, MALFORMED, RespError, scanReply, type Reply } from '../wire/resp.js';
import { openSocket, type RawSocket } from '../wire/socket.js';

export interface BulkOptions extends TlsChoice {
  readonly bufferBytes: number;
  /** Commands in one write at most. */
  readonly commandsMax: number;
  /** Buffers on their way; one more is being filled. */
  readonly inFlight: number;
  readonly signal?: AbortSignal;
  readonly connectTimeoutMs?: number;
  /** A server that leaves a write unanswered for this long is given up. */
  readonly idleTimeoutMs?: number;
  /** An error reply that does not end the load. */
  onError(kind: string, message: string, keys: number): void;
  /** The last reply of a write was read; so many of its keys were stored. */
  onAnswered(keys: number): void;
}

/** A buffer to fill with commands, used again when they are answered. */
export interface Slot {
  readonly buffer: Buffer;
  /** Keys of each command, in order: a command that fails fails for all of its keys. */
  readonly keys: Uint32Array;
}

export interface Bulk {
  /** A slot to fill; a promise when all are on their way. @throws what ended the connection */
  acquire(): Slot | Promise<Slot>;
  /**
   * Sends the first `bytes` of a slot's buffer.
   * @param row first row in it; @param onInteger is told the integer replies
   */
  send(slot: Slot, bytes: number, commands: number, row: number, onInteger?: (value: number) => void): void;
  /** One command and its reply, errors too as a value. Nothing else may be on its way. @throws what ended the connection */
  call(args: readonly string[]): Promise<Reply>;
  /** Resolves when every reply was read. @throws what ended the connection */
  flush(): Promise<void>;
  /** First row of the first write that was not answered to its end, or had a key refused; null when there is none. */
  unstoredRow(): number | null;
  close(): void;
}

interface Write {
  /** Null for a single command. */
  readonly slot: Slot | null;
  readonly row: number;
  readonly commands: number;
  readonly onInteger: ((value: number) => void) | undefined;
  readonly onReply: ((reply: Reply) => void) | undefined;
  answered: number;
  keys: number;
}

interface State {
  readonly where: string;
  readonly address: RedisAddress;
  readonly options: BulkOptions;
  /** Writes with replies pending, oldest first. */
  readonly queue: Write[];
  readonly free: Slot[];
  /** The beginning of a reply whose end has not come yet. */
  carry: Buffer | null;
  failure: InferplayError | null;
  /** First row of the first write of which a key was refused. */
  refusedRow: number | null;
  socket: RawSocket | null;
  lastReadMs: number;
  /** Stops the timer and the listening to the signal. */
  unguard: () => void;
  /** Whoever waits for a free buffer or for the last reply: there is one producer, so there is at most one. */
  wake: (() => void) | null;
}

/** No reply to a bulk command is as long. */
const REPLY_BYTES_MAX = 1 << 20;
const IDLE_TIMEOUT_MS = 60_000;
const [MINUS, PLUS, COLON, LETTER_O, LETTER_K, CR, LF] = Buffer.from('-+:OK\r\n');

/** @throws InferplayError CONNECT, SERVER (the greeting was refused), INTERRUPTED */
export async function openBulk(address: RedisAddress, options: BulkOptions): Promise<Bulk> {
  const free: Slot[] = Array.from({ length: options.inFlight + 1 }, () => ({ buffer: Buffer.allocUnsafe(options.bufferBytes), keys: new Uint32Array(options.commandsMax) }));
  const state: State = { where: whereOf(address), address, options, queue: [], free, carry: null, failure: null, refusedRow: null, socket: null, lastReadMs: performance.now(), unguard: () => {}, wake: null };
  const { host, port } = address;
  state.socket = await openSocket({ host, port, tls: tlsFor(address, options), connectTimeoutMs: options.connectTimeoutMs ?? 5_000 }, {
    data: (bytes, length) => read(state, bytes, length),
    closed: (reason) => fail(state, unreachable(new Error(reason), state.where, address.tls)),
  });
  guard(state);
  const bulk = bulkOf(state);
  try {
    for (const command of greeting(address)) {
      const reply = await bulk.call(command);
      if (reply instanceof RespError) throw refused(state, reply.message, command[0]);
    }
  } catch (error) {
    bulk.close();
    throw error;
  }
  return bulk;
}

function bulkOf(state: State): Bulk {
  const push = (bytes: Uint8Array, write: Write): void => {
    if (state.failure) throw state.failure;
    if (state.queue.length === 0) state.lastReadMs = performance.now();
    state.queue.push(write);
    state.socket!.write(bytes);
  };
  return {
    acquire() {
      if (state.failure) throw state.failure;
      return state.free.pop() ?? freed(state);
    },
    send(slot, bytes, commands, row, onInteger) {
      push(slot.buffer.subarray(0, bytes), { slot, row, commands, onInteger, onReply: undefined, answered: 0, keys: 0 });
    },
    async call(args) {
      let answer: Reply = null;
      push(encodeCommand(args), { slot: null, row: 0, commands: 1, onInteger: undefined, onReply: (reply) => (answer = reply), answered: 0, keys: 0 });
      await answers(state);
      return answer;
    },
    flush: () => answers(state),
    unstoredRow: () => state.refusedRow ?? state.queue.at(0)?.row ?? null,
    close() {
      fail(state, new InferplayError('CONNECT', `The connection to ${state.where} was closed here.`));
    },
  };
}

/** Ends the connection when the signal fires, or when the server leaves a write unanswered for too long. */
function guard(state: State): void {
  const { signal, idleTimeoutMs = IDLE_TIMEOUT_MS } = state.options;
  const abort = (): void => fail(state, new InferplayError('INTERRUPTED', `Interrupted while writing to ${state.where}.`));
  const timer = setInterval(() => {
    if (state.queue.length === 0 || performance.now() - state.lastReadMs < idleTimeoutMs) return;
    fail(state, new InferplayError('CONNECT', `${state.where} left a write unanswered for ${idleTimeoutMs / 1000} s: see whether it is busy or stopped.`));
  }, Math.max(10, Math.min(1000, idleTimeoutMs / 4)));
  state.unguard = () => {
    clearInterval(timer);
    signal?.removeEventListener('abort', abort);
  };
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort, { once: true });
}

function fail(state: State, error: InferplayError): void {
  state.failure ??= error;
  state.unguard();
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

async function freed(state: State): Promise<Slot> {
  while (state.free.length === 0 && !state.failure) await changed(state);
  if (state.failure) throw state.failure;
  return state.free.pop()!;
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
    if (write.slot !== null && at + 5 <= end && bytes[at] === PLUS && bytes[at + 1] === LETTER_O && bytes[at + 2] === LETTER_K && bytes[at + 3] === CR && bytes[at + 4] === LF) {
      at += 5;
      write.keys += write.slot.keys[write.answered];
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
    if (++write.answered === write.commands) answered(state, write);
  }
}

/** Looks at a reply that is not +OK: a single command's is handed over, an integer is passed on, an error ends the load or is counted. */
function oddReply(state: State, bytes: Buffer, at: number, next: number, write: Write): void {
  if (write.slot === null) return write.onReply?.(decodeReply(Buffer.from(bytes.subarray(at, next))));
  const type = bytes[at];
  if (write.onInteger ? type === COLON : bytes.toString('latin1', at, next) === '+OK\r\n') {
    if (write.onInteger) write.onInteger(Number(bytes.toString('latin1', at + 1, next - 2)));
    else write.keys += write.slot.keys[write.answered];
    return;
  }
  const message = type === MINUS ? bytes.toString('utf8', at + 1, next - 2) : 'ERR a reply that is neither what was expected nor an error';
  const kind = type === MINUS ? errorKind(message) : 'UNEXPECTED';
  // While keys are counted every error is the end: the count could not be relied on.
  if (write.onInteger || isFatal(kind)) return fail(state, refused(state, message, write.onInteger ? 'EXISTS' : kind === 'WRONGTYPE' ? `to write ${keyIn(write.slot.buffer, write.answered)}` : 'a write'));
  state.refusedRow ??= write.row;
  state.options.onError(kind, cleanText(message), write.slot.keys[write.answered]);
}

/** The key of a command in a buffer of commands: its slot is not used again before all of them are answered. */
function keyIn(buffer: Buffer, command: number): string {
  let at = 0;
  for (let passed = 0; passed < command; passed++) at = scanReply(buffer, at, buffer.length);
  return cleanText(String((decodeReply(Buffer.from(buffer.subarray(at, scanReply(buffer, at, buffer.length)))) as Reply[])[1]));
}

function answered(state: State, write: Write): void {
  state.queue.shift();
  if (write.slot) state.free.push(write.slot);
  if (write.slot && !write.onInteger) state.options.onAnswered(write.keys);
  state.wake?.();
}

function refused({ address, where }: State, message: string, what: string): InferplayError {
  return refusal(message, what, where, address.password ? [address.password.reveal()] : []);
}

function foreign(state: State): InferplayError {
  return unreachable(new Error('Protocol error'), state.where, state.address.tls);
}
