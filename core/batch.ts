/** A decoded record batch as the rooms see it: ids, and each column's bytes as one view. */
import { arrow } from './arrow.js';
import type { Arrow } from './arrow.js';
import type { Batch } from './dataset.js';
import { InferplayError } from './errors.js';
import type { Column } from './manifest.js';
import { rowBytes } from './schema.js';

/**
 * @param from first row of the record batch that is wanted; @param to the row after the last
 * @param firstRow row number in the data set of the record batch's first row
 */
export function viewBatch(record: Arrow.RecordBatch, columns: readonly Column[], file: string, firstRow: number, from: number, to: number): Batch {
  const views = new Map<string, Uint8Array>();
  const childOf = (name: string): Arrow.Data => {
    const at = record.schema.fields.findIndex((field) => field.name === name);
    if (at < 0 || !columns.some((column) => column.name === name)) throw absent(name, columns, file);
    return record.data.children[at];
  };
  return {
    firstRow: firstRow + from,
    rows: to - from,
    ids: idsOf(record, firstRow, from, to),
    bytes(name) {
      let view = views.get(name);
      if (view === undefined) {
        const data = childOf(name);
        if (arrow.DataType.isUtf8(data.type)) throw new InferplayError('DATA', `${file}: the column "${name}" holds texts, and not values of one size.`);
        view = valuesOf(data, columns.find((column) => column.name === name)!, file, from, to);
        views.set(name, view);
      }
      return view;
    },
    text: (name, row) => textAt(childOf(name), from + row, name, file),
    isNull: (name, row) => !childOf(name).getValid(from + row),
  };
}

function absent(name: string, columns: readonly Column[], file: string): InferplayError {
  const known = columns.map((column) => column.name).join(', ') || 'none that can be used';
  return new InferplayError('DATA', `${file} has no column "${name}"; its columns are: ${known}.`);
}

function valuesOf(data: Arrow.Data, column: Column, file: string, from: number, to: number): Uint8Array {
  const size = rowBytes(column);
  const values = (arrow.DataType.isFixedSizeList(data.type) ? data.children[0].values : data.values) as ArrayBufferView | undefined;
  const held = values?.byteLength ?? 0;
  if (values === undefined || held < to * size) {
    throw new InferplayError('DATA', `${file} is a damaged Arrow file: column "${column.name}" holds ${held} bytes where ${to} rows need ${to * size}; make the file again.`);
  }
  return new Uint8Array(values.buffer, values.byteOffset + from * size, (to - from) * size);
}

function textAt(data: Arrow.Data, row: number, name: string, file: string): string | null {
  if (!arrow.DataType.isUtf8(data.type)) throw new InferplayError('DATA', `${file}: the column "${name}" holds no texts.`);
  if (!data.getValid(row)) return null;
  const [start, end] = data.valueOffsets.subarray(row, row + 2);
  if (!(start >= 0 && start <= end && end <= data.values.length)) {
    throw new InferplayError('DATA', `${file} is a damaged Arrow file: the texts of column "${name}" end before row ${row}; make the file again.`);
  }
  return Buffer.from(data.values.buffer, data.values.byteOffset + start, end - start).toString('utf8');
}

/** Ids are numbers below 2^53 in every request and key: a larger id cannot be told from its neighbour. */
function idsOf(record: Arrow.RecordBatch, firstRow: number, from: number, to: number): Float64Array {
  const ids = new Float64Array(to - from);
  const at = record.schema.fields.findIndex((field) => field.name === 'id');
  const values = at >= 0 && arrow.DataType.isInt(record.schema.fields[at].type) ? (record.data.children[at].values as ArrayLike<number | bigint> | undefined) : undefined;
  if (values === undefined || values.length < to) {
    for (let row = 0; row < ids.length; row += 1) ids[row] = firstRow + from + row;
  } else if (values instanceof BigUint64Array) {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
    for (let row = 0; row < ids.length; row += 1) ids[row] = words[2 * (from + row)] + words[2 * (from + row) + 1] * 2 ** 32;
  } else {
    for (let row = 0; row < ids.length; row += 1) ids[row] = Number(values[from + row]);
  }
  return ids;
}
