/** The laboratory's way of reading a socket slowly: after every bite it is left alone for as long as the bite is worth. */
export class SlowReading {
  readonly #bytesPerSecond: number;
  readonly #pause: () => void;
  readonly #resume: () => void;
  /** Until then, in milliseconds of performance.now(), nothing more is read. */
  #againMs = 0;
  /** True while the socket is left alone. */
  holding = false;

  constructor(bytesPerSecond: number, pause: () => void, resume: () => void) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#pause = pause;
    this.#resume = resume;
  }

  /** So much was read. */
  took(sizeBytes: number): void {
    const now = performance.now();
    this.#againMs = Math.max(now, this.#againMs) + (sizeBytes / this.#bytesPerSecond) * 1000;
    const waitMs = this.#againMs - now;
    if (this.holding || waitMs < 1) return;
    this.holding = true;
    this.#pause();
    setTimeout(() => {
      this.holding = false;
      this.#resume();
    }, waitMs).unref();
  }
}
