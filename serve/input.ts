/** Bytes of one client that cannot be run yet: an incomplete request, or what came while an inference was running. */
import { KEEP_RECEIVED_BYTES, REQUEST_BYTES_MAX } from './limits.js';
import type { Request } from './request.js';
import { takeMemory } from './spare-memory.js';

const CAPACITY_MIN = 4096;
/** So much is set aside for what a client has announced; for more it must have sent half of it. */
const AHEAD_BYTES_MAX = 64 * 1024 * 1024;
/** For fewer bytes, changing where the next read goes costs as much as the copy. */
const RECEIVE_INTO_BYTES_MIN = 16 * 1024;

export class Input {
  #bytes: Buffer | null = null;
  from = 0;
  to = 0;

  /** Null when there are none. */
  get bytes(): Buffer | null {
    return this.#bytes;
  }

  get size(): number {
    return this.#bytes === null ? 0 : this.to - this.from;
  }

  /**
   * Adds bytes, in memory of this client's own.
   * @param request the one that has begun in them, and moves with them; null when nothing has been parsed of them
   */
  keep(chunk: Buffer, from: number, to: number, request: Request | null): void {
    const size = to - from;
    if (this.#bytes === null) {
      // A large argument is received straight into the memory in which it may be kept: aligned, and of its size.
      const wanted = request?.started ? request.needed - from : 0;
      const large = wanted - size >= KEEP_RECEIVED_BYTES;
      const pad = large ? alignment(request!, wanted) : 0;
      const capacity = pad + Math.max(size, Math.min(wanted, size + AHEAD_BYTES_MAX), CAPACITY_MIN);
      this.#bytes = large ? takeMemory(capacity) : Buffer.allocUnsafeSlow(capacity);
      this.from = this.to = pad;
      request?.moved(pad - from);
    } else if (this.to + size > this.#bytes.length) {
      this.#grow(size, request);
    }
    chunk.copy(this.#bytes, this.to, from, to);
    this.to += size;
  }

  /**
   * Where the rest of a large argument can be received without being copied; null when it is not worth it.
   * @param request the incomplete one that these bytes are of
   */
  room(request: Request): Buffer | null {
    const bytes = this.#bytes;
    if (bytes === null || !request.started) return null;
    const end = Math.min(request.needed, bytes.length, this.from + REQUEST_BYTES_MAX);
    return end - this.to >= RECEIVE_INTO_BYTES_MIN ? (bytes.subarray(this.to, end) as Buffer) : null;
  }

  /** So many bytes have been received into the room. */
  filled(size: number): void {
    this.to += size;
  }

  #grow(size: number, request: Request | null): void {
    const held = this.to - this.from;
    const wanted = request?.started ? request.needed - this.from : 0;
    const doubled = (held + size) * 2;
    const larger = Buffer.allocUnsafeSlow(wanted > held + size && wanted <= REQUEST_BYTES_MAX ? Math.min(wanted, doubled + AHEAD_BYTES_MAX) : doubled);
    this.#bytes!.copy(larger, 0, this.from, this.to);
    request?.moved(-this.from);
    this.#bytes = larger;
    this.from = 0;
    this.to = held;
  }

  forget(): void {
    this.#bytes = null;
  }
}

/** Bytes to leave free so that the last argument, which is being received, begins at a multiple of eight. */
function alignment(request: Request, wanted: number): number {
  const bodyAt = wanted - 2 - request.receivingLength;
  return (8 - (bodyAt % 8)) % 8;
}
