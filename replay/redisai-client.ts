/** One connection to a RedisAI server: one request in flight, its replies read in place. */
import type { ConnectionOptions } from 'node:tls';
import { InferplayError } from '../core/errors.js';
import { MESSAGE_LENGTH_MAX } from '../core/recording.js';
import { decodeReply, encodeCommand, INCOMPLETE, RespError, scanReply } from '../wire/resp.js';
import { openSocket, type RawSocket } from '../wire/socket.js';
import { newAnswer, readAnswer } from './redisai-reply.js';
import type { Client, Hooks, Surround } from './target.js';

export interface RedisConnection {
  readonly host: string;
  readonly port: number;
  readonly tls?: ConnectionOptions;
  /** Commands before the first request: AUTH, HELLO, SELECT. */
  readonly greeting: readonly (readonly string[])[];
  /** Replies that answer one inference: 1 for a DAG, 3 for a pipeline of three commands. */
  readonly replies: number;
  readonly surround: Surround | null;
}

/** An answer that is larger is given up as malformed. */
const REPLY_BYTES_MAX = 256 * 1024 * 1024;
const SPILL_BYTES_FIRST = 64 * 1024;

/** @throws InferplayError CONNECT, SERVER when the greeting is refused */
export async function connectClient(connection: RedisConnection, slot: number, hooks: Hooks, timeoutMs: number): Promise<Client> {
  const client = new RedisAiClient(slot, hooks, connection);
  const { host, port, tls, greeting } = connection;
  const socket = await openSocket({ host, port, tls, connectTimeoutMs: timeoutMs }, client);
  client.attach(socket);
  if (greeting.length > 0) await client.greet(greeting, timeoutMs);
  return client;
}

const MALFORMED_REPLY = 'malformed-reply';

interface Greeting {
  readonly commands: readonly (readonly string[])[];
  readonly replies: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

class RedisAiClient implements Client {
  readonly #slot: number;
  readonly #hooks: Hooks;
  readonly #replies: number;
  readonly #where: string;
  /** What goes out before and behind every frame; empty where that is the whole request. */
  readonly #head: Buffer;
  readonly #tail: Buffer;
  readonly #answer = newAnswer();
  #socket: RawSocket | null = null;
  #greeting: Greeting | null = null;
  #busy = false;
  /** Bytes of a reply that came in pieces. */
  #spill: Buffer | null = null;
  #spilled = 0;
  /** Of the request in flight: replies that are whole, and where the next begins. */
  #whole = 0;
  #scanned = 0;

  constructor(slot: number, hooks: Hooks, { host, port, replies, surround }: RedisConnection) {
    this.#slot = slot;
    this.#hooks = hooks;
    this.#replies = replies;
    this.#where = `${host}:${port}`;
    this.#head = Buffer.from(surround?.head ?? '');
    this.#tail = Buffer.from(surround?.tail ?? '');
  }

  attach(socket: RawSocket): void {
    this.#socket = socket;
  }

  send(frame: Uint8Array): number {
    this.#busy = true;
    if (this.#head.length === 0) this.#socket!.write(frame);
    else this.#socket!.writeThree(this.#head, frame, this.#tail);
    return this.#head.length + frame.length + this.#tail.length;
  }

  close(): void {
    this.#socket?.destroy();
  }

  data(bytes: Buffer, length: number): void {
    const first = this.#spilled === 0;
    if (this.#busy && first) this.#hooks.firstByte(this.#slot);
    if (first) return this.#read(bytes, length, false);
    if (this.#spilled + length > REPLY_BYTES_MAX) return this.#break(`a reply of more than ${REPLY_BYTES_MAX} bytes`, MALFORMED_REPLY);
    this.#append(bytes, length);
    this.#read(this.#spill!, this.#spilled, true);
  }

  #read(bytes: Buffer, end: number, spilled: boolean): void {
    const greeting = this.#greeting;
    if (!this.#busy && !greeting) return this.#break('the server sent bytes that nobody had asked for');
    const replies = greeting ? greeting.replies : this.#replies;
    while (this.#whole < replies) {
      const next = scanReply(bytes, this.#scanned, end);
      if (next === INCOMPLETE) {
        if (!spilled) this.#append(bytes, end);
        return;
      }
      if (next < 0) return this.#break('what came is not the protocol of Redis', MALFORMED_REPLY);
      this.#scanned = next;
      this.#whole++;
    }
    if (greeting) this.#welcome(greeting, bytes, end);
    else this.#decode(bytes, end);
  }

  #decode(bytes: Buffer, end: number): void {
    const answer = this.#answer;
    answer.code = 'ok';
    answer.message = '';
    answer.start = -1;
    let at = 0;
    for (let reply = 0; reply < this.#replies; reply++) at = readAnswer(bytes, at, answer);
    const { code, message, start } = answer;
    const more = at < end;
    // RedisAI can answer one command twice (+OK, then -WRONGTYPE): where more may follow, no request may be sent here again.
    if (code !== 'ok' && (more || (code === 'WRONGTYPE' && this.#replies > 1))) return this.#break(message, code);
    if (more) return this.#break('more than one reply to a request', MALFORMED_REPLY);
    this.#reset();
    if (code === 'ok' && start < 0) this.#hooks.done(this.#slot, MALFORMED_REPLY, 'no tensor in the reply', null, end);
    else this.#hooks.done(this.#slot, code, message, start < 0 ? null : bytes.subarray(start, answer.end), end);
  }

  #append(bytes: Buffer, length: number): void {
    const needed = this.#spilled + length;
    if (!this.#spill || this.#spill.length < needed) {
      const larger = Buffer.allocUnsafeSlow(Math.max(SPILL_BYTES_FIRST, 2 ** Math.ceil(Math.log2(needed))));
      this.#spill?.copy(larger, 0, 0, this.#spilled);
      this.#spill = larger;
    }
    bytes.copy(this.#spill, this.#spilled, 0, length);
    this.#spilled = needed;
  }

  #reset(): void {
    this.#busy = false;
    this.#whole = this.#scanned = this.#spilled = 0;
  }

  /** Ends the connection, and the request on it if there is one: what would come next cannot be trusted. */
  #break(reason: string, code?: string): void {
    this.#socket!.destroy();
    this.#lost(reason, code);
  }

  closed(reason: string): void {
    this.#lost(reason);
  }

  #lost(reason: string, code?: string): void {
    if (this.#greeting) this.#greeting.reject(new InferplayError('CONNECT', `The connection to ${this.#where} was lost before the first request: ${reason}.`));
    else this.#hooks.closed(this.#slot, reason, code);
  }

  /** Says what must be said before the first request. */
  greet(commands: readonly (readonly string[])[], timeoutMs: number): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.close();
        reject(new InferplayError('CONNECT', `${this.#where} did not answer ${commands[0][0]} within ${timeoutMs} ms.`));
      }, timeoutMs);
      this.#greeting = {
        replies: commands.length,
        commands,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#socket!.write(Buffer.concat(commands.map((command) => encodeCommand(command))));
    });
  }

  #welcome(greeting: Greeting, bytes: Buffer, end: number): void {
    let at = 0;
    for (const [command] of greeting.commands) {
      const reply = decodeReply(bytes, at);
      if (reply instanceof RespError) {
        this.close();
        return greeting.reject(new InferplayError('SERVER', `${this.#where} refused ${command}: ${reply.message.slice(0, MESSAGE_LENGTH_MAX)}`));
      }
      at = scanReply(bytes, at, end);
    }
    this.#greeting = null;
    this.#reset();
    greeting.resolve();
  }
}
