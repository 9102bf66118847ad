/** How requests failed: counted by code, with a few messages of each. Bounded, whatever a server sends. */
import { MESSAGE_LENGTH_MAX, MESSAGES_MAX, type Outcome } from '../core/recording.js';

/** Distinct codes; the rest are counted as `other`. */
export const CODES_MAX = 64;

interface Counted {
  count: number;
  readonly messages: Map<string, number>;
}

export class Outcomes {
  readonly #byCode = new Map<string, Counted>();

  count(code: string, message: string, times = 1): void {
    let counted = this.#byCode.get(code);
    if (!counted) {
      if (this.#byCode.size >= CODES_MAX && code !== 'other') return this.count('other', `${code}: ${message}`, times);
      this.#byCode.set(code, (counted = { count: 0, messages: new Map() }));
    }
    counted.count += times;
    if (message === '') return;
    const text = message.slice(0, MESSAGE_LENGTH_MAX);
    // Texts with a key or a number in them would each be distinct: the first few say enough.
    const known = counted.messages.has(text) || counted.messages.size < MESSAGES_MAX;
    const under = known ? text : '';
    counted.messages.set(under, (counted.messages.get(under) ?? 0) + times);
  }

  data(): { [code: string]: Outcome } {
    return Object.fromEntries([...this.#byCode].map(([code, { count, messages }]) => [code, { count, messages: Object.fromEntries(messages) }]));
  }
}
