/** Whether a server can be reached at all, and when it could be last. */
export class Away {
  readonly #counts: { readonly refused: number };
  #lastSeenNs = 0;
  /** Attempts that had been refused when the server was last seen. */
  #refused = 0;

  constructor(counts: { readonly refused: number }) {
    this.#counts = counts;
  }

  /** A connection is there, or was until now. */
  seen(nowNs: number): void {
    this.#lastSeenNs = nowNs;
    this.#refused = this.#counts.refused;
  }

  get lastSeenNs(): number {
    return this.#lastSeenNs;
  }

  /** How long no connection could be had; 0 while none was refused: one that this side closed, after a timeout say, is not the server's absence. */
  forMs(nowNs: number): number {
    return this.#counts.refused > this.#refused ? (nowNs - this.#lastSeenNs) / 1e6 : 0;
  }
}
