/**
 * Rows in the groups that requests carry: group g is rows g * size up to g * size + size - 1, and the last one holds what is left. Record
 * batches of a file end where they like, so a group may lie in two or more of them: only such a group is copied.
 */
import type { Batch } from '../core/dataset.js';
import type { Column } from '../core/manifest.js';
import { rowBytes } from '../core/schema.js';
import type { Rows } from './target.js';

export function groupsIn(rows: number, size: number): number {
  return Math.ceil(rows / size);
}

/**
 * Batches that begin where a group does and hold whole groups; the very last group may be short.
 * @param batches from the first row of a group on
 * @param columns that will be read, besides the ids
 */
export async function* wholeGroups(batches: AsyncIterable<Batch>, size: number, columns: readonly Column[]): AsyncGenerator<Rows> {
  const carry = new Carry(size, columns);
  for await (const batch of batches) {
    const from = carry.rows > 0 ? carry.add(batch, 0) : 0;
    if (carry.rows === size) yield carry.take();
    const to = batch.rows - ((batch.rows - from) % size);
    if (to > from) yield slice(batch, from, to);
    if (to < batch.rows) carry.add(batch, to);
  }
  if (carry.rows > 0) yield carry.take();
}

function slice(batch: Batch, from: number, to: number): Rows {
  if (from === 0 && to === batch.rows) return batch;
  return {
    firstRow: batch.firstRow + from,
    rows: to - from,
    ids: batch.ids.subarray(from, to),
    bytes(name) {
      const bytes = batch.bytes(name);
      const size = bytes.length / batch.rows;
      return bytes.subarray(from * size, to * size);
    },
    isNull: (name, row) => batch.isNull(name, from + row),
  };
}

/** Room for one group, filled again and again. */
class Carry {
  readonly #size: number;
  readonly #ids: Float64Array;
  readonly #columns: ReadonlyMap<string, { readonly rowBytes: number; readonly bytes: Uint8Array; readonly nulls: Uint8Array }>;
  #firstRow = 0;
  rows = 0;

  constructor(size: number, columns: readonly Column[]) {
    this.#size = size;
    this.#ids = new Float64Array(size);
    this.#columns = new Map(columns.map((column) => [column.name, { rowBytes: rowBytes(column), bytes: new Uint8Array(size * rowBytes(column)), nulls: new Uint8Array(size) }]));
  }

  /** Takes rows of a batch, as many as there is room for. @returns the first one that it did not take */
  add(batch: Batch, from: number): number {
    const to = Math.min(batch.rows, from + this.#size - this.rows);
    if (this.rows === 0) this.#firstRow = batch.firstRow + from;
    this.#ids.set(batch.ids.subarray(from, to), this.rows);
    for (const [name, { rowBytes, bytes, nulls }] of this.#columns) {
      bytes.set(batch.bytes(name).subarray(from * rowBytes, to * rowBytes), this.rows * rowBytes);
      for (let row = from; row < to; row++) nulls[this.rows + row - from] = batch.isNull(name, row) ? 1 : 0;
    }
    this.rows += to - from;
    return to;
  }

  /** The rows, as views until the next `add`. */
  take(): Rows {
    const rows = this.rows;
    this.rows = 0;
    return {
      firstRow: this.#firstRow,
      rows,
      ids: this.#ids.subarray(0, rows),
      bytes: (name) => this.#columns.get(name)!.bytes.subarray(0, rows * this.#columns.get(name)!.rowBytes),
      isNull: (name, row) => this.#columns.get(name)!.nulls[row] === 1,
    };
  }
}
