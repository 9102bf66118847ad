/** Reading what a RedisAI server answers to one inference, in place. */
import { MESSAGE_LENGTH_MAX } from '../core/recording.js';
import { decodeReply, errorCode, RespError, scanReply } from '../wire/resp.js';

/** What was in a reply. One object is used again and again: nothing is allocated for an answer. */
export interface Answer {
  /** `ok`, an error's first word, `NA`, `TIMEDOUT` or `malformed-reply`. */
  code: string;
  message: string;
  /** Where the output tensor's bytes are; -1 when there is none. */
  start: number;
  end: number;
}

export function newAnswer(): Answer {
  return { code: 'ok', message: '', start: -1, end: -1 };
}

const CR = 13;
const PLUS = 43;
const MINUS = 45;
const BULK = 36;
const ARRAY = 42;

/**
 * Reads one reply that `scanReply` found to be complete. A DAG answers an array with an element for each operation: one that failed
 * has its error in its own place, and those that were not run have `NA`. The first error says what happened, so it wins over `NA`.
 * Several replies of a pipeline are read one after the other into the same answer.
 * @returns the offset after the reply
 */
export function readAnswer(bytes: Buffer, at: number, answer: Answer): number {
  const type = bytes[at];
  if (type === ARRAY) {
    const count = lengthAt(bytes, at);
    let next = lineEnd(bytes, at);
    if (count < 0) note(answer, 'malformed-reply', 'null instead of an array');
    for (let item = 0; item < count; item++) {
      next = bytes[next] === ARRAY ? unexpected(bytes, next, answer) : readAnswer(bytes, next, answer);
    }
    return next;
  }
  if (type === BULK) return readBulk(bytes, at, answer);
  const next = lineEnd(bytes, at);
  if (type === PLUS) readStatus(bytes, at, next, answer);
  else if (type === MINUS) fail(bytes.toString('utf8', at + 1, next - 2), answer);
  else return unexpected(bytes, at, answer);
  return next;
}

function readBulk(bytes: Buffer, at: number, answer: Answer): number {
  const length = lengthAt(bytes, at);
  const body = lineEnd(bytes, at);
  if (length < 0) {
    note(answer, 'malformed-reply', 'null instead of a tensor');
    return body;
  }
  answer.start = body;
  answer.end = body + length;
  return body + length + 2;
}

/** `+OK` of an operation, or one of the two simple strings that are failures. */
function readStatus(bytes: Buffer, at: number, next: number, answer: Answer): void {
  if (next - at === 5 && bytes[at + 1] === 79 && bytes[at + 2] === 75) return;
  const text = bytes.toString('utf8', at + 1, next - 2);
  if (text === 'NA') note(answer, 'NA', 'an operation was not run');
  else if (text === 'TIMEDOUT') note(answer, 'TIMEDOUT', 'the server gave up while the request was queued', true);
  else if (text !== 'OK') note(answer, 'malformed-reply', `unexpected "${text.slice(0, 40)}"`);
}

/** Anything that is not on the fast path is decoded as a whole: errors of RESP3, nested arrays, numbers, nulls. */
function unexpected(bytes: Buffer, at: number, answer: Answer): number {
  const reply = decodeReply(bytes, at);
  const error = Array.isArray(reply) ? reply.flat(8).find((item) => item instanceof RespError) : reply;
  if (error instanceof RespError) fail(error.message, answer);
  else note(answer, 'malformed-reply', `a reply of type "${String.fromCharCode(bytes[at])}" where a tensor was expected`);
  return scanReply(bytes, at, bytes.length);
}

function fail(text: string, answer: Answer): void {
  note(answer, errorCode(text), text.slice(0, MESSAGE_LENGTH_MAX), true);
}

/** The first failure counts; a `strong` one (an error) also replaces what it has caused (`NA`). */
function note(answer: Answer, code: string, message: string, strong = false): void {
  if (answer.code !== 'ok' && !(strong && answer.code === 'NA')) return;
  answer.code = code;
  answer.message = message;
}

function lineEnd(bytes: Buffer, at: number): number {
  while (bytes[at] !== CR) at++;
  return at + 2;
}

/** The number after the type byte; -1 for null. */
function lengthAt(bytes: Buffer, at: number): number {
  if (bytes[++at] === MINUS) return -1;
  let value = 0;
  for (; bytes[at] !== CR; at++) value = value * 10 + bytes[at] - 48;
  return value;
}
