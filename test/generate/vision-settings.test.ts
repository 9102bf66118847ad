import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../../core/options.js';
import { vision } from '../../generate/use-cases/vision.js';
import { sentOf, settingsOf, type VisionSettings } from '../../generate/vision-settings.js';

function settings(raw: { readonly [name: string]: unknown } = {}): VisionSettings {
  return settingsOf(parseOptions(vision.options, raw, 'test'));
}

test('without options it is what MobileNet is given by most', () => {
  const { form, cutting, randomCrop, answers, copies } = settings();
  assert.deepEqual(form, { size: 224, layout: 'NHWC', channels: 'RGB', dtype: 'uint8', scale: '0..1', background: [0, 0, 0] });
  assert.deepEqual(cutting, { size: 224, fit: { kind: 'crop', shorter: 256 }, kernel: 'linear', background: [0, 0, 0], exifOrientation: true, pixelLimit: 100_000_000 });
  assert.deepEqual([randomCrop, answers, copies], [false, false, 1]);
});

test('the limit of pixels is for images of the user', () => {
  assert.equal(settings({ images: 'x', pixelLimit: 1000 }).cutting.pixelLimit, 1000);
  assert.equal(settings({ images: 'x' }).identity.pixelLimit, 100_000_000);
});

test('a preset changes defaults, and what is given wins', () => {
  const aibench = settings({ preset: 'aibench' });
  assert.deepEqual([aibench.randomCrop, aibench.cutting.kernel, aibench.form.scale, aibench.cutting.fit], [true, 'cubic', '0..1', { kind: 'crop', shorter: 256 }]);
  assert.deepEqual([settings({ preset: 'aibench', crop: 'center', kernel: 'linear' }).randomCrop], [false]);
  const quant = settings({ preset: 'mobilenet-quant', size: 192 });
  assert.deepEqual([quant.form.dtype, quant.form.scale, quant.randomCrop, quant.cutting.fit], ['uint8', 'none', false, { kind: 'crop', shorter: 219 }]);
  assert.equal(settings({ preset: 'mobilenet-quant', scale: '-1..1' }).form.scale, '-1..1');
  assert.equal(settings({ preset: 'aibench' }).identity.kernel, 'cubic', 'what was chosen is written down, whoever chose it');
});

test('answers are stored where a model is given, or when asked for', () => {
  assert.equal(settings({ model: 'm.onnx' }).answers, true);
  assert.equal(settings({ model: 'm.onnx', answers: 'off' }).answers, false);
  assert.equal(settings({ answers: 'on' }).answers, true);
  assert.equal(settings({ model: 'm.onnx' }).identity.alpha, null);
});

test('colours are read by name and by number', () => {
  assert.deepEqual(settings({ background: '#10C0ff' }).form.background, [16, 192, 255]);
  assert.deepEqual(settings({ background: 'white' }).cutting.background, [255, 255, 255]);
  assert.equal(settings({ background: 'grey' }).identity.background, '#808080');
});

for (const [raw, message] of [
  [{ annotations: 'x.json' }, /--annotations describes images of yours; name them with --images/],
  [{ pixelLimit: 1000 }, /--pixel-limit is for images of yours, and painted ones are small; name yours with --images/],
  [{ labels: 'x.txt' }, /add --answers on, or a --model/],
  [{ alpha: 0.3 }, /--alpha is 0\.3, and must be one of 1\.0, 0\.75, 0\.5, 0\.25/],
  [{ size: 31 }, /MobileNet needs images of 32 pixels at least, not 31/],
  [{ background: 'mauve' }, /--background is "mauve", and must be black, white, grey, or a colour as #rrggbb/],
  [{ fit: 'shorter:10+crop' }, /a shorter side of 10 does not do/],
  [{ kernel: 'magic' }, /not one of nearest, linear/],
] as const) {
  test(`refuses ${JSON.stringify(raw)}`, () => {
    assert.throws(() => settings(raw), { code: 'USAGE', message });
  });
}

test('stored values become sent ones as scale and model say', () => {
  const form = settings({ layout: 'NCHW', scale: '-1..1' }).form;
  assert.deepEqual(sentOf(form, undefined), { dtype: 'float32', axis: 0, multiply: [1 / 127.5, 1 / 127.5, 1 / 127.5], add: [-1, -1, -1] });
  assert.equal(sentOf({ ...form, dtype: 'float32' }, 'float32'), undefined);
  const bare = settings({ scale: 'none' }).form;
  assert.equal(sentOf(bare, undefined), undefined);
  assert.equal(sentOf(bare, 'uint8'), undefined);
  assert.deepEqual(sentOf(bare, 'float32'), { dtype: 'float32', axis: 2, multiply: [1, 1, 1], add: [0, 0, 0] });
});
