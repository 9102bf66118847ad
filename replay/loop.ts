/**
 * The one loop of every replay: requests that are due go out on connections that are free, in order; answers are timed, looked at and
 * counted. Closed and open loops differ only in when a request is due: when its connection became free, or when the schedule says.
 *
 * Nothing here throws, waits or drops: a request that is due while every connection is busy waits its turn, and its response time counts from
 * when it was due. The four times of a request are *due*, *sent* (just before the socket gets the frame), *first byte* (when the answer's first
 * bytes were read) and *done* (when it was read to its end). In a closed loop due is the `done` before it. See in-flight.ts for what is in flight.
 */
import type { Clock } from './clock.js';
import { FreeSlots } from './free-slots.js';
import type { FrameSource } from './frames.js';
import { InFlight } from './in-flight.js';
import type { LoopParts, Window } from './loop-parts.js';
import type { Recorder } from './recorder.js';
import type { Client, Hooks } from './target.js';

const DOWN = 0;
const FREE = 1;
const BUSY = 2;

/** Wake-ups come from another thread, whose clock may be ahead by this much: what is due so soon is waited for. */
const EARLY_NS = 20_000;

export class Loop implements Hooks {
  readonly #parts: LoopParts;
  readonly #clock: Clock;
  readonly #recorder: Recorder;
  readonly #frames: FrameSource;
  readonly #inFlight: InFlight;
  readonly #clients: (Client | null)[];
  readonly #state: Uint8Array;
  /** When each connection became free. Doubles live in typed arrays: in a field each change would allocate. */
  readonly #freed: Float64Array;
  readonly #free: FreeSlots;
  /** When the schedule's next request is due. */
  readonly #next = new Float64Array([Infinity]);
  /** Number of the request that is sent next, warm-up included; it picks the row. */
  #request: number;
  /** Requests of the measured window that were sent or given up. */
  #taken = 0;
  #scheduled = 0;
  #warming = false;
  #window: Window = { warmupNs: Infinity, startNs: Infinity, endNs: Infinity };
  /** Until when frames were missing, Infinity while they are: what was due before has waited for one. */
  readonly #starvedUntil = new Float64Array([-Infinity]);
  #up = 0;
  #sending = false;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#recorder = parts.recorder;
    this.#frames = parts.frames;
    this.#inFlight = new InFlight(parts);
    this.#clients = new Array<Client | null>(parts.slots).fill(null);
    this.#state = new Uint8Array(parts.slots);
    this.#freed = new Float64Array(parts.slots);
    this.#free = new FreeSlots(parts.slots);
    this.#request = parts.worker;
  }

  /** Connections that are there, busy or free. */
  get up(): number {
    return this.#up;
  }

  get sending(): boolean {
    return this.#sending;
  }

  /** Whether every request of this worker's share was sent. */
  get spent(): boolean {
    return this.#taken >= this.#parts.share;
  }

  /** To be called when the warm-up begins, or the measured window if there is none. */
  start(window: Window): void {
    this.#window = window;
    this.#sending = true;
    this.#warming = window.warmupNs < window.startNs;
    if (this.#warming) this.#advance();
    else this.#openWindow();
    this.pump();
  }

  /** Takes a connection into use. */
  add(slot: number, client: Client): void {
    this.#clients[slot] = client;
    this.#up++;
    const now = this.#clock.now();
    const full = this.#free.count === 0;
    this.#release(slot, now);
    if (this.#sending) this.#pump(now, full ? now : -1);
  }

  /** A wake-up from another thread. */
  wake(): void {
    const due = this.#next[0];
    let now = this.#clock.now();
    if (due - now < EARLY_NS) while (now < due) now = this.#clock.now();
    this.pump();
  }

  /** Sends all that is due and has a free connection. */
  pump(): void {
    this.#pump(this.#clock.now(), -1);
  }

  /** @param fullUntil when a connection became free after none was: a request that was due before it was held up by that; or -1 */
  #pump(now: number, fullUntil: number): void {
    if (!this.#sending) return;
    const { schedule, share } = this.#parts;
    const { endNs, startNs } = this.#window;
    if (this.#warming && now >= startNs) this.#openWindow();
    while (this.#free.count > 0 && this.#taken < share) {
      const slot = this.#free.first();
      const due = schedule === null ? this.#freedAt(slot) : this.#next[0];
      if (due > now) return;
      if (due >= endNs) return this.stop();
      const entry = this.#frames.take(this.#request);
      if (entry < 0) {
        this.#starvedUntil[0] = Infinity;
        return;
      }
      if (this.#starvedUntil[0] === Infinity) this.#starvedUntil[0] = now;
      if (!this.#warming) {
        if (due <= this.#starvedUntil[0]) this.#recorder.starved++;
        else if (fullUntil > due && schedule !== null) this.#recorder.capped++;
      }
      fullUntil = -1;
      now = this.#send(slot, due, entry);
    }
    if (this.#taken >= share) this.stop();
  }

  #freedAt(slot: number): number {
    const { warmupNs, startNs } = this.#window;
    return Math.max(this.#freed[slot], this.#warming ? warmupNs : startNs);
  }

  #send(slot: number, due: number, entry: number): number {
    const request = this.#request;
    this.#free.shift();
    this.#request = request + this.#parts.workers;
    this.#state[slot] = BUSY;
    const now = this.#inFlight.send(slot, this.#clients[slot]!, request, due, entry, this.#warming);
    if (!this.#warming) this.#taken++;
    if (this.#parts.schedule !== null) this.#advance();
    return now;
  }

  /** The schedule's next request. The warm-up ends with the first one that would be due inside the measured window. */
  #advance(): void {
    const { warmup, schedule, progress } = this.#parts;
    const { warmupNs, startNs } = this.#window;
    if (schedule === null) return;
    if (this.#warming) {
      this.#next[0] = warmupNs + warmup!.next();
      if (this.#next[0] >= startNs) this.#openWindow();
      return;
    }
    this.#next[0] = startNs + schedule.next();
    Atomics.store(progress.words, progress.taken, ++this.#scheduled | 0);
  }

  #openWindow(): void {
    this.#warming = false;
    this.#advance();
  }

  firstByte(slot: number): void {
    this.#inFlight.firstByte(slot);
  }

  done(slot: number, code: string, message: string, answer: Uint8Array | null, sizeBytes: number): void {
    const now = this.#clock.now();
    if (this.#inFlight.answered(slot, code, message, answer, now, sizeBytes)) this.#parts.answered(slot);
    const full = this.#free.count === 0;
    this.#release(slot, now);
    this.#settle(now, full);
  }

  closed(slot: number, reason: string, code = 'connection-lost'): void {
    this.#drop(slot, code, reason);
  }

  /** Gives up the requests that were sent before `beforeNs` and have no answer; their connections are closed. */
  expire(beforeNs: number, code: string, message: string): void {
    for (let slot = 0; slot < this.#state.length; slot++) {
      if (this.#state[slot] !== BUSY || this.#inFlight.sentNs(slot) > beforeNs) continue;
      this.#clients[slot]!.close();
      this.#drop(slot, code, message);
    }
  }

  #drop(slot: number, code: string, message: string): void {
    const now = this.#clock.now();
    if (this.#state[slot] === DOWN) return;
    if (this.#state[slot] === BUSY) this.#inFlight.ended(slot, code, message, now, 0);
    else this.#free.remove(slot);
    this.#state[slot] = DOWN;
    this.#clients[slot] = null;
    this.#up--;
    this.#parts.lost(slot);
    this.#settle(now, false);
  }

  #settle(now: number, full: boolean): void {
    if (this.#sending) this.#pump(now, full ? now : -1);
    else if (this.#inFlight.count === 0) this.#parts.drained();
  }

  #release(slot: number, now: number): void {
    this.#state[slot] = FREE;
    this.#freed[slot] = now;
    this.#free.add(slot);
  }

  /** No request is sent any more. What came due until `untilNs` and was not sent is counted as such. */
  stop(untilNs = 0): void {
    if (!this.#sending) return;
    this.#sending = false;
    const { schedule, share } = this.#parts;
    const { startNs, endNs } = this.#window;
    const until = Math.min(untilNs, endNs);
    if (this.#warming && until > startNs) this.#openWindow();
    if (schedule !== null && !this.#warming) {
      // Without a free connection that is what all of them have waited for.
      const full = this.#free.count === 0;
      for (; this.#taken < share && this.#next[0] < until; this.#taken++) {
        this.#recorder.notSent(this.#next[0]);
        if (full) this.#recorder.capped++;
        this.#advance();
      }
    }
    if (this.#inFlight.count === 0) this.#parts.drained();
  }

  close(): void {
    for (const client of this.#clients) client?.close();
  }
}
