/** The per-second series of a run: totals and small histograms by second. A second is closed when the first request of a later one ends. */
import { bucketIndex, countsLength, HIGHEST_NS } from '../core/histogram.js';
import type { Second } from '../core/recording.js';
import { SECOND_DIGITS } from '../core/timeline.js';

const SECOND_NS = 1e9;
/** Ten days. What happens later is counted in the last second. */
const SECONDS_MAX = 864_000;

interface Closed {
  ok: number;
  failed: number;
  response: { readonly [bucket: string]: number };
  service: { readonly [bucket: string]: number };
}

const NOTHING: Closed = { ok: 0, failed: 0, response: {}, service: {} };

/** Times are nanoseconds from the start of the measured window. */
export class Series {
  readonly #response = new Uint32Array(countsLength(SECOND_DIGITS, HIGHEST_NS));
  readonly #service = new Uint32Array(countsLength(SECOND_DIGITS, HIGHEST_NS));
  readonly #closed: Closed[] = [];
  #due = new Uint32Array(64);
  #sent = new Uint32Array(64);
  #ok = 0;
  #failed = 0;
  #current = 0;
  /** The last second that anything happened in. */
  #last = -1;

  due(dueNs: number): void {
    const second = this.#secondOf(dueNs);
    if (second >= this.#due.length) this.#due = grown(this.#due, second);
    this.#due[second]++;
  }

  sent(sentNs: number): void {
    const second = this.#secondOf(sentNs);
    if (second >= this.#sent.length) this.#sent = grown(this.#sent, second);
    this.#sent[second]++;
  }

  ok(doneNs: number, responseNs: number, serviceNs: number): void {
    this.#moveTo(doneNs);
    this.#ok++;
    this.#response[bucketIndex(SECOND_DIGITS, Math.min(responseNs, HIGHEST_NS))]++;
    this.#service[bucketIndex(SECOND_DIGITS, Math.min(serviceNs, HIGHEST_NS))]++;
  }

  failed(doneNs: number): void {
    this.#moveTo(doneNs);
    this.#failed++;
  }

  /** Every second from the first to the last in which anything happened. */
  seconds(): Second[] {
    if (this.#last < 0) return [];
    this.#closeUntil(this.#last + 1);
    let inFlight = 0;
    return Array.from({ length: this.#last + 1 }, (_, second) => {
      const closed = this.#closed[second] ?? NOTHING;
      const sent = this.#sent[second] ?? 0;
      inFlight += sent - closed.ok - closed.failed;
      return { second, due: this.#due[second] ?? 0, sent, ...closed, inFlight };
    });
  }

  #secondOf(ns: number): number {
    const second = Math.min(SECONDS_MAX, Math.max(0, Math.floor(ns / SECOND_NS)));
    if (second > this.#last) this.#last = second;
    return second;
  }

  #moveTo(doneNs: number): void {
    const second = this.#secondOf(doneNs);
    if (second > this.#current) this.#closeUntil(second);
  }

  #closeUntil(second: number): void {
    for (; this.#current < second; this.#current++) {
      this.#closed.push({ ok: this.#ok, failed: this.#failed, response: sparse(this.#response), service: sparse(this.#service) });
      this.#ok = this.#failed = 0;
    }
  }
}

function grown(counts: Uint32Array<ArrayBuffer>, index: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(counts.length * 2, index + 1));
  larger.set(counts);
  return larger;
}

/** Bucket → count of the buckets that are not empty, which empties them. */
function sparse(counts: Uint32Array): { [bucket: string]: number } {
  const filled: { [bucket: string]: number } = {};
  for (let bucket = 0; bucket < counts.length; bucket++) {
    if (counts[bucket] === 0) continue;
    filled[bucket] = counts[bucket];
    counts[bucket] = 0;
  }
  return filled;
}
