/**
 * Requests, encoded before they are needed, in memory that all threads share.
 *
 * Memory is cut into entries of one size; an entry holds a frame and, behind it, the expected answer. Where the whole data
 * set fits, every row has an entry of its own and the workers share them all (the arena). Where it does not, each worker has
 * a ring of entries that a thread of its own fills ahead of the run (see encoder.ts).
 */
import type { Batch, Dataset } from '../core/dataset.js';
import { rowBytes } from '../core/schema.js';
import type { DType } from '../core/tensor.js';
import type { Pick } from './pick.js';
import type { Encoder } from './target.js';

/** Plain data that goes to threads. */
export interface Layout {
  /** Room for a frame, and where in an entry the expected answer begins. */
  readonly frameBytes: number;
  /** Type and size of the expected answer; null when answers are not compared. */
  readonly expected: { readonly dtype: DType; readonly sizeBytes: number } | null;
  readonly entryBytes: number;
  /** Replies to one frame. */
  readonly replies: number;
}

export interface Entries {
  readonly layout: Layout;
  readonly count: number;
  readonly memory: SharedArrayBuffer;
  /** Bytes of each entry's frame; complemented (~) where the entry has no expected answer. */
  readonly lengths: Int32Array<SharedArrayBuffer>;
}

const align = (bytes: number): number => Math.ceil(bytes / 8) * 8;

export function layoutOf(encoder: Encoder, dataset: Part<Dataset, 'columns'>, check: boolean): Layout {
  const column = check && encoder.expects ? dataset.columns.find(({ name, shape }) => name === 'expected' && shape !== null) : undefined;
  const expected = column && column.dtype !== 'uint64' && column.dtype !== 'utf8' ? { dtype: column.dtype, sizeBytes: rowBytes(column) } : null;
  const frameBytes = align(encoder.frameBytesMax);
  return { frameBytes, expected, replies: encoder.replies, entryBytes: Math.max(8, frameBytes + align(expected?.sizeBytes ?? 0)) };
}

type Part<T, K extends keyof T> = { readonly [P in K]: T[P] };

export function newEntries(layout: Layout, count: number): Entries {
  return {
    layout,
    count,
    memory: new SharedArrayBuffer(layout.entryBytes * count),
    lengths: new Int32Array(new SharedArrayBuffer(4 * count)),
  };
}

/** Writes rows into entries. */
export class EntryWriter {
  readonly #entries: Entries;
  readonly #encoder: Encoder;
  readonly #bytes: Buffer;

  constructor(entries: Entries, encoder: Encoder) {
    this.#entries = entries;
    this.#encoder = encoder;
    this.#bytes = Buffer.from(entries.memory);
  }

  write(entry: number, batch: Batch, row: number): void {
    const { layout, lengths } = this.#entries;
    const start = entry * layout.entryBytes;
    const length = this.#encoder.encode(batch, row, this.#bytes, start) - start;
    const has = layout.expected !== null && !batch.isNull('expected', row);
    if (has) {
      const size = layout.expected!.sizeBytes;
      this.#bytes.set(batch.bytes('expected').subarray(row * size, (row + 1) * size), start + layout.frameBytes);
    }
    lengths[entry] = has ? length : ~length;
  }
}

/** Encodes rows 0 to `rows` - 1, each into the entry of its number. */
export async function fillArena(dataset: Dataset, encoder: Encoder, layout: Layout, rows: number, signal?: AbortSignal): Promise<Entries> {
  const entries = newEntries(layout, rows);
  const writer = new EntryWriter(entries, encoder);
  for await (const batch of dataset.batches({ fromRow: 0, toRow: rows })) {
    signal?.throwIfAborted();
    for (let row = 0; row < batch.rows; row++) writer.write(batch.firstRow + row, batch, row);
  }
  return entries;
}

/** What the loop asks for frames. `take` and `release` are on the hot path. */
export interface FrameSource {
  readonly entries: Entries;
  /** The entry that holds the frame of a request of this worker, or -1 when it is not encoded yet. Requests are taken in order. */
  take(request: number): number;
  /** The request has ended: its entry may be written again. */
  release(entry: number): void;
}

export class Arena implements FrameSource {
  readonly entries: Entries;
  readonly #pick: Pick;

  constructor(entries: Entries, pick: Pick) {
    this.entries = entries;
    this.#pick = pick;
  }

  take(request: number): number {
    return this.#pick(request);
  }

  release(): void {}
}
