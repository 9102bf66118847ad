/** aibench's rows as a source of the fraud use case: ids, transactions and references are the file's; it knows no labels. */
import { InferplayError } from '../core/errors.js';
import { AIBENCH_TRANSACTION_VALUES, openAibench } from './aibench.js';
import { TRANSACTION_COLUMNS } from './fraud-columns.js';
import type { FraudViews, RowSource } from './fraud-maker.js';

/** Cycles the file: a row that comes again has its id again too, and the same reference. */
export async function aibenchRows(path: string, total: number): Promise<RowSource> {
  const file = await openAibench(path);
  return {
    async fill(firstRow: number, rows: number, views: FraudViews) {
      const { id, transaction, reference, labelValid, timeS } = views;
      labelValid.fill(0);
      views.label.fill(0);
      for (let row = 0; row < rows; ) {
        const from = (firstRow + row) % total;
        const batch = await file.readBatch(from, Math.min(rows - row, total - from));
        const { ids, transactions, references } = batch;
        checkFinite(path, 'transaction', transactions, AIBENCH_TRANSACTION_VALUES, from);
        checkFinite(path, 'reference', references, file.referenceValues, from);
        transaction.set(transactions, row * AIBENCH_TRANSACTION_VALUES);
        if (reference.length > 0) reference.set(references, row * file.referenceValues);
        for (let at = 0; at < ids.length; at += 1) {
          id[2 * (row + at)] = ids[at] % 2 ** 32;
          id[2 * (row + at) + 1] = Math.floor(ids[at] / 2 ** 32);
          timeS[row + at] = transactions[at * AIBENCH_TRANSACTION_VALUES];
        }
        row += ids.length;
      }
      return true;
    },
    close: file.close,
  };
}

/** A model answers NaN to a NaN, and nobody would know why; a CSV with one is refused too. */
function checkFinite(path: string, name: 'transaction' | 'reference', values: Float32Array, rowValues: number, firstRow: number): void {
  let at = 0;
  while (at < values.length && Number.isFinite(values[at])) at += 1;
  if (at === values.length) return;
  const column = name === 'transaction' ? `column ${TRANSACTION_COLUMNS[at % rowValues]}` : `reference value ${at % rowValues}`;
  throw new InferplayError('DATA', `${path}, row ${firstRow + Math.floor(at / rowValues)}, ${column}: ${values[at]} is not a finite number; write the file again.`);
}
