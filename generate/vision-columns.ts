/** The columns of an image data set, and how many rows go into its batches and files. */
import type { Conversion } from '../core/conversion.js';
import type { Column } from '../core/manifest.js';
import { rowBytes } from '../core/schema.js';
import { dimNamesOf, shapeOf, type TensorForm } from './pixels.js';
import type { VisionModel } from './vision-model.js';

export interface ColumnChoice {
  readonly copies: number;
  /** Whether there are annotations. */
  readonly labelled: boolean;
  /** null where its answers are not stored. */
  readonly model: VisionModel | null;
  /** Whether the classes have names. */
  readonly named: boolean;
}

export function imageColumn(form: TensorForm, sent: Conversion | undefined): Column {
  return { name: 'image', dtype: form.dtype, shape: shapeOf(form), nullable: false, dimNames: dimNamesOf(form.layout), ...(sent && { sent }) };
}

export function visionColumns(image: Column, { copies, labelled, model, named }: ColumnChoice): Column[] {
  const plain = (name: string, dtype: Column['dtype'], nullable = false): Column => ({ name, dtype, shape: null, nullable });
  return [
    plain('id', 'uint64'),
    image,
    plain('file', 'utf8'),
    plain('sha256', 'utf8', true),
    plain('width', 'int32'),
    plain('height', 'int32'),
    ...(copies > 1 ? [plain('copy', 'int32')] : []),
    ...(labelled ? [plain('label', 'int32', true), plain('category', 'utf8', true)] : []),
    ...(model === null ? [] : [plain('expected_top1', 'int32'), { ...plain('expected', model.answer), shape: [model.classes] }]),
    ...(model !== null && named ? [plain('expected_label', 'utf8')] : []),
  ];
}

/** A batch is in memory once for each thread; a shard is what a stopped generation makes again, and what a thread takes. */
const BATCH_BYTES_MAX = 8 << 20;
const BATCH_ROWS_MAX = 32;
const SHARD_BYTES_MAX = 96 << 20;
/** So that a small data set has work for several threads too. */
const SHARDS_MIN = 8;

export function sizesOf(columns: readonly Column[], rows: number): { rowsPerBatch: number; rowsPerShard: number } {
  const size = columns.reduce((sum, column) => sum + rowBytes(column), 0);
  const rowsPerBatch = Math.max(1, Math.min(BATCH_ROWS_MAX, Math.floor(BATCH_BYTES_MAX / size)));
  const batches = Math.max(1, Math.min(Math.floor(SHARD_BYTES_MAX / (size * rowsPerBatch)), Math.ceil(rows / rowsPerBatch / SHARDS_MIN)));
  return { rowsPerBatch, rowsPerShard: batches * rowsPerBatch };
}
