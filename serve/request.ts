/**
 * One client's requests, parsed where they lie: the arguments are offsets into the bytes that were received, and nothing is
 * allocated for a request that arrived whole. Arrays of bulk strings and inline commands (what a person types into telnet).
 */
import { ARGUMENTS_MAX, BULK_BYTES_MAX, LINE_BYTES_MAX, UNAUTHENTICATED_ARGUMENTS_MAX, UNAUTHENTICATED_BULK_BYTES_MAX } from './limits.js';
import { INTEGER_TEXT_MAX, integerAt, parseFloatStrict, parseInteger } from './numbers.js';

export const INCOMPLETE = -1;
/** `request.problem` says what is wrong; the connection must be closed. */
export const BROKEN = -2;

const CR = 13;
const LF = 10;
const STAR = 42;
const DOLLAR = 36;

/** What `toString('latin1')` calls; asking directly saves its checks on every key. */
type Latin1Bytes = Buffer & { latin1Slice(from: number, to: number): string };

export class Request {
  /** Where the arguments lie. Valid until the next call of `parse`. */
  bytes: Buffer = Buffer.alloc(0);
  argc = 0;
  readonly start: number[] = [];
  readonly end: number[] = [];
  /** Why parsing failed, as Redis words it. */
  problem = '';
  /** True when `bytes` belongs to this request alone, so that an argument may be kept as a view. */
  owned = false;
  /** Set when a command has kept a view of owned bytes. */
  kept = false;
  /** All of the bytes, when the argument that was taken last is everything that anybody keeps of them. */
  memory: Buffer | null = null;
  /** How far the bytes of an incomplete request must reach before another look makes sense. */
  needed = 0;

  /** Arguments announced by the array header of a request that is not complete yet; 0 between requests. */
  #expected = 0;
  /** Where parsing goes on. */
  #at = 0;
  /** Where the bytes end. */
  #limit = 0;

  /**
   * Parses one request from `at` (or goes on with an incomplete one).
   * @returns the offset after it, INCOMPLETE or BROKEN. A request without arguments is to be ignored.
   */
  parse(bytes: Buffer, at: number, end: number, trusted: boolean): number {
    this.bytes = bytes;
    this.#limit = end;
    this.memory = null;
    if (this.#expected === 0) {
      this.argc = 0;
      if (at >= end) return this.#wait(at, at + 1);
      if (bytes[at] !== STAR) return this.#inline(bytes, at, end);
      const body = this.#length(bytes, at, end, 'too big mbulk count string');
      if (body < 0) return body === INCOMPLETE ? this.#wait(at, end + 1) : body;
      const count = this.#value;
      if (count > ARGUMENTS_MAX || Number.isNaN(count)) return this.#broken('invalid multibulk length');
      if (count > UNAUTHENTICATED_ARGUMENTS_MAX && !trusted) return this.#broken('unauthenticated multibulk length');
      if (count <= 0) return body;
      this.#expected = count;
      this.#at = body;
    }
    return this.#arguments(bytes, end, trusted);
  }

