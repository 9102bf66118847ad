/**
 * No server: every request is answered at once, by the event loop's next turn. What is then measured is this tool alone: its
 * requests per second are the ceiling of every other measurement.
 */
import type { Client, Hooks, Target, TargetKind } from '../target.js';

export const nullTarget: TargetKind<Record<never, never>> = {
  scheme: 'null',
  summary: 'no server; measures the ceiling of the tool itself',
  defaultPort: null,
  options: {},
  create: (): Target => {
    const turn = new Turn();
    return {
      encoder: () => ({ frameBytesMax: 0, expects: false, replies: 1, columns: [], surround: null, lead: () => 0, encode: (_rows, _row, _count, _into, offset) => offset }),
      inspect: async () => ({}),
      connect: async (slot, hooks) => new NullClient(slot, hooks, turn),
    };
  },
};

/**
 * All requests that were sent since the last turn are answered in the next one: one wake-up for all of them. A client has one request in
 * flight, so that there is room for all as soon as every client has a place.
 */
class Turn {
  #waiting: (NullClient | null)[] = [];
  #answering: (NullClient | null)[] = [];
  #count = 0;
  readonly #run = (): void => {
    const now = this.#waiting;
    const count = this.#count;
    this.#waiting = this.#answering;
    this.#answering = now;
    this.#count = 0;
    for (let at = 0; at < count; at++) now[at]!.answer();
  };

  /** Makes room for one client more. */
  join(): void {
    const clients = this.#waiting.length + 1;
    this.#waiting.length = this.#answering.length = clients;
    this.#waiting.fill(null, clients - 1);
    this.#answering.fill(null, clients - 1);
  }

  add(client: NullClient): void {
    this.#waiting[this.#count] = client;
    if (++this.#count === 1) setImmediate(this.#run);
  }
}

class NullClient implements Client {
  readonly #slot: number;
  readonly #hooks: Hooks;
  readonly #turn: Turn;
  #closed = false;

  constructor(slot: number, hooks: Hooks, turn: Turn) {
    this.#slot = slot;
    this.#hooks = hooks;
    this.#turn = turn;
    turn.join();
  }

  send(): number {
    this.#turn.add(this);
    return 0;
  }

  answer(): void {
    if (this.#closed) return;
    this.#hooks.firstByte(this.#slot);
    this.#hooks.done(this.#slot, 'ok', '', null, 0);
  }

  close(): void {
    this.#closed = true;
  }
}
