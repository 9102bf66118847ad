/** One client: its bytes in, its commands one after the other, its replies out. */
import type { Socket } from 'node:net';
import { messageOf } from '../core/errors.js';
import { isHeld, refusalOf, refuse, unknownCommand } from './admission.js';
import type { Command } from './commands/command.js';
import * as limits from './limits.js';
import type { Reply } from './reply.js';
import { BROKEN, INCOMPLETE, Request } from './request.js';
import type { Pause, Server } from './server.js';
import { runCounted } from './statistics.js';
import type { Database, Watcher } from './store.js';
import { enqueue, ownCopy, type Transaction } from './transaction.js';
import { DEFAULT_USER } from './users.js';

export { wrongArity } from './lookup.js';

const CAPACITY_MIN = 4096;

export class Session implements Watcher {
  readonly server: Server;
  readonly socket: Socket;
  readonly id: number;
  readonly reply: Reply;
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
  /** Bytes that have not been parsed: an incomplete request, or what came while an inference was running. */
  #pending: Buffer | null = null;
  #pendingFrom = 0;
  #pendingTo = 0;
  /** An inference is running: later commands of this client wait. */
  #blocked = false;
  #gone = false;
  #paused = false;
  /** The laboratory reads slowly: until then, in milliseconds of performance.now(), nothing more is read. */
  #readAgainMs = 0;
  #held = false;

  constructor(server: Server, socket: Socket, id: number, reply: Reply) {
    this.server = server;
    this.socket = socket;
    this.id = id;
    this.reply = reply;
    this.connectedAtMs = Date.now();
    this.database = server.store.databases[0];
    this.authenticated = server.users.open;
    this.activeAtMs = this.connectedAtMs;
  }

  /** Bytes have arrived in a buffer that is only lent. */
  received(chunk: Buffer, size: number): void {
    this.server.stats.inputBytes += size;
    this.activeAtMs = this.server.stats.tickMs;
    if (this.server.laboratory !== null) this.#readSlowly(size, this.server.laboratory.plan.readBytesPerSecond);
    if (this.#pending === null && !this.#blocked) {
      const next = this.#run(chunk, 0, size);
      if (next < size && !this.closing) this.#keep(chunk, next, size);
    } else {
      this.#keep(chunk, 0, size);
      if (!this.#blocked) this.#resume();
    }
    this.#flush();
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
      if (request.argc > 0) {
        if (this.replyMode === 'on') this.#dispatch(request);
        else this.#dispatchSilently(request);
      }
      if (this.reply.bytes > limits.OUTPUT_BYTES_PAUSE) this.#flush();
    }
    return at;
  }

