/**
 * Reads the lists of objects of a large JSON file (COCO's annotations of the whole training set are half a gigabyte) without holding the
 * file: only where each object begins and ends is found here, and JSON.parse reads it.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { InferplayError, messageOf, reasonOf } from '../core/errors.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;

/** Within an object only these matter; most of COCO's bytes are digits between them. */
const PLAIN = new Uint8Array(256).fill(1);
for (const byte of [QUOTE, OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST]) PLAIN[byte] = 0;

/** One object of a list: no more than what JSON.parse should be given at once. */
const OBJECT_BYTES_MAX = 64 << 20;

/** What is to be done with each object of the list under the name. */
export type ListReaders = { readonly [name: string]: (object: unknown, where: string) => void };

/**
 * The file must be one object; `readers` are called for the objects of the lists under their names, all else is passed over.
 * @returns which of the lists there were, and the SHA-256 of the file as hex text
 * @throws InferplayError DATA with file and place for what is no such JSON
 */
export async function readJsonLists(path: string, readers: ListReaders, signal: AbortSignal): Promise<{ found: ReadonlySet<string>; sha256: string }> {
  const hash = createHash('sha256');
  const scanner = new Scanner(path, readers);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
      hash.update(chunk as Buffer);
      scanner.scan(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof InferplayError || signal.aborted) throw error;
    throw new InferplayError('DATA', `${path} cannot be read: ${reasonOf(error)}; check the path and its permissions.`, { cause: error });
  }
  scanner.end();
  return { found: scanner.found, sha256: hash.digest('hex') };
}

function skipPlain(chunk: Buffer, from: number): number {
  let at = from;
  while (at < chunk.length && PLAIN[chunk[at]] === 1) at++;
  return at;
}

class Scanner {
  readonly found = new Set<string>();
  readonly #path: string;
  readonly #readers: ListReaders;
  #depth = 0;
  #inText = false;
  #escaped = false;
  /** Bytes of the file before this chunk. */
  #before = 0;
  /** Where the text or the object that is wanted began in this chunk; -1 for none. */
  #start = -1;
  /** Its bytes in earlier chunks. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** The last text at depth 1, and the name of the list that is being read. */
  #name = '';
  #list: string | null = null;
  #index = 0;

  constructor(path: string, readers: ListReaders) {
    this.#path = path;
    this.#readers = readers;
  }

  scan(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at++) {
      if (this.#depth > 2 && !this.#inText) at = skipPlain(chunk, at);
      if (at === chunk.length) break;
      const byte = chunk[at];
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#endText(chunk, at);
      } else if (byte === QUOTE) {
        this.#inText = true;
        if (this.#depth === 1) this.#start = at;
        else if (this.#depth === 0) this.#fail(at, 'it is not one JSON object');
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        this.#open(byte, at);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        this.#close(chunk, at);
      } else if (this.#depth === 0 || (this.#depth === 2 && this.#list !== null)) {
        this.#between(byte, at);
      }
    }
    this.#keep(chunk);
    this.#before += chunk.length;
  }

  end(): void {
    if (this.#depth > 0 || this.#inText) this.#fail(0, 'it ends in the middle: it was cut short');
    if (this.#before === 0) this.#fail(0, 'it is empty');
  }

  #open(byte: number, at: number): void {
    if (this.#depth === 0 && (byte !== OPEN_OBJECT || this.#index < 0)) this.#fail(at, 'it is not one JSON object');
    if (this.#depth === 1) {
      this.#list = byte === OPEN_LIST && Object.hasOwn(this.#readers, this.#name) ? this.#name : null;
      this.#index = 0;
      if (this.#list !== null) this.found.add(this.#list);
    }
    if (this.#depth === 2 && this.#list !== null) {
      if (byte !== OPEN_OBJECT) this.#fail(at, `${this.#list}[${this.#index}] is no object`);
      this.#start = at;
    }
    this.#depth += 1;
  }

  #close(chunk: Buffer, at: number): void {
    this.#depth -= 1;
    if (this.#depth < 0) this.#fail(at, 'a bracket is closed that was not opened');
    if (this.#depth === 2 && this.#list !== null) {
      const where = `${this.#path}, ${this.#list}[${this.#index}]`;
      this.#readers[this.#list](this.#parse(this.#take(chunk, at + 1), at), where);
      this.#index += 1;
    }
    if (this.#depth === 1) this.#list = null;
    // Nothing may follow the one object.
    if (this.#depth === 0) this.#index = -1;
  }

  #between(byte: number, at: number): void {
    if (byte === COMMA && this.#depth === 2) return;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09 && !(this.#before + at < 3 && byte >= 0xbb)) {
      this.#fail(at, this.#depth === 0 ? 'it is not one JSON object' : `${this.#list}[${this.#index}] is no object`);
    }
  }

  #endText(chunk: Buffer, at: number): void {
    this.#inText = false;
    if (this.#depth === 1) this.#name = String(this.#parse(this.#take(chunk, at + 1), at));
  }

  /** The bytes from where it began up to `end`. */
  #take(chunk: Buffer, end: number): Buffer {
    const last = chunk.subarray(this.#start < 0 ? 0 : this.#start, end);
    const all = this.#held.length === 0 ? last : Buffer.concat([...this.#held, last]);
    this.#held = [];
    this.#heldBytes = 0;
    this.#start = -1;
    return all;
  }

  #keep(chunk: Buffer): void {
    if (this.#start < 0 && this.#held.length === 0) return;
    const rest = chunk.subarray(this.#start < 0 ? 0 : this.#start);
    this.#start = -1;
    this.#heldBytes += rest.length;
    if (this.#heldBytes > OBJECT_BYTES_MAX) this.#fail(0, `${this.#list ?? 'a text'}[${this.#index}] has more than ${OBJECT_BYTES_MAX} bytes`);
    // The stream may use the chunk again.
    this.#held.push(Buffer.from(rest));
  }

  #parse(bytes: Buffer, at: number): unknown {
    try {
      return JSON.parse(bytes.toString('utf8'));
    } catch (error) {
      return this.#fail(at, `${this.#list === null ? 'a text' : `${this.#list}[${this.#index}]`} is no JSON (${messageOf(error)})`);
    }
  }

  #fail(at: number, what: string): never {
    throw new InferplayError('DATA', `${this.#path}, byte ${this.#before + at}: ${what}; download or copy it again.`);
  }
}
