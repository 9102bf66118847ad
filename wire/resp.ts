/**
 * RESP2 and RESP3 as bytes: encoding commands, finding the end of a reply without allocating (the replay's hot path),
 * and decoding a whole reply into a plain value (control plane, tests).
 */

/** Distinguishes RESP's simple strings from bulk strings, and carries errors as data. */
export class RespError extends Error {
  /** For example `WRONGTYPE` or `OOM`; `ERR` where there is none (RedisAI sends errors without a code). */
  readonly code: string;

  constructor(message: string) {
    super(message);
    this.name = 'RespError';
    this.code = errorCode(message);
  }
}

/** First word of an error's text where it is a code: capitals, and at least two, so that "A value" has none. Else `ERR`. */
export function errorCode(message: string): string {
  return /^[A-Z][A-Z0-9_]+(?=\s|$)/.exec(message)?.[0] ?? 'ERR';
}

/** Simple strings come as strings, bulk strings as Buffers, maps as arrays of pairs flattened, null as null. */
export type Reply = string | number | bigint | boolean | null | Buffer | RespError | Reply[];

export const INCOMPLETE = -1;
export const MALFORMED = -2;

/** Limits of a reply: deeper, longer or larger ones are taken for malformed. Redis itself has the same bound for strings. */
export const DEPTH_MAX = 32;
export const BULK_BYTES_MAX = 512 * 1024 * 1024;
export const ITEMS_MAX = 1 << 27;
/** Digits of a 64-bit integer and its sign. */
const INTEGER_CHARS_MAX = 20;
/** Digits of a RESP3 big number; no server that is known sends one at all. */
const BIG_NUMBER_CHARS_MAX = 1000;

const CR = 13;

/** A command as an array of bulk strings. */
export function encodeCommand(args: readonly (string | number | Uint8Array)[]): Buffer {
  const parts: (string | Uint8Array)[] = [`*${args.length}\r\n`];
  for (const arg of args) {
    const value = typeof arg === 'number' ? String(arg) : arg;
    parts.push(`$${typeof value === 'string' ? Buffer.byteLength(value) : value.length}\r\n`, value, '\r\n');
  }
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** The integer that `readInteger` read last. Shared state keeps `scanReply` free of allocations. */
let lineValue = 0;

/** Reads `[-]digits CR LF` at `at`; answers the offset after the line feed and leaves the number in `lineValue`. */
function readInteger(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  let sign = 1;
  let start = at;
  if (at < end && bytes[at] === 45) {
    sign = -1;
    start = ++at;
  }
  for (; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      continue;
    }
    if (bytes[at] !== CR || at === start || value > Number.MAX_SAFE_INTEGER) return MALFORMED;
    if (at + 1 >= end) return INCOMPLETE;
    lineValue = sign * value;
    return bytes[at + 1] === 10 ? at + 2 : MALFORMED;
  }
  return at - start > INTEGER_CHARS_MAX ? MALFORMED : INCOMPLETE;
}

/** Offset after the CR LF that ends the line at `at`. */
function skipLine(bytes: Uint8Array, at: number, end: number): number {
  for (; at < end; at++) {
    if (bytes[at] !== CR) continue;
    if (at + 1 >= end) return INCOMPLETE;
    return bytes[at + 1] === 10 ? at + 2 : MALFORMED;
  }
  return INCOMPLETE;
}

/** A line of digits with an optional minus sign: an integer of any size, which `readInteger` could not hold exactly. */
function skipDigits(bytes: Uint8Array, at: number, end: number, charsMax: number): number {
  const start = at < end && bytes[at] === 45 ? at + 1 : at;
  for (at = start; at < end && bytes[at] >= 48 && bytes[at] <= 57; at++) if (at - start > charsMax) return MALFORMED;
  if (at === end) return INCOMPLETE;
  if (bytes[at] !== CR || at === start) return MALFORMED;
  if (at + 1 >= end) return INCOMPLETE;
  return bytes[at + 1] === 10 ? at + 2 : MALFORMED;
}

/** `#t` or `#f`. */
function skipBoolean(bytes: Uint8Array, at: number, end: number): number {
  if (at < end && bytes[at] !== 116 && bytes[at] !== 102) return MALFORMED;
  return skipEmpty(bytes, at + 1, end);
}

function skipEmpty(bytes: Uint8Array, at: number, end: number): number {
  if (at < end && bytes[at] !== CR) return MALFORMED;
  if (at + 1 >= end) return INCOMPLETE;
  return bytes[at + 1] === 10 ? at + 2 : MALFORMED;
}

