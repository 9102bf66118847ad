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
      encoder: () => ({ frameBytesMax: 0, expects: false, replies: 1, encode: (_batch, _row, _into, offset) => offset }),
      inspect: async () => ({}),
      connect: async (slot, hooks) => new NullClient(slot, hooks, turn),
    };
  },
};

/** All requests that were sent since the last turn are answered in the next one: one wake-up for all of them. */
class Turn {
  #waiting: NullClient[] = [];
  #answering: NullClient[] = [];
  readonly #run = (): void => {
    const now = this.#waiting;
    this.#waiting = this.#answering;
    this.#answering = now;
    for (let at = 0; at < now.length; at++) now[at].answer();
    now.length = 0;
  };

  add(client: NullClient): void {
    if (this.#waiting.push(client) === 1) setImmediate(this.#run);
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
  }

  send(): void {
    this.#turn.add(this);
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
