/** One client: its bytes in, its commands one after the other, its replies out. */
import type { Socket } from 'node:net';
import { Client } from './client.js';
import type { Holder } from './client-buffers.js';
import type { Owner } from './devices.js';
import { dispatch, failed, passEmpty } from './dispatch.js';
import { Input } from './input.js';
import * as limits from './limits.js';
import { Output } from './output.js';
import { READ_AHEAD, Reading, SLOWLY } from './reading.js';
import type { Reply } from './reply.js';
import { BROKEN, INCOMPLETE, Request } from './request.js';
import type { Server } from './server.js';
import { SlowReading } from './slow-reading.js';

export { wrongArity } from './lookup.js';

export class Session extends Client implements Owner, Holder {
  readonly reply: Reply;
  readonly output: Output;
  /** Of what this client's buffers hold. */
  countedBytes = 0;
  readonly #request = new Request();
  readonly #input = new Input();
  /** The part of `#input` that the next read goes into. */
  #room: Buffer | null = null;
  /** An inference is running: later commands of this client wait. */
  #blocked = false;
  /** Of the request that waits for its inference, or for the end of a pause. */
  #waitingBytes = 0;
  readonly #reading: Reading;
  readonly #slowly: SlowReading | null;

  constructor(server: Server, socket: Socket, id: number, reply: Reply) {
    super(server, socket, id);
    this.reply = reply;
    this.#reading = new Reading(socket);
    this.output = new Output(socket, reply, this.#reading, server.settings.output, {
      changed: () => this.#count(),
      overflowed: () => {
        server.stats.outputLimited++;
        this.destroy();
      },
    });
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
    this.#count();
  }

  /** What this client's buffers hold: what it has sent and cannot be run yet, and what it has not read. */
  get bufferBytes(): number {
    return this.inputBytes + this.output.waitingBytes + this.#waitingBytes + (this.transaction?.bytes ?? 0);
  }

  get inputBytes(): number {
    return this.#input.size;
  }

  #count(): void {
    const bytes = this.gone ? 0 : this.bufferBytes;
    if (bytes !== this.countedBytes) this.server.buffers.count(this, bytes);
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
        if (this.replyMode === 'on') this.reply.error(request.problem);
        this.closing = true;
        return end;
      }
      at = next;
      if (request.argc > 0) dispatch(this, request);
      else passEmpty(this);
      if (this.reply.bytes > limits.OUTPUT_BYTES_FLUSH) this.flush();
    }
    return at;
  }

  /** Keeps bytes that cannot be run yet. */
  #keep(chunk: Buffer, from: number, to: number): void {
    const input = this.#input;
    try {
      input.keep(chunk, from, to, this.#blocked ? null : this.#request);
    } catch {
      // There is no memory for them.
      return this.destroy();
    }
    if (input.size > limits.REQUEST_BYTES_MAX) {
      this.server.stats.inputLimited++;
      this.destroy();
    } else if (this.#blocked && input.size > limits.READ_AHEAD_BYTES_MAX) this.#reading.hold(READ_AHEAD);
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
    const silent = this.replyMode !== 'on';
    start((write) => {
      answered = true;
      if (!now) {
        // It may be the turn of another client, whose replies would be taken for this one's: they are gathered in the same buffer.
        process.nextTick(() => this.#answerLate(write, silent));
        return;
      }
      write(this.reply);
      // It counts as if it had come later.
      this.server.statistics.forgive();
    });
    now = false;
    if (answered) return;
    this.#blocked = true;
    this.#waitingBytes = this.#request.sizeBytes;
  }

  #answerLate(write: (reply: Reply) => void, silent: boolean): void {
    this.#blocked = false;
    this.#waitingBytes = 0;
    this.reply.protocol = this.protocol;
    try {
      write(this.reply);
    } catch (error) {
      failed(this, error);
    }
    if (silent) this.reply.drain();
    if (!this.gone) this.#resume();
    if (!this.#blocked) this.#reading.release(READ_AHEAD);
    this.flush();
    this.#count();
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

  get blocked(): boolean {
    return this.#blocked;
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
    this.#count();
  }

  /** Closes the connection at once. */
  destroy(): void {
    this.closing = this.gone = true;
    this.socket.destroy();
  }
}