/** A string with its length before it: `$`, `!` or `=`. */
function scanBulk(bytes: Uint8Array, at: number, end: number): number {
  const type = bytes[at];
  const body = readInteger(bytes, at + 1, end);
  if (body < 0) return body;
  if (lineValue < 0) return lineValue === -1 && type === 36 ? body : MALFORMED;
  const length = lineValue;
  if (length > BULK_BYTES_MAX) return MALFORMED;
  // A verbatim string starts with three letters of format and a colon.
  if (type === 61 && (length < 4 || (body + 3 < end && bytes[body + 3] !== 58))) return MALFORMED;
  const after = body + length + 2;
  if (after > end) return INCOMPLETE;
  return bytes[after - 2] === CR && bytes[after - 1] === 10 ? after : MALFORMED;
}

/** Items with their number before them: `*`, `~`, `>`, `%` or `|`. */
function scanAggregate(bytes: Uint8Array, at: number, end: number, depth: number): number {
  if (depth >= DEPTH_MAX) return MALFORMED;
  const type = bytes[at];
  let next = readInteger(bytes, at + 1, end);
  if (next < 0) return next;
  if (lineValue < 0) return lineValue === -1 && type === 42 ? next : MALFORMED;
  if (lineValue > ITEMS_MAX) return MALFORMED;
  // An attribute is followed by the reply that it describes.
  const items = type === 37 ? lineValue * 2 : type === 124 ? lineValue * 2 + 1 : lineValue;
  for (let item = 0; item < items; item++) {
    next = scanReply(bytes, next, end, depth + 1);
    if (next < 0) return next;
  }
  return next;
}

/**
 * Where the reply that starts at `at` ends. Allocates nothing.
 * @returns the offset after it, INCOMPLETE when more bytes are needed, or MALFORMED
 */
export function scanReply(bytes: Uint8Array, at: number, end: number, depth = 0): number {
  if (at >= end) return INCOMPLETE;
  switch (bytes[at]) {
    case 43: // + simple string
    case 45: // - error
    case 44: // , double
      return skipLine(bytes, at + 1, end);
    case 58: // : integer
      return skipDigits(bytes, at + 1, end, INTEGER_CHARS_MAX);
    case 40: // ( big number
      return skipDigits(bytes, at + 1, end, BIG_NUMBER_CHARS_MAX);
    case 35: // # boolean
      return skipBoolean(bytes, at + 1, end);
    case 95: // _ null
      return skipEmpty(bytes, at + 1, end);
    case 36: // $ bulk string
    case 61: // = verbatim string
    case 33: // ! bulk error
      return scanBulk(bytes, at, end);
    case 42: // * array
    case 126: // ~ set
    case 62: // > push
    case 37: // % map
    case 124: // | attribute
      return scanAggregate(bytes, at, end, depth);
    default:
      return MALFORMED;
  }
}

/** Decodes the complete reply at `at`. Bulk strings are views into `bytes`. Call `scanReply` first: it must be complete. */
export function decodeReply(bytes: Buffer, at = 0): Reply {
  return decodeAt(bytes, at).value;
}

function decodeAt(bytes: Buffer, at: number): { value: Reply; next: number } {
  const type = String.fromCharCode(bytes[at]);
  if ('$=!'.includes(type)) return decodeBulk(bytes, at, type);
  if ('*~>%|'.includes(type)) return decodeAggregate(bytes, at, type);
  const next = skipLine(bytes, at + 1, bytes.length);
  return { value: decodeLine(type, bytes.toString('utf8', at + 1, next - 2)), next };
}

function decodeLine(type: string, text: string): Reply {
  switch (type) {
    case '-':
      return new RespError(text);
    case ':':
      return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
    case ',':
      return text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);
    case '#':
      return text === 't';
    case '(':
      return BigInt(text);
    case '_':
      return null;
    default:
      return text;
  }
}

function decodeBulk(bytes: Buffer, at: number, type: string): { value: Reply; next: number } {
  const body = readInteger(bytes, at + 1, bytes.length);
  const length = lineValue;
  if (length < 0) return { value: null, next: body };
  const next = body + length + 2;
  if (type === '!') return { value: new RespError(bytes.toString('utf8', body, body + length)), next };
  // A verbatim string carries a three-letter format and a colon before its text.
  return { value: bytes.subarray(type === '=' ? body + 4 : body, body + length), next };
}

function decodeAggregate(bytes: Buffer, at: number, type: string): { value: Reply; next: number } {
  let next = readInteger(bytes, at + 1, bytes.length);
  const length = lineValue;
  if (length < 0) return { value: null, next };
  const items: Reply[] = [];
  for (let item = 0; item < (type === '%' || type === '|' ? length * 2 : length); item++) {
    const decoded = decodeAt(bytes, next);
    items.push(decoded.value);
    next = decoded.next;
  }
  return type === '|' ? decodeAt(bytes, next) : { value: items, next };
}
