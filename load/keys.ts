/** The keys of each row in a Redis: written in bulk, counted in bulk, read back one by one. */
import type { Batch, Dataset } from '../core/dataset.js';
import { InferplayError } from '../core/errors.js';
import { rowBytes } from '../core/schema.js';
import { DTYPES } from '../core/tensor.js';
import type { RedisControl } from '../wire/redis.js';
import { RespError } from '../wire/resp.js';
import type { Bulk, Slot } from './bulk.js';
import { existsFrame, keyOf, manyFrame, rowFrame, type RowFrame } from './frames.js';
import { field } from './models.js';
import { KEY_COLUMN } from './options.js';
import type { Counted, ReadBack } from './sink.js';

/** One way in which a row's value is stored. */
export interface KeyForm {
  readonly prefix: string;
  readonly frame: RowFrame;
  /** What AI.TENSORGET says of dtype and shape; null for a blob. */
  readonly meta: string | null;
}

/** Buffers of bulk writes are kept within this, however large the values are, unless a single row needs more. */
const BUFFER_BYTES_MAX = 4 << 20;
const BUFFER_BYTES_MIN = 1 << 16;
/** Rows whose keys one EXISTS asks for. */
const EXISTS_ROWS = 500;
/** Rows in one MSET: more gain nothing, and the server does nothing else meanwhile (about a millisecond). */
const MSET_ROWS = 500;

/**
 * Forms of the keys; none when the data set has no values to preload.
 * @param many the server knows MSET
 * @throws InferplayError DATA for a column that cannot be stored so
 */
export function formsOf(dataset: Dataset, wanted: readonly ('blob' | 'tensor')[], many: boolean): KeyForm[] {
  const column = dataset.columns.find((entry) => entry.name === KEY_COLUMN);
  if (!column || wanted.length === 0) return [];
  if (column.nullable) throw new InferplayError('DATA', `Column "${KEY_COLUMN}" of ${dataset.path} may hold nulls, and every row needs its key: write the column as not nullable.`);
  const valueBytes = rowBytes(column);
  return wanted.map((form) => {
    const prefix = KEY_COLUMN + (form === 'blob' ? 'BLOB' : 'Tensor');
    if (form === 'blob') return { prefix, meta: null, frame: many ? manyFrame(prefix, valueBytes, MSET_ROWS) : rowFrame('SET', prefix, [], valueBytes) };
    const type = column.dtype === 'uint64' || column.dtype === 'utf8' ? null : DTYPES[column.dtype].redisai;
    if (type === null) throw new InferplayError('DATA', `RedisAI has no tensors of type ${column.dtype}, which column "${KEY_COLUMN}" is of: use --put blob.`);
    const shape = ['1', ...(column.shape ?? []).map(String)];
    return { prefix, meta: [type, ...shape].join(' '), frame: rowFrame('AI.TENSORSET', prefix, [type, ...shape, 'BLOB'], valueBytes) };
  });
}

/** Bytes that a row needs in a buffer at most, all forms together. */
function rowRoom(forms: readonly KeyForm[]): number {
  return forms.reduce((sum, { frame }) => sum + frame.rowBytesMax + frame.headBytesMax, 0);
}

export function bufferBytesOf(forms: readonly KeyForm[], batchKeys: number): number {
  const room = rowRoom(forms);
  return Math.max(BUFFER_BYTES_MIN, room, Math.min(Math.ceil(batchKeys / Math.max(1, forms.length)) * room, BUFFER_BYTES_MAX));
}

export interface BulkWriter {
  put(batch: Batch): Promise<void>;
  flush(): Promise<void>;
  storedRow(): number;
}

