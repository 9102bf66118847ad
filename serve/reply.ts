/**
 * Replies of one turn, gathered in one buffer that all clients share and written once. A write that the kernel takes
 * whole, which is nearly every one, leaves the buffer free at once; otherwise it is left to the socket and a new one is made.
 */
import { formatDouble, INT64_MAX } from './numbers.js';
import { REPLY_BUFFER_BYTES, REPLY_BY_REFERENCE_BYTES } from './limits.js';

/** Longest line that is written without a check of its own: type byte, number, CR LF. */
const LINE_ROOM = 64;

/** Whoever has taken replies. */
export interface Sender {
  /** Writes them, and calls `lend` of the reply unless the kernel has taken all of it. */
  writeOut(): void;
}

export class Reply {
  /** 2 or 3: the protocol of the client that the replies are for. */
  protocol = 2;
  /** Hears of every error that is written. */
  onError: ((text: string) => void) | null = null;
  /** Hears how many senders write at the end of a turn. */
  onSend: ((writes: number) => void) | null = null;
  #buffer = Buffer.allocUnsafeSlow(REPLY_BUFFER_BYTES);
  #at = 0;
  /** Finished parts that come before what is in the buffer: large values by reference. */
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #senders: Sender[] = [];
  /** Where the buffer's bytes begin that are not in a part yet. */
  #from = 0;
  /** Something in the buffer is still to be taken by the kernel: nothing may be put in its place. */
  #lent = false;

  get bytes(): number {
    return this.#partsBytes + this.#at - this.#from;
  }

  #room(size: number): void {
    if (this.#at + size <= this.#buffer.length) return;
    this.#cut();
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(REPLY_BUFFER_BYTES, size));
    this.#at = this.#from = 0;
    this.#lent = false;
  }

  /** What was written may still be read from the buffer: replies go on behind it, and then in another one. */
  lend(): void {
    this.#lent = true;
  }

  /** Turns what has been gathered since the last part into a part. */
  #cut(): void {
    if (this.#at > this.#from) this.#part(this.#buffer.subarray(this.#from, this.#at) as Buffer);
    this.#from = this.#at;
  }

  #part(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#partsBytes += bytes.length;
  }

  /** Bytes that are a reply already, in latin1. */
  raw(text: string): void {
    const { length } = text;
    this.#room(length);
    if (length <= 16) {
      let at = this.#at;
      for (let i = 0; i < length; i++) this.#buffer[at++] = text.charCodeAt(i);
      this.#at = at;
    } else {
      this.#at += this.#buffer.write(text, this.#at, 'latin1');
    }
  }

  ok(): void {
    this.raw('+OK\r\n');
  }

  simple(text: string): void {
    this.raw(`+${text}\r\n`);
  }

  /** @param text with its code, for example `ERR no such key`; line ends become blanks, save those at the end */
  error(text: string): void {
    this.onError?.(text);
    this.raw(`-${/[\r\n]/.test(text) ? text.replace(/[\r\n]+$/, '').replace(/[\r\n]/g, ' ') : text}\r\n`);
  }

  #number(type: number, value: number): void {
    this.#room(LINE_ROOM);
    const buffer = this.#buffer;
    let at = this.#at;
    buffer[at++] = type;
    if (value >= 0 && value < 10) {
      buffer[at++] = 48 + value;
    } else if (value >= 10 && value < 100) {
      buffer[at++] = 48 + ((value / 10) | 0);
      buffer[at++] = 48 + (value % 10);
    } else {
      const text = Number.isSafeInteger(value) ? String(value) : String(value >= 2 ** 63 ? INT64_MAX : BigInt(value));
      for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
    }
    buffer[at++] = 13;
    buffer[at++] = 10;
    this.#at = at;
  }

  /** @param value of 64 bits: 2^63, to which the largest are rounded, is written as 2^63 - 1 */
  int(value: number): void {
    this.#number(58, value);
  }

  bigint(value: bigint): void {
    this.raw(`:${value}\r\n`);
  }

  array(length: number): void {
    this.#number(42, length);
  }

  /** A map of `pairs` pairs in RESP3, a flat array in RESP2. */
  map(pairs: number): void {
    if (this.protocol === 3) this.#number(37, pairs);
    else this.#number(42, pairs * 2);
  }

  set(length: number): void {
    this.#number(this.protocol === 3 ? 126 : 42, length);
  }

  null(): void {
    this.raw(this.protocol === 3 ? '_\r\n' : '$-1\r\n');
  }

  nullArray(): void {
    this.raw(this.protocol === 3 ? '_\r\n' : '*-1\r\n');
  }

  /** A double in RESP3, its text as a bulk string in RESP2. */
  double(value: number, negativeNaN = false): void {
    const text = formatDouble(value, negativeNaN);
    if (this.protocol === 3) this.raw(`,${text}\r\n`);
    else this.bulkText(text);
  }

  /** A bulk string of latin1 text. */
  bulkText(text: string): void {
    this.#number(36, text.length);
    this.raw(text);
    this.raw('\r\n');
  }

  /** A bulk string of text with any characters, as UTF-8. */
  bulkUtf8(text: string): void {
    this.bulk(Buffer.from(text));
  }

  /** Text for people: a verbatim string in RESP3. */
  verbatim(text: string): void {
    const bytes = Buffer.from(text);
    if (this.protocol !== 3) return this.bulk(bytes);
    this.#number(61, bytes.length + 4);
    this.raw('txt:');
    this.#body(bytes);
  }

  /** A bulk string. Large ones are not copied: the bytes must not change afterwards. */
  bulk(bytes: Uint8Array): void {
    this.#number(36, bytes.length);
    this.#body(bytes);
  }

  #body(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length >= REPLY_BY_REFERENCE_BYTES) {
      this.#cut();
      this.#part(bytes as Buffer);
    } else {
      this.#room(length + 2);
      const buffer = this.#buffer;
      let at = this.#at;
      if (length <= 24) for (let i = 0; i < length; i++) buffer[at++] = bytes[i];
      else {
        buffer.set(bytes, at);
        at += length;
      }
      buffer[at++] = 13;
      buffer[at++] = 10;
      this.#at = at;
      return;
    }
    this.raw('\r\n');
  }

  /** Everything gathered, as views that are valid until they have been written, leaving nothing. */
  take(): readonly Buffer[] {
    this.#cut();
    const parts = this.#parts;
    this.#parts = [];
    this.#partsBytes = 0;
    return parts;
  }

  /**
   * Has `sender` write what was taken when this turn of the event loop has read whatever there was to read. A write wakes its client up,
   * which costs as much as answering it; after the first of a row of writes the clients of one thread are awake.
   */
  defer(sender: Sender): void {
    if (this.#senders.push(sender) === 1) setImmediate(this.#send);
  }

  readonly #send = (): void => {
    const senders = this.#senders;
    this.#senders = [];
    this.onSend?.(senders.length);
    for (const sender of senders) sender.writeOut();
    if (!this.#lent && this.#senders.length === 0 && this.#parts.length === 0 && this.#from === this.#at) this.#at = this.#from = 0;
  };

  /** Everything gathered, as one copy, leaving nothing: for tests and for queued replies. */
  drain(): Buffer {
    return Buffer.concat(this.take());
  }
}
