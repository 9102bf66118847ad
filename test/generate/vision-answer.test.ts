import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { batchBuffers } from '../../core/writer.js';
import type { TensorForm } from '../../generate/pixels.js';
import { indexOfLargest, openAnswerer } from '../../generate/vision-answer.js';
import { imageColumn, visionColumns } from '../../generate/vision-columns.js';
import { copyVisionModel } from '../../generate/vision-model.js';
import { sentOf } from '../../generate/vision-settings.js';
import { writeMeansModel } from '../support/image-models.js';
import { temporaryFolder } from '../support/paths.js';

const FORM: TensorForm = { size: 32, layout: 'NHWC', channels: 'RGB', dtype: 'uint8', scale: '-1..1', background: [0, 0, 0] };

for (const [what, changes, batch] of [
  ['an open batch', {}, 'n'], ['a batch of one', {}, 1], ['channels first', { layout: 'NCHW' }, 'n'], ['stored floats', { dtype: 'float32' }, 'n'], ['floats from 0 to 255', { scale: 'none' }, 'n'],
] as const) {
  test(`answers belong to what is sent, row by row: ${what}`, async (t) => {
    const folder = temporaryFolder(t);
    const form = { ...FORM, ...changes };
    const shape = form.layout === 'NHWC' ? [32, 32, 3] : [3, 32, 32];
    writeMeansModel(join(folder, 'source.onnx'), 32, { layout: form.layout, shape: [batch, ...shape] });
    const model = await copyVisionModel(folder, join(folder, 'source.onnx'), form, true);
    const image = imageColumn(form, sentOf(form, model.dtype));
    const columns = batchBuffers(visionColumns(image, { copies: 1, labelled: false, model, named: true }), 7);
    const stored = columns.get('image')!.data;
    const images = form.dtype === 'float32' ? new Float32Array(stored.buffer) : stored;
    const levels = Array.from({ length: 7 }, (_, row) => [10 * row, 90 - 10 * row, 50]);
    const scaled = (level: number): number => (form.scale === 'none' ? level : level / 127.5 - 1);
    for (let at = 0; at < images.length; at++) {
      const channel = form.layout === 'NHWC' ? at % 3 : Math.floor(at / 1024) % 3;
      const level = levels[Math.floor(at / 3072)][channel];
      images[at] = form.dtype === 'float32' ? scaled(level) : level;
    }
    const answerer = await openAnswerer({ model, folder, image, labels: ['red', 'green', 'blue'] });
    answerer.answer(7, columns);
    answerer.close();
    const expected = new Float32Array(columns.get('expected')!.data.buffer);
    for (const [row, rgb] of levels.entries()) for (const [channel, level] of rgb.entries()) assert.ok(Math.abs(expected[3 * row + channel] - scaled(level)) < 1e-3, `row ${row}`);
    assert.deepEqual([...new Int32Array(columns.get('expected_top1')!.data.buffer)], [1, 1, 1, 1, 1, 0, 0]);
    assert.deepEqual(columns.get('expected_label')!.texts.slice(0, 7), ['green', 'green', 'green', 'green', 'green', 'red', 'red']);
  });
}

test('the largest is found in every type, the first of equal ones, and never a NaN', () => {
  assert.equal(indexOfLargest(Float32Array.of(NaN, -3, 2, 2, NaN), 'float32'), 2);
  assert.equal(indexOfLargest(Float32Array.of(NaN, NaN), 'float32'), 0);
  assert.equal(indexOfLargest(Uint8Array.of(3, 250, 250), 'uint8'), 1);
  assert.equal(indexOfLargest(BigInt64Array.of(-5n, -4n), 'int64'), 1);
  // -2, -1, NaN, 0.5, 1 and -Infinity as halves.
  assert.equal(indexOfLargest(Uint16Array.of(0xc000, 0xbc00, 0x7e00), 'float16'), 1);
  assert.equal(indexOfLargest(Uint16Array.of(0xc000, 0x3800, 0x3c00, 0xfc00), 'float16'), 2);
});