/** Fills slots across batches, so that small batches do not make small writes. A row's keys are never parted. */
export function bulkWriter(bulk: Bulk, forms: readonly KeyForm[], batchKeys: number): BulkWriter {
  const room = rowRoom(forms);
  const rowsMax = Math.max(...forms.map((form) => form.frame.rowsMax));
  let slot: Slot | null = null;
  let offset = 0;
  let commands = 0;
  let keys = 0;
  let firstRow = 0;
  let nextRow = 0;
  // A slot stays the current one until it was sent: where the connection has ended `send` throws, and its rows are stored nowhere.
  const send = (full: Slot): void => {
    bulk.send(full, offset, commands, firstRow);
    slot = null;
  };
  /** Writes the commands of some rows, form by form. */
  const write = (into: Slot, ids: Float64Array, data: Uint8Array, from: number, to: number): void => {
    for (const { frame } of forms) {
      for (let row = from; row < to; row += frame.rowsMax) {
        const end = Math.min(to, row + frame.rowsMax);
        offset = frame.write(into.buffer, offset, ids, data, row, end);
        into.keys[commands++] = end - row;
      }
    }
    keys += (to - from) * forms.length;
  };
  return {
    async put(batch) {
      const { ids, rows } = batch;
      const data = batch.bytes(KEY_COLUMN);
      checkIds(batch);
      for (let row = 0; row < rows; ) {
        if (slot === null) {
          const free = bulk.acquire();
          slot = free instanceof Promise ? await free : free;
          offset = commands = keys = 0;
          firstRow = batch.firstRow + row;
        }
        const fitting = Math.min(rowsMax, rows - row, Math.floor((slot.buffer.length - offset) / room), Math.max(keys === 0 ? 1 : 0, Math.floor((batchKeys - keys) / forms.length)));
        if (fitting > 0) write(slot, ids, data, row, (row += fitting));
        else send(slot);
        nextRow = batch.firstRow + row;
      }
    },
    async flush() {
      if (slot !== null) send(slot);
      await bulk.flush();
    },
    storedRow: () => bulk.unstoredRow() ?? (slot === null ? nextRow : firstRow),
  };
}

function checkIds({ ids, firstRow }: Batch): void {
  const at = ids.findIndex((id) => !(id >= 0));
  if (at >= 0) throw new InferplayError('DATA', `Row ${firstRow + at} has the id ${ids[at]}; an id that becomes part of a key must not be negative.`);
}

/** Asks for every key. @param onCounted so many keys were asked for */
export async function countKeys(control: RedisControl, bulk: Bulk, forms: readonly KeyForm[], ids: AsyncIterable<Float64Array> | Iterable<Float64Array>, onCounted: (keys: number) => void): Promise<Counted> {
  const frame = existsFrame(forms.map((form) => form.prefix));
  const rowsMax = Math.min(EXISTS_ROWS, Math.floor((BUFFER_BYTES_MIN - frame.headBytesMax) / frame.rowBytesMax));
  let existing = 0;
  let asked = 0;
  let short: { readonly ids: Float64Array; readonly at: number } | null = null;
  for await (const chunk of ids) {
    for (let from = 0; from < chunk.length; from += rowsMax) {
      const part = chunk.slice(from, from + rowsMax);
      const at = asked;
      asked += part.length;
      const free = bulk.acquire();
      const slot = free instanceof Promise ? await free : free;
      bulk.send(slot, frame.write(slot.buffer, part, 0, part.length), 1, 0, (value) => {
        existing += value;
        onCounted(part.length * forms.length);
        if (value < part.length * forms.length) short ??= { ids: part, at };
      });
    }
  }
  await bulk.flush();
  return { existing, ...(await firstMissingKey(control, forms, short)) };
}

async function firstMissingKey(control: RedisControl, forms: readonly KeyForm[], short: { readonly ids: Float64Array; readonly at: number } | null): Promise<Omit<Counted, 'existing'>> {
  for (const [place, id] of (short?.ids ?? []).entries()) {
    for (const form of forms) {
      const key = keyOf(form.prefix, id);
      if ((await control.call(['EXISTS', key])) === 0) return { firstMissing: key, firstMissingAt: short!.at + place };
    }
  }
  return { firstMissing: null, firstMissingAt: null };
}

export async function readForm(control: RedisControl, { prefix, meta }: KeyForm, id: number, bytes: Uint8Array): Promise<ReadBack> {
  const key = keyOf(prefix, id);
  try {
    const reply = await control.call(meta === null ? ['GET', key] : ['AI.TENSORGET', key, 'META', 'BLOB']);
    if (reply === null) return 'missing';
    const value = meta === null ? reply : field(reply, 'blob');
    const shape = field(reply, 'shape');
    const found = meta === null ? null : [field(reply, 'dtype'), ...(Array.isArray(shape) ? shape : [])].join(' ');
    return Buffer.isBuffer(value) && value.equals(bytes) && found === meta ? 'same' : 'different';
  } catch (error) {
    const cause = error instanceof InferplayError ? error.cause : null;
    if (cause instanceof RespError && /tensor key is empty/i.test(cause.message)) return 'missing';
    if (cause instanceof RespError && cause.code === 'WRONGTYPE') return 'different';
    throw error;
  }
}
