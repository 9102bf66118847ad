/** The options of the vision use case with the defaults of its presets, checked against each other. */
import type { Conversion } from '../core/conversion.js';
import { InferplayError } from '../core/errors.js';
import type { Kernel } from '../core/image.js';
import type { Json } from '../core/manifest.js';
import { affineOf, type Channels, type Scale } from '../core/scale.js';
import { defaultFit, parseFit } from './fit.js';
import type { Cutting } from './picture.js';
import { channelAxis, type Layout, type StoredDtype, type TensorForm } from './pixels.js';
import type { VisionOptions } from './use-cases/vision.js';

export interface VisionSettings {
  readonly form: TensorForm;
  readonly cutting: Cutting;
  readonly randomCrop: boolean;
  readonly copies: number;
  readonly alpha: number;
  readonly answers: boolean;
  /** What determines the bytes, for the manifest. */
  readonly identity: { readonly [name: string]: Json };
}

type Defaults = Required<{ [K in 'crop' | 'kernel' | 'layout' | 'dtype' | 'scale' | 'channels' | 'size']: NonNullable<VisionOptions[K]> }>;

const PLAIN: Defaults = { size: 224, crop: 'center', kernel: 'linear', layout: 'NHWC', dtype: 'uint8', scale: '0..1', channels: 'RGB' };

/** Other defaults; what is given explicitly wins. */
export const PRESETS: { readonly [name: string]: Partial<Defaults> } = {
  // OpenCV's INTER_AREA, which aibench resizes with, has no counterpart in sharp.
  aibench: { crop: 'random', kernel: 'cubic' },
  'mobilenet-quant': { scale: 'none' },
};

/** Width times height of the largest image. */
export const PIXEL_LIMIT = 100_000_000;

const ALPHAS = [1, 0.75, 0.5, 0.25];
/** Below it the strides of MobileNet leave nothing. */
const MOBILENET_SIZE_MIN = 32;

/** @throws InferplayError USAGE for options that contradict each other */
export function settingsOf(values: VisionOptions): VisionSettings {
  const { images, annotations, model, labels, alpha, copies, pixelLimit = PIXEL_LIMIT, exifOrientation } = values;
  const preset = values.preset === undefined ? {} : PRESETS[values.preset];
  const pick = <K extends keyof Defaults>(name: K): Defaults[K] => (values[name] as Defaults[K] | undefined) ?? preset[name] ?? PLAIN[name];
  const size = pick('size');
  const fit = values.fit ?? defaultFit(size);
  const answers = values.answers === 'on' || (values.answers === 'auto' && model !== undefined);
  if (annotations !== undefined && images === undefined) refuse('--annotations describes images of yours; name them with --images.');
  if (values.pixelLimit !== undefined && images === undefined) refuse('--pixel-limit is for images of yours, and painted ones are small; name yours with --images, or leave it out.');
  if (labels !== undefined && !answers) refuse('--labels gives names to what the model answers; add --answers on, or a --model.');
  if (!ALPHAS.includes(alpha)) refuse(`--alpha is ${alpha}, and must be one of 1.0, 0.75, 0.5, 0.25.`);
  if (model === undefined && size < MOBILENET_SIZE_MIN) refuse(`MobileNet needs images of ${MOBILENET_SIZE_MIN} pixels at least, not ${size}; give a larger --size, or a --model.`);
  const background = colourOf(values.background);
  const form: TensorForm = {
    size, layout: pick('layout') as Layout, channels: pick('channels') as Channels, dtype: pick('dtype') as StoredDtype, scale: pick('scale') as Scale, background,
  };
  const cutting: Cutting = { size, fit: parseFit(fit, size), kernel: pick('kernel') as Kernel, background, exifOrientation, pixelLimit };
  const { layout, channels, dtype, scale } = form;
  return {
    form, cutting, randomCrop: pick('crop') === 'random', copies, alpha, answers,
    identity: {
      size, fit, crop: pick('crop'), copies, kernel: cutting.kernel, layout, dtype, scale, channels, exifOrientation,
      background: `#${background.map((value) => value.toString(16).padStart(2, '0')).join('')}`,
      onBadImage: values.onBadImage, pixelLimit, alpha: model === undefined ? alpha : null, answers,
    },
  };
}

function refuse(sentence: string): never {
  throw new InferplayError('USAGE', `use case vision: ${sentence}`);
}

const COLOURS: { readonly [name: string]: string } = { black: '#000000', white: '#ffffff', grey: '#808080', gray: '#808080' };

function colourOf(text: string): [number, number, number] {
  const [, ...parts] = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(COLOURS[text] ?? text) ?? [];
  if (parts.length !== 3) refuse(`--background is "${text}", and must be black, white, grey, or a colour as #rrggbb.`);
  const [red, green, blue] = parts.map((part) => parseInt(part, 16));
  return [red, green, blue];
}

/**
 * How stored images become sent ones; undefined where they are sent as they are. uint8 that is not scaled is sent as it is to a model that
 * takes uint8, and as floats from 0 to 255 to one that takes float32.
 */
export function sentOf(form: TensorForm, modelDtype: string | undefined): Conversion | undefined {
  if (form.dtype !== 'uint8') return undefined;
  const affine = affineOf(form) ?? (modelDtype === 'float32' ? { multiply: [1, 1, 1], add: [0, 0, 0] } : null);
  return affine === null ? undefined : { dtype: 'float32', axis: channelAxis(form.layout), ...affine };
}
