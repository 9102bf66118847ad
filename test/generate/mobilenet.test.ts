import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openModel, type Model, type ModelTensor } from '../../core/inference.js';
import { uniform } from '../../core/random.js';
import { samePadding, type Maps } from '../../generate/convolution.js';
import { buildMobilenet, mobilenetLayers, type MobilenetOptions } from '../../generate/mobilenet.js';
import { drawWeights, kernelOf } from '../../generate/mobilenet-weights.js';
import { TOLERANCES } from '../../replay/check.js';
import { activated, computed } from '../support/network.js';
import { missing, sharedData } from '../support/paths.js';

const CLASSES = 1001;
const OUTPUT = 'MobilenetV1/Predictions/Reshape_1';
const SMALL: MobilenetOptions = { seed: 1, alpha: 0.25, size: 64, layout: 'NHWC', dtype: 'float32' };

async function open(t: { after(fn: () => void): void }, options: MobilenetOptions): Promise<Model> {
  const model = await openModel(buildMobilenet(options).bytes, { threads: 1 });
  t.after(() => model.close());
  return model;
}

/** One answer for each picture of the batch. */
function answers(model: Model, tensor: Omit<ModelTensor, 'shape'>): Float32Array[] {
  const [{ shape }] = model.inputs;
  const each = shape.slice(1).map((size) => size ?? 0);
  const count = tensor.data.length / each.reduce((product, size) => product * size, 1);
  const { [OUTPUT]: output } = model.runSync({ input: { ...tensor, shape: [count, ...each] } });
  assert.deepEqual(output.shape, [count, CLASSES]);
  return Array.from({ length: count }, (_, index) => (output.data as Float32Array).subarray(index * CLASSES, (index + 1) * CLASSES));
}

/** A slope of light in some direction and a few rectangles on it: pictures of their own kind, as bytes in NHWC layout. */
function picture(seed: number, size: number): Uint8Array {
  let index = 0;
  const draw = (): number => uniform(seed, index++);
  const ground = [draw(), draw(), draw()].map((colour) => 200 * colour);
  const slope = [draw() - 0.5, draw() - 0.5].map((part) => (200 * part) / size);
  const pixels = Float64Array.from({ length: size * size * 3 }, (_, at) => ground[at % 3] + (Math.floor(at / 3) % size) * slope[0] + Math.floor(at / 3 / size) * slope[1]);
  for (let box = 0; box < 6; box++) {
    const [left, top, side] = [draw() * size, draw() * size, draw() * size * 0.6].map(Math.floor);
    const colour = [255 * draw(), 255 * draw(), 255 * draw()];
    for (let y = top; y < Math.min(size, top + side); y++) {
      for (let x = left; x < Math.min(size, left + side); x++) pixels.set(colour, (y * size + x) * 3);
    }
  }
  return Uint8Array.from(pixels, (value) => Math.min(255, Math.max(0, value)));
}

function unit(bytes: Uint8Array): Float32Array {
  return Float32Array.from(bytes, (byte) => byte / 255);
}

/** By how many tolerances of a replay two answers differ. */
function difference(one: Float32Array, other: Float32Array): number {
  const { absolute, relative } = TOLERANCES.float32!;
  return one.reduce((most, value, index) => Math.max(most, Math.abs(value - other[index]) / (absolute + relative * Math.max(value, other[index]))), 0);
}

function leastDifference(all: readonly Float32Array[]): number {
  return Math.min(...all.flatMap((one, index) => all.slice(0, index).map((other) => difference(one, other))));
}

function top(answer: Float32Array): number {
  return answer.indexOf(Math.max(...answer));
}

/** The answers tell pictures apart: by hundreds of tolerances, by the first class, and by probabilities that are neither even nor certain. */
function assertVaried(all: readonly Float32Array[], what: string): void {
  for (const answer of all) assert.ok(Math.abs(answer.reduce((sum, value) => sum + value, 0) - 1) < 1e-4, what);
  assert.ok(leastDifference(all) > 300, `${what}: two answers differ by only ${leastDifference(all)} tolerances`);
  const first = new Set(all.map(top)).size;
  assert.ok(first > all.length / 3, `${what}: ${first} first classes of ${all.length} pictures`);
  const probabilities = all.map((answer) => answer[top(answer)]).sort((a, b) => a - b);
  assert.ok(probabilities[0] > 0.01 && probabilities[Math.floor(all.length / 2)] < 0.9, `${what}: ${probabilities}`);
}