  /** Runs a command and forgets its reply. */
  #dispatchSilently(request: Request): void {
    this.#flush();
    if (this.replyMode === 'skip-next') this.replyMode = 'skip';
    this.#dispatch(request);
    // CLIENT REPLY ON is the one command that is answered: it has changed the mode.
    if ((this.replyMode as string) !== 'on') this.reply.drain();
    if (this.replyMode === 'skip') this.replyMode = 'on';
  }

  #dispatch(request: Request): void {
    const { reply, server } = this;
    server.stats.commands++;
    const command = server.commands.lookUp(request);
    const refusal = command === null ? unknownCommand(request) : refusalOf(this, command, request);
    if (refusal !== null) return refuse(this, command, refusal);
    this.lastCommand = command!.name;
    if (this.transaction !== null && !command!.immediate) return enqueue(this.transaction, command!, request, reply);
    if (server.pause !== null && isHeld(this, command!)) return this.#hold(command!, request, server.pause);
    try {
      runCounted(this, command!, request, reply);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A mistake of ours, or memory that is not there: it costs this client its connection, and nobody else anything. */
  #failed(error: unknown): void {
    this.reply.error(`ERR internal error: ${messageOf(error)}`);
    this.closing = true;
  }

  /** Runs a command when CLIENT PAUSE is over; until then the client's further commands wait behind it. */
  #hold(command: Command, request: Request, pause: Pause): void {
    const own = ownCopy(request);
    this.later((answer) => pause.waiting.push(() => answer((reply) => runCounted(this, command, own, reply))));
  }

  /** Keeps bytes that cannot be run yet, in memory of this client's own. */
  #keep(chunk: Buffer, from: number, to: number): void {
    const request = this.#request;
    const size = to - from;
    if (this.#pending === null) {
      // A large argument is received straight into the memory in which it may be kept: aligned, and of its size.
      const wanted = request.started && !this.#blocked ? request.needed - from : 0;
      const large = wanted - size >= limits.KEEP_RECEIVED_BYTES;
      const pad = large ? alignment(request, wanted) : 0;
      this.#pending = Buffer.allocUnsafeSlow(pad + Math.max(size, wanted <= limits.REQUEST_BYTES_MAX ? wanted : size, CAPACITY_MIN));
      this.#pendingFrom = this.#pendingTo = pad;
      if (!this.#blocked) request.moved(pad - from);
    } else if (this.#pendingTo + size > this.#pending.length) {
      this.#grow(size);
    }
    chunk.copy(this.#pending, this.#pendingTo, from, to);
    this.#pendingTo += size;
    const held = this.#pendingTo - this.#pendingFrom;
    if (held > limits.REQUEST_BYTES_MAX) this.destroy();
    else if (this.#blocked && held > limits.READ_AHEAD_BYTES_MAX) this.#pause();
  }

  #grow(size: number): void {
    const request = this.#request;
    const held = this.#pendingTo - this.#pendingFrom;
    const wanted = request.started ? request.needed - this.#pendingFrom : 0;
    const capacity = Math.max(wanted <= limits.REQUEST_BYTES_MAX ? wanted : 0, (held + size) * 2);
    const larger = Buffer.allocUnsafeSlow(capacity);
    this.#pending!.copy(larger, 0, this.#pendingFrom, this.#pendingTo);
    if (!this.#blocked) request.moved(-this.#pendingFrom);
    this.#pending = larger;
    this.#pendingFrom = 0;
    this.#pendingTo = held;
  }

  /** Runs what was kept, as far as it is complete. */
  #resume(): void {
    const request = this.#request;
    const pending = this.#pending;
    if (pending === null || (request.started && request.needed > this.#pendingTo)) return;
    request.owned = this.#pendingTo - this.#pendingFrom >= limits.KEEP_RECEIVED_BYTES;
    request.kept = false;
    const next = this.#run(pending, this.#pendingFrom, this.#pendingTo);
    request.owned = false;
    if (next >= this.#pendingTo || this.closing) {
      this.#pending = null;
    } else if (request.kept) {
      // A command keeps a view of these bytes: what follows moves elsewhere.
      this.#pending = null;
      const to = this.#pendingTo;
      this.#keep(pending, next, to);
    } else {
      this.#pendingFrom = next;
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
        this.#failed(error);
      }
      if (!this.#gone) this.#resume();
      if (!this.#blocked) this.#unpause();
      this.#flush();
    });
    now = false;
    if (!answered) this.#blocked = true;
  }

  #flush(): void {
    const { socket, reply } = this;
    if (reply.bytes > 0) {
      this.server.stats.outputBytes += reply.bytes;
      if (this.#gone) reply.drain();
      else reply.flush(socket);
      const waiting = socket.writableLength;
      if (waiting > limits.OUTPUT_BYTES_MAX) return this.destroy();
      if (waiting > limits.OUTPUT_BYTES_PAUSE) this.#pause();
    }
    if (this.closing && !this.#gone && !this.#blocked) socket.destroySoon();
  }

  #readSlowly(size: number, bytesPerSecond: number): void {
    const now = performance.now();
    this.#readAgainMs = Math.max(now, this.#readAgainMs) + (size / bytesPerSecond) * 1000;
    const waitMs = this.#readAgainMs - now;
    if (this.#held || waitMs < 1) return;
    this.#held = true;
    this.socket.pause();
    setTimeout(() => {
      this.#held = false;
      if (!this.#paused && !this.#gone) this.socket.resume();
    }, waitMs).unref();
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.socket.pause();
  }

  #unpause(): void {
    if (!this.#paused || this.socket.writableLength > limits.OUTPUT_BYTES_PAUSE) return;
    this.#paused = false;
    if (!this.#held) this.socket.resume();
  }

  /** The kernel has taken everything that was written. */
  drained(): void {
    if (!this.#blocked) this.#unpause();
  }

  /** The client's address as CLIENT LIST shows it. */
  get address(): string {
    const { remoteAddress, remotePort } = this.socket;
    return remoteAddress === undefined ? `${this.server.unixPath ?? ''}:0` : `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
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
    this.#gone = true;
    this.#pending = null;
    this.transaction = null;
    this.unwatch();
    this.server.sessions.delete(this.id);
  }

  destroy(): void {
    this.closing = true;
    this.socket.destroy();
  }
}

/** Bytes to leave free so that the last argument, which is being received, begins at a multiple of eight. */
function alignment(request: Request, wanted: number): number {
  const bodyAt = wanted - 2 - request.receivingLength;
  return (8 - (bodyAt % 8)) % 8;
}
