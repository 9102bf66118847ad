/** A data set's rows as plain values, for comparison. */
import type { Dataset } from '../../core/dataset.js';

export interface Row {
  readonly id: number;
  readonly transaction: number[];
  readonly reference: number[];
  readonly label: number | null;
  readonly timeS: number;
  readonly expected: number[];
}

export async function readRows(dataset: Dataset, range?: { fromRow?: number; toRow?: number }): Promise<Row[]> {
  const rows: Row[] = [];
  const referenced = dataset.columns.some((column) => column.name === 'reference');
  for await (const batch of dataset.batches(range)) {
    const floats = (name: string): Float32Array => new Float32Array(batch.bytes(name).slice().buffer);
    const transaction = floats('transaction');
    const reference = referenced ? floats('reference') : new Float32Array(0);
    const expected = floats('expected');
    const timeS = new Float64Array(batch.bytes('time_s').slice().buffer);
    const values = reference.length / batch.rows;
    for (let row = 0; row < batch.rows; row += 1) {
      rows.push({
        id: batch.ids[row], transaction: [...transaction.subarray(row * 30, row * 30 + 30)], reference: [...reference.subarray(row * values, (row + 1) * values)],
        label: batch.isNull('label', row) ? null : batch.bytes('label')[row], timeS: timeS[row], expected: [...expected.subarray(row * 2, row * 2 + 2)],
      });
    }
  }
  return rows;
}