test('the file has the name, the ports and the output that are said, in every layout and type', async (t) => {
  for (const layout of ['NHWC', 'NCHW'] as const) {
    for (const dtype of ['uint8', 'float32', 'float16'] as const) {
      const built = buildMobilenet({ ...SMALL, layout, dtype });
      const model = await openModel(built.bytes, { threads: 1 });
      t.after(() => model.close());
      assert.equal(built.name, 'mobilenet_v1_025_64');
      assert.deepEqual(built.ports, [{ name: 'input', dtype, shape: layout === 'NHWC' ? [null, 64, 64, 3] : [null, 3, 64, 64] }]);
      assert.deepEqual(model.inputs, built.ports);
      assert.deepEqual(model.outputs, [{ name: OUTPUT, dtype: 'float32', shape: [null, CLASSES] }]);
      assert.deepEqual([built.outputs, built.classes], [[OUTPUT], CLASSES]);
    }
  }
  assert.equal(buildMobilenet({ ...SMALL, alpha: 1, size: 224 }).name, 'mobilenet_v1_100_224');
});

test("the network has MobileNet's parameters and multiplications", () => {
  let size = 224;
  let products = 0;
  let parameters = 0;
  for (const layer of mobilenetLayers(1)) {
    size = layer.kind === 'classifier' ? 1 : samePadding(size, layer.stride).size;
    const weights = layer.outputs * (layer.kind === 'depthwise' ? 1 : layer.inputs) * kernelOf(layer) ** 2;
    products += size * size * weights;
    parameters += weights + layer.outputs;
  }
  assert.equal(products, 568_741_376, '569 million in the paper');
  assert.equal(parameters, 4_222_057, '4.2 million in the paper');
  const { bytes } = buildMobilenet({ ...SMALL, alpha: 1, size: 224 });
  assert.ok(bytes.length > 4 * parameters && bytes.length < 4 * parameters + 16_384, `${bytes.length} bytes`);
});

test('the file computes what its layers, weights and padding say', async (t) => {
  const layers = mobilenetLayers(SMALL.alpha);
  const weights = drawWeights(SMALL.seed, layers);
  for (const size of [33, 64, 96]) {
    const data = unit(picture(5, size));
    let maps: Maps = { count: 1, size, channels: 3, values: Float64Array.from(data) };
    layers.forEach((layer, index) => {
      maps = computed(layer, maps, weights[index]);
      if (layer.kind !== 'classifier') maps = activated(maps);
    });
    const powers = maps.values.map(Math.exp);
    const sum = powers.reduce((total, value) => total + value, 0);
    const [answer] = answers(await open(t, { ...SMALL, size }), { dtype: 'float32', data });
    assert.ok(difference(answer, Float32Array.from(powers, (value) => value / sum)) < 0.5, `size ${size}`);
  }
});

test('a batch gives what its pictures give one by one', async (t) => {
  const model = await open(t, SMALL);
  const pictures = [1, 2, 3].map((seed) => unit(picture(seed, 64)));
  const together = answers(model, { dtype: 'float32', data: Float32Array.from(pictures.flatMap((values) => [...values])) });
  pictures.forEach((data, index) => {
    const [alone] = answers(model, { dtype: 'float32', data });
    alone.forEach((value, at) => assert.ok(Math.abs(value - together[index][at]) < 1e-6));
  });
});

