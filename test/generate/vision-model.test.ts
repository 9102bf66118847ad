import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openModel } from '../../core/inference.js';
import type { TensorForm } from '../../generate/pixels.js';
import { copyVisionModel, makeVisionModel } from '../../generate/vision-model.js';
import { writeMeansModel, type ImageModelOptions } from '../support/image-models.js';
import { missing, sharedData, temporaryFolder } from '../support/paths.js';

const FORM: TensorForm = { size: 32, layout: 'NHWC', channels: 'RGB', dtype: 'uint8', scale: '0..1', background: [0, 0, 0] };

test('MobileNet is made for what the images are sent as', async (t) => {
  const folder = temporaryFolder(t);
  for (const [changes, dtype] of [[{}, 'float32'], [{ scale: 'none' }, 'uint8'], [{ dtype: 'float16' }, 'float16'], [{ dtype: 'float32', layout: 'NCHW', scale: 'none' }, 'float32']] as const) {
    const form = { ...FORM, ...changes };
    const { entry, ...model } = await makeVisionModel(folder, form, 7, 0.25, true);
    assert.deepEqual(model, { dtype, input: 'input', classes: 1001, answer: 'float32' });
    assert.deepEqual([entry.name, entry.inputs, entry.outputs, entry.expected], ['mobilenet_v1_025_32', ['image'], ['MobilenetV1/Predictions/Reshape_1'], true]);
    const { inputs, close } = await openModel(join(folder, entry.file), { threads: 1 });
    close();
    assert.deepEqual(inputs, entry.ports);
    assert.deepEqual([inputs[0].dtype, inputs[0].shape], [dtype, [null, ...(form.layout === 'NCHW' ? [3, 32, 32] : [32, 32, 3])]]);
  }
});

/** What is said of a model that does not fit, without its name. */
async function refusal(folder: string, size: number, options: ImageModelOptions, form: Partial<TensorForm> = {}): Promise<string> {
  const path = join(folder, 'own.onnx');
  writeMeansModel(path, size, options);
  const error = await copyVisionModel(folder, path, { ...FORM, ...form }, true).then(() => null, (thrown: Error) => thrown);
  assert.ok(error !== null, 'it was accepted');
  const start = `The model ${path} does not fit the images: `;
  assert.ok(error.message.startsWith(start), error.message);
  return error.message.slice(start.length);
}

test('a model that wants other images says how they are made', async (t) => {
  const folder = temporaryFolder(t);
  const sent = 'and the images are sent as float32 [n, 32, 32, 3]; generate with';
  assert.equal(await refusal(folder, 48, {}), `its input "input" is float32 [n, 48, 48, 3], ${sent} --size 48.`);
  assert.equal(await refusal(folder, 32, { layout: 'NCHW' }), `its input "input" is float32 [n, 3, 32, 32], ${sent} --layout NCHW.`);
  assert.equal(await refusal(folder, 32, { dtype: 'uint8' }), `its input "input" is uint8 [n, 32, 32, 3], ${sent} --scale none.`);
  assert.equal(await refusal(folder, 48, { layout: 'NCHW', dtype: 'float16' }), `its input "input" is float16 [n, 3, 48, 48], ${sent} --size 48 --layout NCHW --dtype float16.`);
  assert.equal(await refusal(folder, 48, { dtype: 'uint8', shape: [1, 48, 48, 3] }), `its input "input" is uint8 [1, 48, 48, 3], ${sent} --size 48 --scale none.`);
  assert.match(await refusal(folder, 32, { dtype: 'uint8' }, { dtype: 'float32' }), /generate with --dtype uint8 --scale none\.$/);
  assert.match(await refusal(folder, 32, { dtype: 'uint8' }, { scale: 'imagenet' }), /generate with --scale none\.$/);
  assert.match(await refusal(folder, 32, {}, { dtype: 'float16' }), /the images are sent as float16 .* generate with --dtype float32\.$/);
});

test('a model that no images fit says what it must be', async (t) => {
  const folder = temporaryFolder(t);
  assert.match(await refusal(folder, 32, { inputs: 2 }), /^it has 2 inputs \(input, input1\), and must have one/);
  assert.match(await refusal(folder, 32, { outputs: 2 }), /^it has 2 outputs \(means, more1\), and must have one/);
  assert.match(await refusal(folder, 32, { shape: [8, 32, 32, 3] }), /it takes 8 images at a time; export it with an open batch size/);
  assert.match(await refusal(folder, 32, { shape: ['n', 32, 48, 3] }), /\[n, 32, 48, 3\], and images are square/);
  assert.match(await refusal(folder, 32, { shape: ['n', 32, 32, 1] }), /and must have three channels/);
});

test('open sizes fit any images, and classes that the graph leaves open are counted', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'own.onnx');
  writeMeansModel(path, 32, { shape: ['n', 'h', 'w', 3], answer: ['n', 'classes'] });
  const { entry, ...model } = await copyVisionModel(folder, path, FORM, false);
  assert.deepEqual(model, { dtype: 'float32', input: 'input', classes: 3, answer: 'float32' });
  assert.deepEqual([entry.name, entry.outputs, entry.expected], ['own', ['means'], false]);
  assert.deepEqual(readFileSync(join(folder, entry.file)), readFileSync(path));
});

test('unscaled uint8 fits a model of floats, which is then given 0 to 255', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'own.onnx');
  writeMeansModel(path, 32);
  assert.equal((await copyVisionModel(folder, path, { ...FORM, scale: 'none' }, true)).dtype, 'float32');
});

const quant = join(sharedData, 'models', 'mobilenet_v1_0.75_192_quant.onnx');

test('a real quantized MobileNet names the very options that make images for it', { skip: missing(quant) }, async (t) => {
  const folder = temporaryFolder(t);
  await assert.rejects(copyVisionModel(folder, quant, { ...FORM, size: 224 }, true), { code: 'DATA', message: /uint8 \[1, 192, 192, 3\], and the images are sent as float32 \[n, 224, 224, 3\]; generate with --size 192 --scale none\.$/ });
  const { entry, ...model } = await copyVisionModel(folder, quant, { ...FORM, size: 192, scale: 'none' }, true);
  assert.deepEqual(model, { dtype: 'uint8', input: 'input', classes: 1001, answer: 'uint8' });
  assert.deepEqual(entry.ports, [{ name: 'input', dtype: 'uint8', shape: [1, 192, 192, 3] }]);
});
