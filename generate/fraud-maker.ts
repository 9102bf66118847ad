/** Makes batches of the fraud use case, in a worker thread: transactions from their source, references by hashing, answers by ONNX Runtime. */
import { join } from 'node:path';
import { InferplayError } from '../core/errors.js';
import { openModel, typedArray } from '../core/inference.js';
import type { Model, ModelTensors } from '../core/inference.js';
import type { ModelEntry } from '../core/manifest.js';
import { fillUniform } from '../core/random.js';
import type { BatchBuffers } from '../core/writer.js';
import { openCsv } from './csv-reader.js';
import type { CsvFile } from './csv-reader.js';
import { CLASS_SLOT } from './fraud-columns.js';
import type { BatchMaker } from './use-case.js';

export interface FraudInit {
  readonly seed: number;
  readonly rows: number;
  readonly referenceValues: number;
  readonly source:
    | { readonly kind: 'csv'; readonly csv: CsvFile; readonly hasClass: boolean }
    | { readonly kind: 'kaggle'; readonly rows: number }
    | { readonly kind: 'aibench'; readonly path: string; readonly rows: number };
  /** Its answers are the column `expected`; the file is in `folder`. */
  readonly model: ModelEntry;
  readonly folder: string;
}

/** One batch's columns with their types. `reference` is empty where there is none. */
export interface FraudViews {
  readonly id: Uint32Array;
  readonly transaction: Float32Array;
  readonly reference: Float32Array;
  readonly label: Uint8Array;
  readonly labelValid: Uint8Array;
  readonly timeS: Float64Array;
  readonly expected: Float32Array;
}

/** Fills id, transaction, label and time, and answers whether it filled the references too. */
export interface RowSource {
  fill(firstRow: number, rows: number, views: FraudViews): Promise<boolean>;
  close(): Promise<void>;
}

export async function createMaker(raw: unknown): Promise<BatchMaker> {
  const init = raw as FraudInit;
  const model = await openModel(join(init.folder, init.model.file), { threads: 1 });
  const source = await sourceOf(init);
  let of: BatchBuffers | null = null;
  let views: FraudViews | null = null;
  return {
    async fill(firstRow, rows, columns) {
      if (of !== columns || views === null) views = viewsOf(columns);
      of = columns;
      const referenced = await source.fill(firstRow, rows, views);
      if (!referenced) fillReferences(init, firstRow, rows, views.reference);
      answer(model, init, rows, views);
    },
    async close() {
      model.close();
      await source.close();
    },
  };
}

function viewsOf(columns: BatchBuffers): FraudViews {
  const bytes = (name: string): Uint8Array => columns.get(name)?.data ?? new Uint8Array(0);
  const id = bytes('id');
  const timeS = bytes('time_s');
  return {
    id: new Uint32Array(id.buffer, id.byteOffset, id.byteLength / 4),
    transaction: typedArray('float32', bytes('transaction')) as Float32Array,
    reference: typedArray('float32', bytes('reference')) as Float32Array,
    label: bytes('label'),
    labelValid: columns.get('label')!.valid!,
    timeS: new Float64Array(timeS.buffer, timeS.byteOffset, timeS.byteLength / 8),
    expected: typedArray('float32', bytes('expected')) as Float32Array,
  };
}

function fillReferences({ seed, referenceValues }: FraudInit, firstRow: number, rows: number, into: Float32Array): void {
  if (referenceValues === 0) return;
  for (let row = 0; row < rows; row += 1) fillUniform(seed, firstRow + row, into, row * referenceValues, referenceValues);
}

/** The batches are the same for every thread count, and so are the answers: one thread within an operator, rows in one order. */
function answer(model: Model, init: FraudInit, rows: number, views: FraudViews): void {
  const feeds: { [name: string]: ModelTensors[string] } = {};
  for (const port of model.inputs) {
    const values = port.name === 'reference' ? init.referenceValues : 30;
    const all = port.name === 'reference' ? views.reference : views.transaction;
    feeds[port.name] = { dtype: 'float32', shape: [rows, values], data: all.subarray(0, rows * values) };
  }
  const { data, dtype } = model.runSync(feeds)[init.model.outputs[0]];
  if (dtype !== 'float32' || data.length !== rows * 2) {
    throw new InferplayError('DATA', `the model ${init.model.file} answers ${data.length} ${dtype} values for ${rows} rows, and must answer two float32 a row; export it so.`);
  }
  views.expected.set(data as Float32Array);
}

function fillIds(id: Uint32Array, firstRow: number, rows: number): void {
  for (let row = 0; row < rows; row += 1) {
    id[2 * row] = (firstRow + row) >>> 0;
    id[2 * row + 1] = Math.floor((firstRow + row) / 2 ** 32);
  }
}

async function sourceOf(init: FraudInit): Promise<RowSource> {
  const { source } = init;
  switch (source.kind) {
    case 'csv': return csvRows(source.csv, source.hasClass);
    case 'kaggle': return kaggleRows(init.seed, source.rows, await import('./kaggle.js'));
    case 'aibench': return (await import('./fraud-aibench.js')).aibenchRows(source.path, source.rows);
  }
}

function csvRows(csv: CsvFile, hasClass: boolean): RowSource {
  const reader = openCsv(csv);
  const { values } = reader;
  return {
    async fill(firstRow, rows, { id, transaction, label, labelValid, timeS }) {
      fillIds(id, firstRow, rows);
      labelValid.fill(hasClass ? 1 : 0);
      reader.seek(firstRow % csv.rows);
      for (let row = 0, at = 0; row < rows; row += 1) {
        reader.next();
        for (let slot = 0; slot < CLASS_SLOT; slot += 1) transaction[at++] = values[slot];
        timeS[row] = values[0];
        label[row] = hasClass ? values[CLASS_SLOT] : 0;
      }
      return false;
    },
    async close() {
      reader.close();
    },
  };
}

function kaggleRows(seed: number, totalRows: number, { fillKaggleRows }: typeof import('./kaggle.js')): RowSource {
  return {
    async fill(firstRow, rows, { id, transaction, label, labelValid, timeS }) {
      fillIds(id, firstRow, rows);
      labelValid.fill(1);
      fillKaggleRows(seed, firstRow, rows, transaction, label, timeS, totalRows);
      return false;
    },
    async close() {},
  };
}