test('layout and type of the input do not change the answer', async (t) => {
  // Fifths of the range are exact as bytes, as float32 of bytes over 255, and, but for their last bits, as float16.
  const bytes = picture(4, 64).map((value) => 51 * Math.round(value / 51));
  const halfBits = [0, 0x3266, 0x3666, 0x38cd, 0x3a66, 0x3c00];
  const turned = bytes.map((_, at) => bytes[(at % 4096) * 3 + Math.floor(at / 4096)]);
  const [expected] = answers(await open(t, SMALL), { dtype: 'float32', data: unit(bytes) });
  for (const [layout, data] of [['NHWC', bytes], ['NCHW', turned]] as const) {
    const [ofBytes] = answers(await open(t, { ...SMALL, layout, dtype: 'uint8' }), { dtype: 'uint8', data });
    assert.deepEqual(ofBytes, expected);
    const [ofFloats] = answers(await open(t, { ...SMALL, layout }), { dtype: 'float32', data: unit(data) });
    assert.deepEqual(ofFloats, expected);
    const [ofHalves] = answers(await open(t, { ...SMALL, layout, dtype: 'float16' }), { dtype: 'float16', data: Uint16Array.from(data, (value) => halfBits[value / 51]) });
    ofHalves.forEach((value, at) => assert.ok(Math.abs(value - expected[at]) < 0.01));
    assert.equal(top(ofHalves), top(expected));
  }
});

test('every width and size runs and tells pictures apart', async () => {
  for (const size of [32, 33, 96, 128, 160, 192, 224]) {
    const pictures = Array.from({ length: 6 }, (_, index) => picture(index, size));
    for (const alpha of size < 96 ? [0.25] : [0.25, 0.5, 0.75, 1]) {
      const model = await openModel(buildMobilenet({ seed: 2, alpha, size, layout: 'NHWC', dtype: 'uint8' }).bytes, { threads: 1 });
      assertVaried(pictures.flatMap((data) => answers(model, { dtype: 'uint8', data })), `alpha ${alpha}, size ${size}`);
      model.close();
    }
  }
});

test('other seeds tell pictures apart too, and so do other ranges of floats', async (t) => {
  const pictures = Array.from({ length: 32 }, (_, index) => picture(100 + index, 96));
  for (const seed of [0, 12345, 2 ** 52]) {
    const model = await open(t, { ...SMALL, seed, size: 96 });
    for (const [low, high] of [[0, 1], [-1, 1], [0, 255]]) {
      const all = pictures.flatMap((bytes) => answers(model, { dtype: 'float32', data: Float32Array.from(bytes, (byte) => low + ((high - low) * byte) / 255) }));
      assertVaried(all, `seed ${seed}, ${low} to ${high}`);
    }
  }
});

const photographs = join(sharedData, 'coco/images');

test('photographs and parts of one photograph have different answers', { skip: missing(photographs) }, async (t) => {
  const size = 224;
  const { default: sharp } = await import('sharp');
  const model = await open(t, { seed: 1, alpha: 1, size, layout: 'NHWC', dtype: 'uint8' });
  const all: Float32Array[] = [];
  for (const file of readdirSync(photographs)) {
    const { width, height } = await sharp(join(photographs, file)).metadata();
    const side = Math.min(width, height) >> 1;
    for (const [left, top] of [[0, 0], [width - side, height - side]]) {
      const data = await sharp(join(photographs, file)).extract({ left, top, width: side, height: side }).resize(size, size).removeAlpha().toColourspace('srgb').raw().toBuffer();
      all.push(...answers(model, { dtype: 'uint8', data }));
    }
  }
  assert.ok(all.length >= 40);
  assertVaried(all, 'photographs');
});

test('the same options give the same bytes on every machine, another seed gives others', () => {
  const hash = (options: MobilenetOptions): string => createHash('sha256').update(buildMobilenet(options).bytes).digest('hex');
  assert.equal(hash(SMALL), '21968c31c0f10bb365bc0da67cdf1dfa4a538184ff39ac4a86b0da47c2ec1631');
  assert.equal(hash({ seed: 12345, alpha: 1, size: 224, layout: 'NHWC', dtype: 'uint8' }), '9756bf795b3fb2d6fa9a1182ea7616f80db6e5d8b9952ad326a35b3282665088');
  assert.notEqual(hash({ ...SMALL, seed: 2 }), hash(SMALL));
});