  #arguments(bytes: Buffer, end: number, trusted: boolean): number {
    let at = this.#at;
    const { start: starts, end: ends } = this;
    while (this.argc < this.#expected) {
      if (at >= end) return this.#wait(at, end + 1);
      let body: number;
      let length: number;
      const first = bytes[at + 1] - 48;
      // Nearly every length has one digit; the general reader takes the rest and everything odd.
      if (bytes[at] === DOLLAR && first >= 0 && first <= 9 && bytes[at + 2] === CR && at + 3 < end) {
        length = first;
        body = at + 4;
      } else {
        body = this.#length(bytes, at, end, 'too big bulk count string');
        if (body < 0) return body === INCOMPLETE ? this.#wait(at, end + 1) : body;
        if (bytes[at] !== DOLLAR) return this.#broken(`expected '$', got '${String.fromCharCode(bytes[at])}'`);
        length = this.#value;
        if (!(length >= 0 && length <= BULK_BYTES_MAX)) return this.#broken('invalid bulk length');
        if (length > UNAUTHENTICATED_BULK_BYTES_MAX && !trusted) return this.#broken('unauthenticated bulk length');
      }
      const after = body + length + 2;
      if (after > end) {
        this.receivingLength = length;
        return this.#wait(at, after);
      }
      starts[this.argc] = body;
      ends[this.argc] = body + length;
      this.argc++;
      at = after;
    }
    this.#expected = 0;
    return at;
  }

  #value = 0;

  /**
   * Reads a line of a letter and a length; answers the offset after it and leaves the number, NaN when it is none, in `#value`.
   * It ends at a carriage return, and whatever byte follows, as in Redis.
   */
  #length(bytes: Buffer, at: number, end: number, tooLong: string): number {
    const cr = bytes.indexOf(CR, at);
    if (cr < 0 || cr + 1 >= end) return end - at > LINE_BYTES_MAX ? this.#broken(tooLong) : INCOMPLETE;
    this.#value = integerAt(bytes, at + 1, cr);
    return cr + 2;
  }

  #wait(at: number, needed: number): number {
    this.#at = at;
    this.needed = needed;
    return INCOMPLETE;
  }

  #broken(problem: string): number {
    this.problem = `ERR Protocol error: ${problem}`;
    return BROKEN;
  }

  /** The bytes of an incomplete request have moved by `delta`, into `bytes`. */
  moved(delta: number): void {
    for (let i = 0; i < this.argc; i++) {
      this.start[i] += delta;
      this.end[i] += delta;
    }
    this.#at += delta;
    this.needed += delta;
  }

  /** True between the header of a request and its last argument. */
  get started(): boolean {
    return this.#expected > 0;
  }

  /** Bytes of the argument that is being received; only while `started` and its length is known. */
  receivingLength = 0;

  #inline(bytes: Buffer, at: number, end: number): number {
    const lf = bytes.indexOf(LF, at);
    if (lf < 0 || lf >= end) return end - at > LINE_BYTES_MAX ? this.#broken('too big inline request') : this.#wait(at, end + 1);
    const args = splitInline(bytes.toString('latin1', at, lf));
    if (!args) return this.#broken('unbalanced quotes in request');
    this.assign(args.map((arg) => Buffer.from(arg, 'latin1')));
    return lf + 1;
  }

  /** Makes the request consist of these arguments, copied into memory of its own. */
  assign(args: readonly Uint8Array[]): void {
    this.bytes = Buffer.concat(args);
    this.argc = args.length;
    let at = 0;
    for (let i = 0; i < args.length; i++) {
      this.start[i] = at;
      this.end[i] = at += args[i].length;
    }
  }

  /** An argument as a latin1 string, one character a byte: what keys are. */
  text(i: number): string {
    return (this.bytes as Latin1Bytes).latin1Slice(this.start[i], this.end[i]);
  }

  /** From the first argument to the last. */
  get sizeBytes(): number {
    return this.argc === 0 ? 0 : this.end[this.argc - 1] - this.start[0];
  }

  length(i: number): number {
    return this.end[i] - this.start[i];
  }

  /** A view that is valid until the next request. */
  view(i: number): Buffer {
    return this.bytes.subarray(this.start[i], this.end[i]) as Buffer;
  }

  /** Bytes that may be kept: a copy, or the received memory itself where it belongs to this request alone. */
  take(i: number): Buffer {
    const from = this.start[i];
    const to = this.end[i];
    if (this.owned && (this.bytes.byteOffset + from) % 8 === 0) {
      // Nothing before it in these bytes has been kept, and nothing is behind it.
      this.memory = !this.kept && this.end[this.argc - 1] + 2 === this.#limit ? this.bytes : null;
      this.kept = true;
      return this.bytes.subarray(from, to) as Buffer;
    }
    const copy = Buffer.allocUnsafe(to - from);
    this.bytes.copy(copy, 0, from, to);
    return copy;
  }

  /** An argument as C reads a string: up to its first zero byte. */
  cString(i: number): string {
    return this.text(i).split('\0', 1)[0];
  }

  /** Whether an argument is this keyword, which must be given in upper case; letters compare without case, and C stops at a zero byte. */
  is(i: number, keyword: string): boolean {
    const from = this.start[i];
    const { length } = keyword;
    const size = this.end[i] - from;
    if (i >= this.argc || size < length || (size > length && this.bytes[from + length] !== 0)) return false;
    for (let k = 0; k < length; k++) {
      let byte = this.bytes[from + k];
      if (byte >= 97 && byte <= 122) byte -= 32;
      if (byte !== keyword.charCodeAt(k)) return false;
    }
    return true;
  }

  /** An argument as an integer in Redis's strict notation; NaN when it is none or beyond 2^53. */
  integer(i: number): number {
    const value = integerAt(this.bytes, this.start[i], this.end[i]);
    return Number.isSafeInteger(value) ? value : NaN;
  }

  /** An argument as a 64-bit integer in Redis's strict notation; null when it is none. */
  bigint(i: number): bigint | null {
    return this.length(i) > INTEGER_TEXT_MAX ? null : parseInteger(this.text(i));
  }

  /** A place or a count: any 64-bit integer, exact up to 2^53, which no place and no count reaches. NaN when it is none. */
  long(i: number): number {
    const value = integerAt(this.bytes, this.start[i], this.end[i]);
    if (Number.isSafeInteger(value) || Number.isNaN(value)) return value;
    return Number(this.bigint(i) ?? NaN);
  }

  /** An argument as a double as strtod reads it; NaN when it is none. */
  float(i: number): number {
    return parseFloatStrict(this.text(i));
  }
}

const ESCAPES: { readonly [letter: string]: string } = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/** What may stand between arguments, and what ends one: tabulators and form feeds of old are not the same in Redis. */
const BLANK = /[ \t\n\v\f\r\0]/;
const END = /[ \t\n\r\0]/;

/** Splits an inline command at blanks; "…" with escapes, '…' with \' only. Null when quotes do not match. */
export function splitInline(line: string): string[] | null {
  const args: string[] = [];
  for (let at = 0; at < line.length; ) {
    if (BLANK.test(line[at])) {
      at++;
      continue;
    }
    let arg = '';
    while (at < line.length && !END.test(line[at])) {
      const quote = line[at];
      if (quote !== '"' && quote !== "'") {
        arg += line[at++];
        continue;
      }
      const quoted = readQuoted(line, at + 1, quote);
      if (!quoted || (quoted.next < line.length && !BLANK.test(line[quoted.next]))) return null;
      arg += quoted.text;
      at = quoted.next;
      break;
    }
    args.push(arg);
  }
  return args;
}

function readQuoted(line: string, at: number, quote: string): { text: string; next: number } | null {
  let text = '';
  for (; at < line.length; at++) {
    if (line[at] === quote) return { text, next: at + 1 };
    if (line[at] !== '\\' || at + 1 >= line.length) {
      text += line[at];
      continue;
    }
    const hex = quote === '"' ? /^\\x([0-9a-fA-F]{2})/.exec(line.slice(at, at + 4)) : null;
    if (hex) {
      text += String.fromCharCode(parseInt(hex[1], 16));
      at += 3;
    } else if (quote === '"') {
      text += ESCAPES[line[at + 1]] ?? line[at + 1];
      at++;
    } else if (line[at + 1] === "'") {
      text += line[++at];
    } else {
      text += line[at];
    }
  }
  return null;
}
