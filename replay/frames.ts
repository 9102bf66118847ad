/**
 * Requests, encoded before they are needed, in memory that all threads share.
 *
 * Memory is cut into entries of one size; an entry holds a frame and, behind it, the expected answers of its rows. Where the whole data
 * set fits, every group of rows has an entry of its own and the workers share them all (the arena). Where it does not, each worker has
 * a ring of entries that a thread of its own fills ahead of the run (see encoder.ts).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Dataset } from '../core/dataset.js';
import type { Plan } from '../core/plan.js';
import { rowBytes } from '../core/schema.js';
import type { DType } from '../core/tensor.js';
import { wholeGroups } from './groups.js';
import type { Pick } from './pick.js';
import type { Encoder, Rows } from './target.js';

/** Plain data that goes to threads. */
export interface Layout {
  /** Room for a frame, and where in an entry the expected answers begin. */
  readonly frameBytes: number;
  /** Type of the expected answers, and size of one row's; null when answers are not compared. */
  readonly expected: { readonly dtype: DType; readonly rowBytes: number } | null;
  readonly entryBytes: number;
  /** Replies to one frame. */
  readonly replies: number;
  /** Rows of a frame, but for a short last one. */
  readonly tensorBatch: number;
}

/** What is known of an entry stands side by side: words START to COMPARED of `words`, from entry * ENTRY_WORDS on. */
export const ENTRY_WORDS = 4;
/** Where in the entry the frame begins. */
export const START = 0;
/** Bytes of the frame. */
export const LENGTH = 1;
/** Rows that it carries. */
export const ROWS = 2;
/** 1 where every one of them has an expected answer. */
export const COMPARED = 3;

export interface Entries {
  readonly layout: Layout;
  readonly count: number;
  readonly memory: SharedArrayBuffer;
  readonly words: Int32Array<SharedArrayBuffer>;
}

const align = (bytes: number): number => Math.ceil(bytes / 8) * 8;

type Part<T, K extends keyof T> = { readonly [P in K]: T[P] };

export function layoutOf(encoder: Encoder, dataset: Part<Dataset, 'columns'>, { check, tensorBatch }: Part<Plan, 'check' | 'tensorBatch'>): Layout {
  const column = check !== 'none' && encoder.expects ? dataset.columns.find(({ name, shape }) => name === 'expected' && shape !== null) : undefined;
  const expected = column && column.dtype !== 'uint64' && column.dtype !== 'utf8' ? { dtype: column.dtype, rowBytes: rowBytes(column) } : null;
  const frameBytes = align(encoder.frameBytesMax);
  const entryBytes = Math.max(8, frameBytes + align(tensorBatch * (expected?.rowBytes ?? 0)));
  return { frameBytes, expected, entryBytes, replies: encoder.replies, tensorBatch };
}

export function newEntries(layout: Layout, count: number): Entries {
  return {
    layout,
    count,
    memory: new SharedArrayBuffer(layout.entryBytes * count),
    words: new Int32Array(new SharedArrayBuffer(4 * ENTRY_WORDS * count)),
  };
}

/** Rows of a data set as whole groups, with all that an entry needs of them. */
export function groupsOf(dataset: Dataset, encoder: Encoder, { expected, tensorBatch }: Layout, range: { readonly fromRow?: number; readonly toRow?: number } = {}): AsyncIterable<Rows> {
  const names = expected ? [...encoder.columns, 'expected'] : encoder.columns;
  return wholeGroups(dataset.batches({ ...range, reuse: true }), tensorBatch, dataset.columns.filter(({ name }) => names.includes(name)));
}

/** Writes groups of rows into entries. */
export class EntryWriter {
  readonly #entries: Entries;
  readonly #encoder: Encoder;
  readonly #bytes: Buffer;

  constructor(entries: Entries, encoder: Encoder) {
    this.#entries = entries;
    this.#encoder = encoder;
    this.#bytes = Buffer.from(entries.memory);
  }

  /** Writes the group that begins with a row of `rows`. */
  write(entry: number, rows: Rows, row: number): void {
    const { layout, words } = this.#entries;
    const place = entry * layout.entryBytes;
    const at = entry * ENTRY_WORDS;
    const count = Math.min(layout.tensorBatch, rows.rows - row);
    const lead = this.#encoder.lead(rows, row, count);
    words[at + START] = lead;
    words[at + LENGTH] = this.#encoder.encode(rows, row, count, this.#bytes, place + lead) - place - lead;
    words[at + ROWS] = count;
    words[at + COMPARED] = this.#writeExpected(rows, row, count, place + layout.frameBytes);
  }

  #writeExpected(rows: Rows, row: number, count: number, at: number): 0 | 1 {
    const { expected } = this.#entries.layout;
    if (expected === null) return 0;
    for (let each = row; each < row + count; each++) if (rows.isNull('expected', each)) return 0;
    this.#bytes.set(rows.bytes('expected').subarray(row * expected.rowBytes, (row + count) * expected.rowBytes), at);
    return 1;
  }
}

/** Encodes the groups of the first `rows` rows, each into the entry of its number. */
export async function fillArena(dataset: Dataset, encoder: Encoder, layout: Layout, rows: number, signal?: AbortSignal): Promise<Entries> {
  const { tensorBatch } = layout;
  const entries = newEntries(layout, Math.ceil(rows / tensorBatch));
  const writer = new EntryWriter(entries, encoder);
  for await (const whole of groupsOf(dataset, encoder, layout, { fromRow: 0, toRow: rows })) {
    // Reading and encoding leave the event loop no turn of its own, in which an interruption could be heard.
    await nextTurn();
    signal?.throwIfAborted();
    for (let row = 0; row < whole.rows; row += tensorBatch) writer.write((whole.firstRow + row) / tensorBatch, whole, row);
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
