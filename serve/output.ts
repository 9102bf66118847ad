/** One client's replies on their way out: gathered until the end of a turn of the event loop, then written, as fast as the client takes them. */
import type { Socket } from 'node:net';
import { LATE_CHUNK_BYTES, REPLY_BY_REFERENCE_BYTES } from './limits.js';
import { UNREAD_REPLIES, type Reading } from './reading.js';
import type { Reply, Sender } from './reply.js';

/** How much of its replies a client may leave unread. */
export interface OutputLimits {
  /** Beyond it the connection is closed. */
  bytesMax: number;
  /** Beyond it the client's requests are not read either; it is closed when it takes nothing for so many seconds. */
  bytesPause: number;
  stalledSeconds: number;
}

/** What an Output tells. */
export interface OutputEvents {
  /** Another number of bytes waits. */
  changed(): void;
  /** Too much has been left unread, or for too long: the connection must be closed. */
  overflowed(): void;
}

const NOTHING = Buffer.alloc(0);

export class Output implements Sender {
  /** Bytes that the kernel has not taken yet. */
  waitingBytes = 0;
  readonly #socket: Socket;
  readonly #reply: Reply;
  readonly #reading: Reading;
  readonly #limits: OutputLimits;
  readonly #events: OutputEvents;
  /** Replies that wait for the end of this turn. */
  #parts: Buffer[] = [];
  #partsBytes = 0;
  /** Replies behind those that the socket still holds, and behind them a chunk that small ones are gathered in. */
  #late: Buffer[] = [];
  #lateBytes = 0;
  #chunk = NOTHING;
  #chunkBytes = 0;
  #held = false;
  #closed = false;

  constructor(socket: Socket, reply: Reply, reading: Reading, limits: OutputLimits, events: OutputEvents) {
    this.#socket = socket;
    this.#reply = reply;
    this.#reading = reading;
    this.#limits = limits;
    this.#events = events;
    socket.on('timeout', () => events.overflowed());
  }

  /** Takes replies. Small ones wait for those of the other clients that are being answered in this turn. */
  take(parts: readonly Buffer[], bytes: number): void {
    const first = this.#parts.length === 0;
    if (first) this.#parts = parts as Buffer[];
    else this.#parts.push(...parts);
    this.#partsBytes += bytes;
    if (this.#partsBytes >= REPLY_BY_REFERENCE_BYTES) this.writeOut();
    else if (first) this.#reply.defer(this);
  }

  writeOut(): void {
    const parts = this.#parts;
    this.#parts = [];
    this.#partsBytes = 0;
    if (this.#closed || parts.length === 0) return;
    if (this.waitingBytes === 0) {
      this.#write(parts);
      if (this.#socket.writableLength === 0) return;
      this.#reply.lend();
    } else {
      for (const part of parts) this.#putOff(part);
    }
    this.#count();
  }

  #write(parts: readonly Buffer[]): void {
    const socket = this.#socket;
    if (parts.length === 1) socket.write(parts[0]);
    else {
      socket.cork();
      for (const part of parts) socket.write(part);
      socket.uncork();
    }
    // Nearly every write is taken at once, and a callback of its own would cost more than all else here. An empty write behind it tells when.
    if (socket.writableLength > 0) socket.write(NOTHING, this.#taken);
  }

  /** Keeps a reply until the socket has room. Small ones are copied: else each would cost an object, and hold on to the buffer that it shares with others. */
  #putOff(part: Buffer): void {
    const size = part.length;
    this.#lateBytes += size;
    if (size >= REPLY_BY_REFERENCE_BYTES) {
      this.#closeChunk();
      this.#late.push(part);
      this.#reply.lend();
      return;
    }
    if (this.#chunkBytes + size > this.#chunk.length) {
      this.#closeChunk();
      this.#chunk = Buffer.allocUnsafeSlow(Math.min(LATE_CHUNK_BYTES, 2 * this.#lateBytes));
    }
    this.#chunkBytes += part.copy(this.#chunk, this.#chunkBytes);
  }

  #closeChunk(): void {
    if (this.#chunkBytes > 0) this.#late.push(this.#chunk.subarray(0, this.#chunkBytes) as Buffer);
    this.#chunk = NOTHING;
    this.#chunkBytes = 0;
  }

  #writeLate(): void {
    if (this.#lateBytes === 0) return;
    this.#closeChunk();
    const late = this.#late;
    this.#late = [];
    this.#lateBytes = 0;
    this.#write(late);
  }

  /** The kernel has taken something. */
  readonly #taken = (): void => {
    if (this.waitingBytes === 0 || this.#closed) return;
    if (this.#socket.writableLength === 0) this.#writeLate();
    this.#count();
  };

  #count(): void {
    const waiting = this.#socket.writableLength + this.#lateBytes;
    this.waitingBytes = waiting;
    this.#events.changed();
    const { bytesMax, bytesPause } = this.#limits;
    if (waiting > bytesMax) this.#events.overflowed();
    else if (waiting > bytesPause !== this.#held) this.#hold(!this.#held);
  }

  /** While a client does not take its replies its requests are not read, and its time runs. */
  #hold(held: boolean): void {
    this.#held = held;
    if (held) this.#reading.hold(UNREAD_REPLIES);
    else this.#reading.release(UNREAD_REPLIES);
    this.#socket.setTimeout(held ? this.#limits.stalledSeconds * 1000 : 0);
  }

  /** Closes the connection when everything is written, or nothing of it is taken any more. */
  end(): void {
    this.writeOut();
    this.#writeLate();
    if (this.#socket.writableLength > 0) this.#socket.setTimeout(this.#limits.stalledSeconds * 1000);
    this.#socket.destroySoon();
  }

  /** The connection is closed. */
  closed(): void {
    this.#closed = true;
    this.waitingBytes = 0;
    this.#parts = this.#late = [];
    this.#chunk = NOTHING;
  }
}
