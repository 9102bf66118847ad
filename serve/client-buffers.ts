/** What the buffers of all clients hold together. When it is too much, whoever holds the most is disconnected, as Redis 7's maxmemory-clients has it. */
import { CLIENTS_BYTES_MAX } from './limits.js';

export interface Holder {
  /** What was counted last: kept by ClientBuffers. */
  countedBytes: number;
  /** Disconnects it. */
  destroy(): void;
}

export class ClientBuffers {
  readonly #holders = new Set<Holder>();
  #bytes = 0;
  #bytesMax = CLIENTS_BYTES_MAX;
  /** Clients that were disconnected for it. */
  evicted = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Infinity: no limit. */
  get bytesMax(): number {
    return this.#bytesMax;
  }

  set bytesMax(bytes: number) {
    this.#bytesMax = bytes;
    this.#evict();
  }

  /** A client holds so much now. */
  count(holder: Holder, bytes: number): void {
    this.#bytes += bytes - holder.countedBytes;
    holder.countedBytes = bytes;
    if (bytes > 0) this.#holders.add(holder);
    else this.#holders.delete(holder);
    if (this.#bytes > this.#bytesMax) this.#evict();
  }

  #evict(): void {
    while (this.#bytes > this.#bytesMax) {
      let largest: Holder | null = null;
      for (const holder of this.#holders) if (largest === null || holder.countedBytes > largest.countedBytes) largest = holder;
      if (largest === null) return;
      this.evicted++;
      // Its memory is free when the connection has closed, a moment later.
      this.#bytes -= largest.countedBytes;
      largest.countedBytes = 0;
      this.#holders.delete(largest);
      largest.destroy();
    }
  }
}
