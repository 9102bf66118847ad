/** Image classification: pictures resized to tensors, and a MobileNet. The pictures are the user's (COCO's, for example) or painted. */
import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { KERNELS } from '../../core/image.js';
import type { Manifest } from '../../core/manifest.js';
import type { OptionValues } from '../../core/options.js';
import { SCALES } from '../../core/scale.js';
import type { Labels } from '../coco.js';
import type { ImageList } from '../image-list.js';
import { centred, outermost, type Size } from '../fit.js';
import { cutFile } from '../picture.js';
import type { PlanContext, Recipe, UseCase } from '../use-case.js';
import type { VisionInit } from '../vision-maker.js';
import { PIXEL_LIMIT, sentOf, settingsOf, type VisionSettings } from '../vision-settings.js';

const IMAGES_PAINTED = 256;

const options = {
  images: { kind: 'path', placeholder: 'PATH', help: 'folder of pictures (with all below it), text file with a path a line, or one picture; without it pictures are painted from the seed' },
  annotations: { kind: 'path', help: "COCO's instances_*.json: gives the columns label and category" },
  count: { kind: 'integer', min: 1, help: 'the first so many images, or so many to paint (default: all, or 256)' },
  size: { kind: 'integer', min: 1, max: 4096, help: 'side length in pixels (default: 224)' },
  fit: { kind: 'string', help: 'shorter:N+crop (resize so that the shorter side is N, then crop), cover, contain or stretch (default: shorter:256+crop, scaled to the size)' },
  crop: { kind: 'choice', choices: ['center', 'random'], help: 'which part is shown; random is seeded by seed, image and copy (default: center)' },
  copies: { kind: 'integer', min: 1, max: 65_536, default: 1, help: 'rows of each image, one after the other' },
  kernel: { kind: 'choice', choices: KERNELS, help: 'filter that resizes (default: linear, the triangle filter of PIL and torchvision)' },
  layout: { kind: 'choice', choices: ['NHWC', 'NCHW'], help: 'order of the dimensions (default: NHWC)' },
  dtype: { kind: 'choice', choices: ['uint8', 'float32', 'float16'], help: 'how values are stored; uint8 becomes float32 when it is sent, if it is scaled; float16 is for other tools, as RedisAI cannot take it (default: uint8)' },
  scale: { kind: 'choice', choices: SCALES, help: 'what 0 to 255 becomes; imagenet subtracts its mean and divides by its deviation (default: 0..1)' },
  channels: { kind: 'choice', choices: ['RGB', 'BGR'], help: 'order of the colours (default: RGB)' },
  exifOrientation: { kind: 'boolean', default: true, help: 'leave pictures as they are stored, instead of turning them upright' },
  background: { kind: 'string', default: 'black', help: 'what is seen through transparent pixels and around what is contained: black, white, grey or #rrggbb' },
  preset: { kind: 'choice', choices: ['aibench', 'mobilenet-quant'], help: 'other defaults: aibench crops at random and resizes with the cubic kernel; mobilenet-quant sends uint8' },
  onBadImage: { kind: 'choice', choices: ['fail', 'skip'], default: 'fail', help: 'what an image does that cannot be used: fail names it, skip leaves it out, counts and lists it' },
  pixelLimit: { kind: 'integer', min: 1, help: `largest image, width times height (default: ${PIXEL_LIMIT})` },
  model: { kind: 'path', help: 'an ONNX model of your own instead of the MobileNet that is made from the seed' },
  alpha: { kind: 'number', default: 1, help: 'width of that MobileNet: 1.0, 0.75, 0.5 or 0.25' },
  answers: { kind: 'choice', choices: ['auto', 'on', 'off'], default: 'auto', help: "store the model's answers: auto does where --model is given" },
  labels: { kind: 'path', help: 'text file with the name of a class a line: gives the column expected_label' },
} as const;

export type VisionOptions = OptionValues<typeof options>;

export const vision: UseCase<typeof options> = {
  name: 'vision',
  summary: 'images as tensors, and a MobileNet that classifies them',
  options,
  usesPool: true,
  maker: new URL('../vision-maker.js', import.meta.url).href,
  plan,
};

async function plan(values: VisionOptions, context: PlanContext): Promise<Recipe> {
  const settings = settingsOf(values);
  const { form, answers, copies } = settings;
  const labels = values.labels === undefined ? null : await (await import('../class-labels.js')).readClassLabels(values.labels);
  const { makeVisionModel, copyVisionModel } = await import('../vision-model.js');
  const own = values.model === undefined ? null : await copyVisionModel(context.folder, values.model, form, answers);
  const make = () => makeVisionModel(context.folder, form, context.seed, settings.alpha, answers);
  const model = own ?? (answers ? await make() : null);
  if (model !== null) labels?.check(model.classes);
  const source = await sourceOf(values, settings, context);
  const rows = source.images * copies;
  const { imageColumn, sizesOf, visionColumns } = await import('../vision-columns.js');
  const image = imageColumn(form, sentOf(form, own?.dtype));
  const columns = visionColumns(image, { copies, labelled: source.labels !== null, model: answers ? model : null, named: labels !== null });
  const init: VisionInit = {
    seed: context.seed, list: source.list, images: source.images, copies, randomCrop: settings.randomCrop, cutting: settings.cutting, form, labels: source.labels,
    answers: answers && model !== null ? { model, folder: context.folder, image, ...(labels && { labels: labels.names }) } : null,
  };
  // Making a model takes the main thread a second; the worker threads need it only for answers, and so begin before it.
  const models = model === null ? nextTurn().then(make).then(({ entry }) => [entry]) : Promise.resolve([model.entry]);
  models.catch(() => {});
  return {
    rows, rowName: 'image', ...sizesOf(columns, rows), columns, source: source.source, models, badRows: source.badRows, init,
    identity: {
      images: nameOf(values.images), annotations: nameOf(values.annotations), count: source.images, ...settings.identity,
      model: nameOf(values.model), labels: nameOf(values.labels), labelsSha256: labels?.sha256 ?? null,
    },
  };
}

function nameOf(path: string | undefined): string | null {
  return path === undefined ? null : basename(path);
}

interface Source extends Pick<Recipe, 'source' | 'badRows'> {
  readonly list: ImageList | null;
  readonly images: number;
  readonly labels: Labels | null;
}

async function sourceOf(values: VisionOptions, { cutting, randomCrop }: VisionSettings, { signal }: PlanContext): Promise<Source> {
  const none: Manifest['badRows'] = { count: 0, listed: [] };
  if (values.images === undefined) return { list: null, images: values.count ?? IMAGES_PAINTED, labels: null, source: null, badRows: none };
  const { listImages } = await import('../image-list.js');
  const { list: listed, name, sizeBytes, hash } = await listImages(values.images, values.count, signal);
  let list = listed;
  let badRows = none;
  if (values.onBadImage === 'skip') {
    const { surveyImages } = await import('../image-survey.js');
    // Where the squares of an image lie at random depends on which images are left.
    const corners = (resized: Size) => (randomCrop ? outermost(resized, cutting.size) : [centred(resized, cutting.size)]);
    const check = (path: string) => cutFile(listed.root, path, cutting, corners);
    ({ list, badRows } = await surveyImages(listed, check, signal));
  }
  let labels: Labels | null = null;
  if (values.annotations !== undefined) {
    const { readCoco } = await import('../coco.js');
    const read = await readCoco(values.annotations, list, signal);
    hash.update(`\0${read.sha256}\n`);
    ({ labels } = read);
  }
  return { list, images: list.count, labels, badRows, source: { name, sha256: hash.digest('hex'), sizeBytes, rows: list.count } };
}
