/**
 * A worker's connections: opened before the run, and opened again when they are lost, with growing pauses. How long a server may
 * be gone is decided by the run, not here.
 */
import { InferplayError, messageOf } from '../core/errors.js';
import type { Clock } from './clock.js';
import type { Connections as Counts } from './recorder.js';
import type { Client, ConnectOptions, Hooks, Target } from './target.js';

/** Connections that are being opened at the same time: a listen queue is 128 or 511 long on most servers. */
const OPENING_MAX = 64;
const PAUSE_FIRST_MS = 10;
const PAUSE_MAX_MS = 1000;
/** A connection that lived so long was no attempt that failed. */
const LIVED_NS = 1e9;

export interface ConnectionsParts {
  readonly clock: Clock;
  readonly target: Target;
  readonly hooks: Hooks;
  readonly slots: number;
  readonly connectOptions: (slot: number) => ConnectOptions;
  readonly counts: Counts;
  readonly opened: (slot: number, client: Client) => void;
}

export class Connections {
  readonly #parts: ConnectionsParts;
  /** Attempts since the slot last had a success or a connection that lived for a while. */
  readonly #attempts: Uint8Array;
  /** When the slot's connection was opened; Infinity while there is none. */
  readonly #openedNs: Float64Array;
  readonly #timers: (NodeJS.Timeout | null)[];
  #closed = false;
  /** Why the last attempt failed, for the message when the server stays away; '' where none did. */
  lastError = '';

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
    this.#attempts = new Uint8Array(parts.slots);
    this.#openedNs = new Float64Array(parts.slots).fill(Infinity);
    this.#timers = new Array<NodeJS.Timeout | null>(parts.slots).fill(null);
  }

  /** @throws InferplayError CONNECT or SERVER: a run does not begin without its connections */
  async openAll(): Promise<void> {
    const { slots, counts } = this.#parts;
    let next = 0;
    const open = async (): Promise<void> => {
      while (next < slots) {
        const slot = next++;
        const client = await this.#connect(slot);
        counts.opened++;
        this.#parts.opened(slot, client);
      }
    };
    const openers = Array.from({ length: Math.min(slots, OPENING_MAX) }, open);
    try {
      await Promise.all(openers);
    } catch (error) {
      next = slots;
      await Promise.allSettled(openers);
      throw error instanceof InferplayError ? error : new InferplayError('CONNECT', `A connection could not be opened: ${messageOf(error)}.`, { cause: error });
    }
  }

  /** Each attempt without a success in between waits twice as long, so that a server that is coming back, or refuses us, is not overrun. */
  reopen(slot: number): void {
    if (this.#closed || this.#timers[slot]) return;
    if (this.#parts.clock.now() - this.#openedNs[slot] >= LIVED_NS) this.#attempts[slot] = 0;
    this.#openedNs[slot] = Infinity;
    const attempt = this.#attempts[slot];
    this.#attempts[slot] = Math.min(attempt + 1, 30);
    // Slots that were lost together do not come back in the same millisecond.
    const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** attempt) * (1 + (slot % 16) / 16);
    this.#timers[slot] = setTimeout(() => {
      this.#timers[slot] = null;
      void this.#tryAgain(slot);
    }, attempt === 0 ? 0 : pauseMs);
  }

  /** The slot's connection has proved to work. */
  answered(slot: number): void {
    this.#attempts[slot] = 0;
  }

  async #tryAgain(slot: number): Promise<void> {
    const { counts, opened } = this.#parts;
    try {
      const client = await this.#connect(slot);
      if (this.#closed) return client.close();
      counts.reopened++;
      opened(slot, client);
    } catch (error) {
      if (this.#closed) return;
      counts.refused++;
      this.lastError = messageOf(error);
      this.reopen(slot);
    }
  }

  async #connect(slot: number): Promise<Client> {
    const { target, hooks, connectOptions, clock } = this.#parts;
    const client = await target.connect(slot, hooks, connectOptions(slot));
    this.#openedNs[slot] = clock.now();
    return client;
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) if (timer) clearTimeout(timer);
  }
}
