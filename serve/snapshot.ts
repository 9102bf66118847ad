/**
 * The file that a server's keys are kept in: a magic text with the version, one record a key, and an end with the number of records and
 * the SHA-256 of everything before it. Numbers are little-endian, lengths 32 bits. A record: 1, database (byte), kind (byte), when it
 * expires (double, ms since the epoch, 0 for never), the key, and the value as its kind has it (`snapshot-values.ts`).
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { InferplayError, messageOf, reasonOf } from '../core/errors.js';
import { BULK_BYTES_MAX, DATABASES } from './limits.js';
import { kindOf, readValue, writeValue, type Saved, type Source } from './snapshot-values.js';
import type { Store } from './store.js';
import type { Value } from './value.js';

const MAGIC = 'inferplay-snapshot ';
const VERSION = 1;
const NO_SNAPSHOT = 'it is no snapshot of this server';
const HEADER = `${MAGIC}${VERSION}\n`;
const KEY_RECORD = 1;
const END_RECORD = 255;
const DIGEST_BYTES = 32;
/** Of a record, before its key. */
const HEAD_BYTES = 15;
/** Written and read in pieces of this size. */
export const PIECE_BYTES = 128 * 1024;

/** Fills one buffer with what is written, and hands it over whenever it is full. */
class Piece {
  #buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  #at = 0;

  get full(): boolean {
    return this.#at === this.#buffer.length;
  }

  has(size: number): boolean {
    return this.#at + size < this.#buffer.length;
  }

  /** A whole record of a short string without anything in between: nearly all keys of a large store are such. There must be room. */
  shortString(database: number, key: string, value: Buffer, expiresAtMs: number): void {
    this.#at = writeHead(this.#buffer, this.#at, database, key, value, expiresAtMs);
    this.#at = this.#buffer.writeUInt32LE(value.length, this.#at);
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
  }

  /** Copies as much as there is room for, and answers how much that was. */
  fill(bytes: Uint8Array, from: number): number {
    const size = Math.min(bytes.length - from, this.#buffer.length - this.#at);
    this.#buffer.set(size === bytes.length ? bytes : bytes.subarray(from, from + size), this.#at);
    this.#at += size;
    return size;
  }

  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#at) as Buffer;
    this.#at = 0;
    return taken;
  }
}

/**
 * The whole file in pieces; each is valid until the next is asked for. Between two pieces the store may change: every key is written as it
 * is when its turn comes, and keys that are there all the time are written exactly once.
 */
export function* pieces(store: Store): Generator<Buffer> {
  const hash = createHash('sha256');
  const piece = new Piece();
  function* put(bytes: Uint8Array): Generator<Buffer> {
    for (let from = 0; from < bytes.length; ) {
      from += piece.fill(bytes, from);
      if (!piece.full) continue;
      const taken = piece.take();
      hash.update(taken);
      yield taken;
    }
  }
  let records = 0;
  yield* put(Buffer.from(HEADER));
  for (const [index, database] of store.databases.entries()) {
    for (const key of database.keys()) {
      const value = database.get(key);
      if (value === undefined) continue;
      records++;
      const expiresAtMs = database.expiresAtMs(key) ?? 0;
      if (Buffer.isBuffer(value) && piece.has(HEAD_BYTES + key.length + 4 + value.length)) {
        piece.shortString(index, key, value, expiresAtMs);
        continue;
      }
      const head = Buffer.allocUnsafe(HEAD_BYTES + key.length);
      writeHead(head, 0, index, key, value, expiresAtMs);
      yield* put(head);
      for (const part of writeValue(value)) {
        if (piece.has(part.length)) piece.fill(part, 0);
        else yield* put(part);
      }
    }
  }
  const end = Buffer.alloc(9);
  end[0] = END_RECORD;
  end.writeDoubleLE(records, 1);
  yield* put(end);
  const last = Buffer.from(piece.take());
  hash.update(last);
  yield Buffer.concat([last, hash.digest()]);
}

/** @returns where it ends */
function writeHead(into: Buffer, at: number, database: number, key: string, value: Value, expiresAtMs: number): number {
  into[at] = KEY_RECORD;
  into[at + 1] = database;
  into[at + 2] = kindOf(value);
  into.writeDoubleLE(expiresAtMs, at + 3);
  into.writeUInt32LE(key.length, at + 11);
  return at + HEAD_BYTES + into.write(key, at + HEAD_BYTES, 'latin1');
}

/** Reads a file, whose position advances with it, piece by piece. */
class Reader implements Source {
  readonly #fd: number;
  #left: number;
  #window = Buffer.alloc(0);
  #at = 0;

