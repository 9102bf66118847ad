import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TensorForm } from '../../generate/pixels.js';
import { imageColumn, sizesOf, visionColumns, type ColumnChoice } from '../../generate/vision-columns.js';
import type { VisionModel } from '../../generate/vision-model.js';

const FORM: TensorForm = { size: 224, layout: 'NCHW', channels: 'RGB', dtype: 'uint8', scale: 'none', background: [0, 0, 0] };
const image = imageColumn(FORM, undefined);
const model = { answer: 'uint8', classes: 10 } as VisionModel;

function names(choice: Partial<ColumnChoice>): string[] {
  return visionColumns(image, { copies: 1, labelled: false, model: null, named: false, ...choice }).map(({ name }) => name);
}

test('there are the columns that there is something for', () => {
  const always = ['id', 'image', 'file', 'sha256', 'width', 'height'];
  assert.deepEqual(names({}), always);
  assert.deepEqual(names({ copies: 2 }), [...always, 'copy']);
  assert.deepEqual(names({ labelled: true, model, named: true }), [...always, 'label', 'category', 'expected_top1', 'expected', 'expected_label']);
  assert.deepEqual(image, { name: 'image', dtype: 'uint8', shape: [3, 224, 224], nullable: false, dimNames: ['C', 'H', 'W'] });
  const expected = visionColumns(image, { copies: 1, labelled: false, model, named: false }).find(({ name }) => name === 'expected');
  assert.deepEqual(expected, { name: 'expected', dtype: 'uint8', shape: [10], nullable: false });
});

test('batches are small, shards are whole batches of at most 96 MiB, and a small set has several', () => {
  const sizes = (form: Partial<TensorForm>, rows: number): [number, number] => {
    const { rowsPerBatch, rowsPerShard } = sizesOf(visionColumns(imageColumn({ ...FORM, ...form }, undefined), { copies: 1, labelled: false, model: null, named: false }), rows);
    return [rowsPerBatch, rowsPerShard];
  };
  assert.deepEqual(sizes({}, 1_000_000), [32, 640]);
  assert.deepEqual(sizes({ dtype: 'float32' }, 1_000_000), [13, 156]);
  assert.deepEqual(sizes({ size: 4096, dtype: 'float32' }, 1_000_000), [1, 1]);
  assert.deepEqual(sizes({}, 256), [32, 32]);
  assert.deepEqual(sizes({}, 1000), [32, 128]);
});
