/**
 * The requests in flight, one a connection: what they carry, their four times, and how they are counted when they end. Each time is read
 * from the clock here or in the loop, never by a target.
 */
import { WRONG_ANSWER } from '../core/verdict.js';
import type { Clock } from './clock.js';
import { COMPARED, ENTRY_WORDS, LENGTH, ROWS, START, type FrameSource } from './frames.js';
import type { LoopParts } from './loop-parts.js';
import type { Recorder } from './recorder.js';
import type { Client } from './target.js';

/** Times of a slot. Doubles live in typed arrays: in a field each change would allocate. */
const DUE = 0;
const SENT = 1;
const FIRST = 2;
const TIMES = 3;

/** What is to become of an answer: nothing at all in the warm-up; compared; or it would be, but there is none to compare it with. */
const WARMUP = 1;
const CHECK = 2;
const UNCHECKABLE = 3;

export class InFlight {
  readonly #parts: LoopParts;
  readonly #clock: Clock;
  readonly #recorder: Recorder;
  readonly #frames: FrameSource;
  readonly #bytes: Buffer;
  readonly #times: Float64Array;
  readonly #entry: Int32Array;
  readonly #flags: Uint8Array;
  #ended = 0;
  count = 0;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#recorder = parts.recorder;
    this.#frames = parts.frames;
    this.#bytes = Buffer.from(parts.frames.entries.memory);
    this.#times = new Float64Array(parts.slots * TIMES);
    this.#entry = new Int32Array(parts.slots);
    this.#flags = new Uint8Array(parts.slots);
  }

  /** Sends an entry's frame. @param request its number, which decides whether the answer is compared; @returns when it was sent */
  send(slot: number, client: Client, request: number, due: number, entry: number, warming: boolean): number {
    const { layout, words } = this.#frames.entries;
    const word = entry * ENTRY_WORDS;
    const start = entry * layout.entryBytes + words[word + START];
    this.count++;
    this.#entry[slot] = entry;
    this.#flags[slot] = warming ? WARMUP : !this.#parts.isChecked(request) ? 0 : words[word + COMPARED] === 1 ? CHECK : UNCHECKABLE;
    const frame = this.#bytes.subarray(start, start + words[word + LENGTH]);
    const times = this.#times;
    const at = slot * TIMES;
    const now = this.#clock.now();
    times[at + DUE] = due;
    times[at + SENT] = now;
    times[at + FIRST] = 0;
    const sizeBytes = client.send(frame);
    if (!warming) this.#recorder.sent(due, now, sizeBytes, words[word + ROWS]);
    return now;
  }

  firstByte(slot: number): void {
    this.#times[slot * TIMES + FIRST] = this.#clock.now();
  }

  sentNs(slot: number): number {
    return this.#times[slot * TIMES + SENT];
  }

  /** A whole answer is there. @returns whether it is a success */
  answered(slot: number, code: string, message: string, answer: Uint8Array | null, now: number, sizeBytes: number): boolean {
    if (code === 'ok' && this.#flags[slot] >= CHECK && !this.#isRight(slot, answer)) {
      code = WRONG_ANSWER;
      message = 'the answer differs from the expected one';
    }
    this.ended(slot, code, message, now, sizeBytes);
    return code === 'ok';
  }

  #isRight(slot: number, answer: Uint8Array | null): boolean {
    if (answer === null || this.#flags[slot] === UNCHECKABLE) {
      this.#recorder.uncheckable++;
      return true;
    }
    this.#recorder.checked++;
    const { layout, words } = this.#frames.entries;
    const entry = this.#entry[slot];
    return this.#parts.checker!(answer, this.#bytes, entry * layout.entryBytes + layout.frameBytes, words[entry * ENTRY_WORDS + ROWS] * layout.expected!.rowBytes);
  }

  /** The request is over, in whatever way. */
  ended(slot: number, code: string, message: string, now: number, sizeBytes: number): void {
    const times = this.#times;
    const at = slot * TIMES;
    const entry = this.#entry[slot];
    const rows = this.#frames.entries.words[entry * ENTRY_WORDS + ROWS];
    this.count--;
    this.#frames.release(entry);
    if (this.#flags[slot] === WARMUP) {
      this.#recorder.warmup.done++;
      if (code !== 'ok') this.#recorder.warmup.failed++;
      return;
    }
    const { words, done } = this.#parts.progress;
    Atomics.store(words, done, ++this.#ended | 0);
    if (code === 'ok') this.#recorder.ok(times[at + DUE], times[at + SENT], times[at + FIRST] || now, now, sizeBytes, rows);
    else this.#recorder.failed(code, message, times[at + SENT], now, sizeBytes);
  }
}
