/** One client: its bytes in, its commands one after the other, its replies out. */
import type { Socket } from 'node:net';
import { hostPort } from '../core/address.js';
import type { Owner } from './devices.js';
import { dispatch, failed } from './dispatch.js';
import { Input } from './input.js';
import * as limits from './limits.js';
import { Output } from './output.js';
import { READ_AHEAD, Reading, SLOWLY } from './reading.js';
import type { Reply } from './reply.js';
import { BROKEN, INCOMPLETE, Request } from './request.js';
import type { Server } from './server.js';
import { SlowReading } from './slow-reading.js';
import type { Database, Watcher } from './store.js';
import type { Transaction } from './transaction.js';
import { DEFAULT_USER } from './users.js';

export { wrongArity } from './lookup.js';

export class Session implements Watcher, Owner {
  readonly server: Server;
  readonly socket: Socket;
  readonly id: number;
  readonly reply: Reply;
  readonly output: Output;
  readonly connectedAtMs: number;
  database: Database;
  databaseIndex = 0;
  protocol = 2;
  authenticated: boolean;
  user = DEFAULT_USER;
  /** Milliseconds since the epoch, as exact as the server's tick. */
  activeAtMs: number;
  name = '';
  lastCommand = '';
  transaction: Transaction | null = null;
  /** True while EXEC runs the queue. */
  executing = false;
  dirty = false;
  watched: { readonly database: Database; readonly key: string }[] = [];
  /** Set by QUIT and protocol errors: the connection closes when the replies are out. */
  closing = false;
  /** CLIENT REPLY: `skip-next` becomes `skip` for one command. */
  replyMode: 'on' | 'off' | 'skip-next' | 'skip' = 'on';

  readonly #request = new Request();
  readonly #input = new Input();
  /** The part of `#input` that the next read goes into. */
  #room: Buffer | null = null;
  /** An inference is running: later commands of this client wait. */
  #blocked = false;
  /** The connection is closed: nobody hears what is answered. */
  gone = false;
  readonly #reading: Reading;
  readonly #slowly: SlowReading | null;

  constructor(server: Server, socket: Socket, id: number, reply: Reply) {
    this.server = server;
    this.socket = socket;
    this.id = id;
    this.reply = reply;
    this.connectedAtMs = Date.now();
    this.database = server.store.databases[0];
    this.authenticated = server.users.open;
    this.activeAtMs = this.connectedAtMs;
    this.#reading = new Reading(socket);
    this.output = new Output(socket, reply, this.#reading, () => this.destroy());
    const rate = server.laboratory?.plan.readBytesPerSecond ?? Infinity;
    this.#slowly = rate < Infinity ? new SlowReading(rate, () => this.#reading.hold(SLOWLY), () => this.#reading.release(SLOWLY)) : null;
  }

  /** Bytes have arrived in a buffer that is only lent. */
  received(chunk: Buffer, size: number): void {
    this.server.stats.inputBytes += size;
    this.activeAtMs = this.server.stats.tickMs;
    this.#slowly?.took(size);
    if (this.#input.bytes === null && !this.#blocked) {
      const next = this.#run(chunk, 0, size);
      if (next < size && !this.closing) this.#keep(chunk, next, size);
    } else {
      if (chunk === this.#room) this.#input.filled(size);
      else this.#keep(chunk, 0, size);
      if (!this.#blocked) this.#resume();
    }
    this.flush();
  }

  /** Where the next read goes, null for the shared buffer. While no command runs, nothing but that read changes `#input`. */
  nextRoom(): Buffer | null {
    const waiting = this.#input.bytes !== null && !this.#blocked && !this.closing && this.#slowly === null;
    return (this.#room = waiting ? this.#input.room(this.#request) : null);
  }

  /** Runs every complete request; answers where the rest begins. */
  #run(bytes: Buffer, at: number, end: number): number {
    const request = this.#request;
    this.reply.protocol = this.protocol;
    while (!this.#blocked && !this.closing) {
      const next = request.parse(bytes, at, end, this.authenticated);
      if (next === INCOMPLETE) return at;
      if (next === BROKEN) {
        this.reply.error(request.problem);
        this.closing = true;
        return end;
      }
      at = next;
      if (request.argc > 0) dispatch(this, request);
      if (this.reply.bytes > limits.OUTPUT_BYTES_FLUSH) this.flush();
    }
    return at;
  }

  /** Keeps bytes that cannot be run yet. */
  #keep(chunk: Buffer, from: number, to: number): void {
    const input = this.#input;
    input.keep(chunk, from, to, this.#blocked ? null : this.#request);
    if (input.size > limits.REQUEST_BYTES_MAX) this.destroy();
    else if (this.#blocked && input.size > limits.READ_AHEAD_BYTES_MAX) this.#reading.hold(READ_AHEAD);
  }

  /** Runs what was kept, as far as it is complete. */
  #resume(): void {
    const request = this.#request;
    const input = this.#input;
    const { bytes, to } = input;
    if (bytes === null || (request.started && request.needed > to)) return;
    request.owned = input.size >= limits.KEEP_RECEIVED_BYTES;
    request.kept = false;
    const next = this.#run(bytes, input.from, to);
    request.owned = false;
    if (next >= to || this.closing) {
      input.forget();
    } else if (request.kept) {
      // A command keeps a view of these bytes: what follows moves elsewhere.
      input.forget();
      this.#keep(bytes, next, to);
    } else {
      input.from = next;
    }
  }

  /**
   * For commands whose reply may come later. `start` is given a function to call once, with a writer of the reply: when that
   * happens before `start` returns, nothing is different from any other command; otherwise the client's next commands wait.
   */
  later(start: (answer: (write: (reply: Reply) => void) => void) => void): void {
    let now = true;
    let answered = false;
    start((write) => {
      answered = true;
      if (now) return write(this.reply);
      this.#blocked = false;
      this.reply.protocol = this.protocol;
      try {
        write(this.reply);
      } catch (error) {
        failed(this, error);
      }
      if (!this.gone) this.#resume();
      if (!this.#blocked) this.#reading.release(READ_AHEAD);
      this.flush();
    });
    now = false;
    if (!answered) this.#blocked = true;
  }

  /** Hands over what has been answered so far. */
  flush(): void {
    const { reply } = this;
    const { bytes } = reply;
    if (bytes > 0) {
      const parts = reply.take();
      if (!this.gone) {
        this.server.stats.outputBytes += bytes;
        this.output.take(parts, bytes);
      }
    }
    if (this.closing && !this.gone && !this.#blocked) this.output.end();
  }

  /** The client's address as CLIENT LIST shows it. */
  get address(): string {
    const { remoteAddress, remotePort } = this.socket;
    return remoteAddress === undefined ? `${this.server.unixPath ?? ''}:0` : hostPort(remoteAddress, remotePort);
  }

  get blocked(): boolean {
    return this.#blocked;
  }

  unwatch(): void {
    for (const { database, key } of this.watched) database.unwatch(key, this);
    this.watched = [];
    this.dirty = false;
  }

  closed(): void {
    this.gone = true;
    this.#input.forget();
    this.#room = null;
    this.output.closed();
    this.transaction = null;
    this.unwatch();
    this.server.sessions.delete(this.id);
    this.server.devices.withdraw(this);
    this.server.pause?.waiting.delete(this);
  }

  destroy(): void {
    this.closing = true;
    this.socket.destroy();
  }
}