  constructor(fd: number, sizeBytes: number) {
    this.#fd = fd;
    this.#left = sizeBytes;
  }

  /** @throws Error when there are not so many bytes any more: nothing is allocated for a length that cannot be true */
  take(size: number): Buffer {
    if (size > this.#left) throw new Error('it ends too early');
    this.#left -= size;
    const held = this.#window.length - this.#at;
    if (size <= held) return this.#window.subarray(this.#at, (this.#at += size)) as Buffer;
    const needed = Math.max(size, Math.min(PIECE_BYTES, size + this.#left));
    const window = Buffer.allocUnsafeSlow(needed);
    this.#window.copy(window, 0, this.#at);
    for (let to = held; to < needed; ) {
      const got = readSync(this.#fd, window, to, needed - to, null);
      if (got === 0) throw new Error('it ends too early');
      to += got;
    }
    this.#window = window;
    this.#at = size;
    return window.subarray(0, size) as Buffer;
  }

  get finished(): boolean {
    return this.#left === 0;
  }
}

/**
 * Reads a whole snapshot, after its checksum was found to be right.
 * @param sink is given every key; what it has been given counts only when this returns
 * @returns the number of keys
 * @throws InferplayError DATA for a file that is damaged, of another kind or of a newer version
 */
export function readSnapshot(file: string, sink: (database: number, key: string, value: Saved, expiresAtMs: number) => void): number {
  const refuse = (why: string): InferplayError => new InferplayError('DATA', `The snapshot ${file} is not usable: ${why}; move it away to start with no keys.`);
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    throw refuse(reasonOf(error));
  }
  try {
    const stats = fstatSync(fd);
    if (stats.isDirectory()) throw new InferplayError('DATA', `The snapshot ${file} is a folder; name a file.`);
    const { size } = stats;
    if (size < HEADER.length + 9 + DIGEST_BYTES) throw refuse(isSnapshotBeginning(file) ? 'it ends too early' : NO_SNAPSHOT);
    checkDigest(fd, size);
    const reader = new Reader(fd, size - DIGEST_BYTES);
    reader.take(HEADER.length);
    let records = 0;
    while (reader.take(1)[0] === KEY_RECORD) {
      const database = reader.take(1)[0];
      const kind = reader.take(1)[0];
      const expiresAtMs = reader.take(8).readDoubleLE();
      const length = reader.take(4).readUInt32LE();
      if (database >= DATABASES || length > BULK_BYTES_MAX) throw new Error('a record makes no sense');
      const key = reader.take(length).toString('latin1');
      sink(database, key, readValue(kind, reader), expiresAtMs);
      records++;
    }
    if (reader.take(8).readDoubleLE() !== records || !reader.finished) throw new Error('it holds another number of keys than it says');
    return records;
  } catch (error) {
    throw error instanceof InferplayError ? error : refuse(messageOf(error));
  } finally {
    closeSync(fd);
  }
}

/** Whether a file is a snapshot as far as it goes: a piece of it may be all that was ever written. */
export function isSnapshotBeginning(file: string): boolean {
  const fd = openSync(file, 'r');
  try {
    const head = Buffer.alloc(MAGIC.length);
    return MAGIC.startsWith(head.toString('latin1', 0, readSync(fd, head, 0, head.length, 0)));
  } finally {
    closeSync(fd);
  }
}

/** Before anything of it is believed. The file is left at its beginning. */
function checkDigest(fd: number, size: number): void {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  for (let at = 0; at < size - DIGEST_BYTES; ) {
    const got = readSync(fd, buffer, 0, Math.min(buffer.length, size - DIGEST_BYTES - at), at);
    if (got === 0) throw new Error('it ends too early');
    if (at === 0) checkHeader(buffer.toString('latin1', 0, 64));
    hash.update(buffer.subarray(0, got));
    at += got;
  }
  const digest = Buffer.alloc(DIGEST_BYTES);
  readSync(fd, digest, 0, DIGEST_BYTES, size - DIGEST_BYTES);
  if (!hash.digest().equals(digest)) throw new Error('it is damaged, its checksum does not match');
}

function checkHeader(text: string): void {
  if (!text.startsWith(MAGIC)) throw new Error(NO_SNAPSHOT);
  const version = /^(\d{1,9})\n/.exec(text.slice(MAGIC.length))?.[1];
  if (version !== String(VERSION)) throw new Error(`it has version ${version ?? '?'} of the format, and this server reads version ${VERSION}`);
}
