/** The model of an image data set: MobileNet made from the seed, or the user's own, checked against the images. */
import { InferplayError } from '../core/errors.js';
import { openModel, type ModelPort } from '../core/inference.js';
import type { ModelEntry } from '../core/manifest.js';
import { affineOf } from '../core/scale.js';
import type { DType } from '../core/tensor.js';
import { readUserModel, writeModel, type UserModel } from './model-file.js';
import { shapeOf, type Layout, type TensorForm } from './pixels.js';

export interface VisionModel {
  readonly entry: ModelEntry;
  /** Of its input. */
  readonly dtype: DType;
  readonly input: string;
  readonly classes: number;
  readonly answer: DType;
}

/** Makes MobileNet for the images and writes it into the folder. */
export async function makeVisionModel(folder: string, form: TensorForm, seed: number, alpha: number, expected: boolean): Promise<VisionModel> {
  const { buildMobilenet } = await import('./mobilenet.js');
  const { size, layout } = form;
  const dtype = form.dtype === 'uint8' && affineOf(form) !== null ? 'float32' : form.dtype;
  const { name, bytes, ports, outputs, classes } = buildMobilenet({ seed, alpha, size, layout, dtype });
  const entry = await writeModel(folder, bytes, { name, inputs: ['image'], outputs, expected, ports });
  return { entry, dtype, input: ports[0].name, classes, answer: 'float32' };
}

/**
 * Checks the user's model and copies it into the folder.
 * @throws InferplayError DATA with all that differs, and the options that make images for it
 */
export async function copyVisionModel(folder: string, path: string, form: TensorForm, expected: boolean): Promise<VisionModel> {
  const model = await readUserModel(path);
  const [port] = model.inputs;
  const fault = formFault(model) ?? misfit(port, form);
  if (fault !== null) throw new InferplayError('DATA', `The model ${path} does not fit the images: ${fault}.`);
  const [output] = model.outputs;
  const classes = output.shape[1] ?? (await countClasses(path, model, form));
  const entry = await writeModel(folder, model.bytes, { name: model.name, inputs: ['image'], outputs: [output.name], expected, ports: model.inputs });
  return { entry, dtype: port.dtype, input: port.name, classes, answer: output.dtype };
}

function shapeText(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? 'n').join(', ')}]`;
}

/** What no option could mend, as the rest of a sentence. */
function formFault({ inputs, outputs }: UserModel): string | null {
  const named = (ports: readonly ModelPort[]): string => ports.map(({ name }) => name).join(', ') || 'none';
  if (inputs.length !== 1) return `it has ${inputs.length} inputs (${named(inputs)}), and must have one, for the image`;
  if (outputs.length !== 1) return `it has ${outputs.length} outputs (${named(outputs)}), and must have one, [n, classes]`;
  const [{ name, dtype, shape }] = inputs;
  const what = `its input "${name}" is ${dtype} ${shapeText(shape)}`;
  if (shape.length !== 4) return `${what}, and must be [n, height, width, 3] or [n, 3, height, width]`;
  if (layoutOf(shape) === null) return `${what}, and must have three channels, as its last or its second dimension`;
  if (shape[0] !== null && shape[0] !== 1) return `${what}: it takes ${shape[0]} images at a time; export it with an open batch size`;
  const [height, width] = sidesOf(shape, layoutOf(shape)!);
  if (height !== null && width !== null && height !== width) return `${what}, and images are square`;
  if (!['uint8', 'float32', 'float16'].includes(dtype)) return `${what}, and images can be made as uint8, float32 and float16`;
  const answer = outputs[0];
  return answer.shape.length === 2 ? null : `its output "${answer.name}" is ${answer.dtype} ${shapeText(answer.shape)}, and must be [n, classes]`;
}

/** Where the three channels are; a dimension that is open may be them. */
function layoutOf(shape: readonly (number | null)[]): Layout | null {
  if (shape[3] === 3) return 'NHWC';
  if (shape[1] === 3) return 'NCHW';
  return shape[3] === null ? 'NHWC' : shape[1] === null ? 'NCHW' : null;
}

function sidesOf(shape: readonly (number | null)[], layout: Layout): readonly (number | null)[] {
  return layout === 'NHWC' ? shape.slice(1, 3) : shape.slice(2, 4);
}

/** What differs from the images and how to make others; null where the model fits. */
function misfit({ name, dtype, shape }: ModelPort, form: TensorForm): string | null {
  const wanted = shapeOf(form);
  const sent = form.dtype === 'uint8' && (affineOf(form) !== null || dtype === 'float32') ? 'float32' : form.dtype;
  const shapeFits = wanted.every((size, at) => shape[at + 1] === null || shape[at + 1] === size);
  if (shapeFits && sent === dtype) return null;
  const layout = layoutOf(shape)!;
  const side = sidesOf(shape, layout).find((size) => size !== null) ?? null;
  const options = [
    ...(side !== null && side !== form.size ? [`--size ${side}`] : []),
    ...(shapeFits || layout === form.layout ? [] : [`--layout ${layout}`]),
    ...(sent === dtype ? [] : [optionsForDtype(dtype, form)]),
  ];
  return `its input "${name}" is ${dtype} ${shapeText(shape)}, and the images are sent as ${sent} ${shapeText([null, ...wanted])}; generate with ${options.join(' ')}`;
}

function optionsForDtype(dtype: DType, form: TensorForm): string {
  if (dtype === 'float16') return '--dtype float16';
  if (dtype === 'float32') return '--dtype float32';
  // The preset mobilenet-quant would not help where a scale was given besides.
  return form.dtype === 'uint8' ? '--scale none' : '--dtype uint8 --scale none';
}

/** The graph leaves it open, so that one black image must tell. */
async function countClasses(path: string, { bytes, inputs: [port], outputs: [output] }: UserModel, form: TensorForm): Promise<number> {
  const model = await openModel(bytes, { threads: 1 });
  try {
    const values = form.size * form.size * 3;
    const data = port.dtype === 'float32' ? new Float32Array(values) : port.dtype === 'float16' ? new Uint16Array(values) : new Uint8Array(values);
    const { shape } = (await model.run({ [port.name]: { dtype: port.dtype, shape: [1, ...shapeOf(form)], data } }))[output.name];
    if (shape.length === 2 && shape[0] === 1) return shape[1];
    throw new InferplayError('DATA', `The model ${path} does not fit the images: it answers ${shapeText(shape)} to one image, and must answer [1, classes].`);
  } finally {
    model.close();
  }
}
