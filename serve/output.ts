/** One client's replies on their way out: gathered until the end of a turn of the event loop, then left to its socket. */
import type { Socket } from 'node:net';
import { OUTPUT_BYTES_MAX, OUTPUT_BYTES_PAUSE, REPLY_BY_REFERENCE_BYTES } from './limits.js';
import { UNREAD_REPLIES, type Reading } from './reading.js';
import type { Reply, Sender } from './reply.js';

export class Output implements Sender {
  readonly #socket: Socket;
  readonly #reply: Reply;
  readonly #reading: Reading;
  readonly #overflowed: () => void;
  /** Replies that wait for the end of this turn. */
  #parts: Buffer[] = [];
  #bytes = 0;
  #closed = false;

  /** @param overflowed called when the client has left so much unread that its connection must be closed */
  constructor(socket: Socket, reply: Reply, reading: Reading, overflowed: () => void) {
    this.#socket = socket;
    this.#reply = reply;
    this.#reading = reading;
    this.#overflowed = overflowed;
  }

  /** Takes replies. Small ones wait for those of the other clients that are being answered in this turn. */
  take(parts: readonly Buffer[], bytes: number): void {
    const first = this.#parts.length === 0;
    if (first) this.#parts = parts as Buffer[];
    else this.#parts.push(...parts);
    this.#bytes += bytes;
    if (this.#bytes >= REPLY_BY_REFERENCE_BYTES) this.writeOut();
    else if (first) this.#reply.defer(this);
  }

  writeOut(): void {
    const socket = this.#socket;
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    if (this.#closed) return;
    if (parts.length === 1) socket.write(parts[0]);
    else if (parts.length > 1) {
      socket.cork();
      for (const part of parts) socket.write(part);
      socket.uncork();
    }
    const waiting = socket.writableLength;
    if (waiting === 0) return;
    this.#reply.lend();
    if (waiting > OUTPUT_BYTES_MAX) this.#overflowed();
    else if (waiting > OUTPUT_BYTES_PAUSE) this.#reading.hold(UNREAD_REPLIES);
  }

  /** The kernel has taken everything that was written. */
  drained(): void {
    this.#reading.release(UNREAD_REPLIES);
  }

  /** Closes the connection when everything is written. */
  end(): void {
    this.writeOut();
    this.#socket.destroySoon();
  }

  /** The connection is closed. */
  closed(): void {
    this.#closed = true;
    this.#parts = [];
  }
}
