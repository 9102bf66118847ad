/**
 * MobileNet V1 as an ONNX file, made from a seed: the topology of Howard et al. 2017 as TensorFlow builds it, with random weights.
 */
import type { ModelPort } from '../core/inference.js';
import { KERNEL, samePadding } from './convolution.js';
import { drawWeights, type Layer, type Weights } from './mobilenet-weights.js';
import { ELEMENT_TYPES, encodeOnnx, type Graph, type Initializer, type Node } from './onnx-file.js';

/** ImageNet's thousand and the background, as TensorFlow's MobileNet has them. */
const CLASSES = 1001;
const COLOURS = 3;
const FIRST_CHANNELS = 32;
/** Stride and channels of the thirteen depthwise-separable blocks, for alpha 1. */
const BLOCKS = [
  [1, 64], [2, 128], [1, 128], [2, 256], [1, 256], [2, 512], [1, 512], [1, 512], [1, 512], [1, 512], [1, 512], [2, 1024], [1, 1024],
] as const;

const INPUT = 'input';
const OUTPUT = 'MobilenetV1/Predictions/Reshape_1';

export interface MobilenetOptions {
  readonly seed: number;
  /** Width: 1, 0.75, 0.5 or 0.25 of the channels. */
  readonly alpha: number;
  /** Side length of the pictures in pixels, 32 or more. */
  readonly size: number;
  readonly layout: 'NHWC' | 'NCHW';
  /** Of the input. uint8 is 0 to 255, which is divided by 255 inside. */
  readonly dtype: 'uint8' | 'float32' | 'float16';
}

export interface MobilenetModel {
  readonly name: string;
  readonly bytes: Buffer;
  readonly ports: readonly ModelPort[];
  readonly outputs: readonly string[];
  readonly classes: number;
}

/** The same options give the same bytes. */
export function buildMobilenet({ seed, alpha, size, layout, dtype }: MobilenetOptions): MobilenetModel {
  const name = `mobilenet_v1_${String(alpha * 100).padStart(3, '0')}_${size}`;
  const shape = layout === 'NHWC' ? [size, size, COLOURS] : [COLOURS, size, size];
  const layers = mobilenetLayers(alpha);
  const nodes: Node[] = [];
  const initializers: Initializer[] = [];
  addInput(layout, dtype, nodes, initializers);
  addLayers(layers, drawWeights(seed, layers), size, nodes, initializers);
  const graph: Graph = {
    name,
    doc: `MobileNet V1, alpha ${alpha}, ${size} x ${size}, seed ${seed}. Made by inferplay: weights are random, answers mean nothing.`,
    inputs: [{ name: INPUT, dtype, shape: ['batch', ...shape] }],
    outputs: [{ name: OUTPUT, shape: ['batch', CLASSES] }],
    nodes,
    initializers,
  };
  return { name, bytes: encodeOnnx(graph), ports: [{ name: INPUT, dtype, shape: [null, ...shape] }], outputs: [OUTPUT], classes: CLASSES };
}

/** The 27 convolutions and the classifier, with TensorFlow's names. */
function mobilenetLayers(alpha: number): Layer[] {
  const first = FIRST_CHANNELS * alpha;
  const layers: Layer[] = [{ name: 'Conv2d_0', kind: 'full', inputs: COLOURS, outputs: first, stride: 2 }];
  let inputs = first;
  BLOCKS.forEach(([stride, channels], index) => {
    const outputs = channels * alpha;
    layers.push(
      { name: `Conv2d_${index + 1}_depthwise`, kind: 'depthwise', inputs, outputs: inputs, stride },
      { name: `Conv2d_${index + 1}_pointwise`, kind: 'pointwise', inputs, outputs, stride: 1 },
    );
    inputs = outputs;
  });
  return [...layers, { name: 'Logits', kind: 'logits', inputs, outputs: CLASSES, stride: 1 }];
}

/** From what the data set sends to the value `pixels`, float32 in channel order. */
function addInput(layout: MobilenetOptions['layout'], dtype: MobilenetOptions['dtype'], nodes: Node[], initializers: Initializer[]): void {
  let value = INPUT;
  const add = (op: string, output: string, more: readonly string[] = [], integers: Node['integers'] = {}): void => {
    nodes.push({ op, inputs: [value, ...more], outputs: [output], integers });
    value = output;
  };
  if (dtype !== 'float32') add('Cast', 'float', [], { to: ELEMENT_TYPES.float32 });
  if (dtype === 'uint8') {
    initializers.push({ name: 'white', shape: [], values: Float32Array.of(255) });
    add('Div', 'scaled', ['white']);
  }
  if (layout === 'NHWC') add('Transpose', 'channels_first', [], { perm: [0, 3, 1, 2] });
  add('Identity', 'pixels');
}

function addLayers(layers: readonly Layer[], weights: readonly Weights[], pictureSize: number, nodes: Node[], initializers: Initializer[]): void {
  initializers.push({ name: 'zero', shape: [], values: Float32Array.of(0) }, { name: 'six', shape: [], values: Float32Array.of(6) });
  let value = 'pixels';
  let size = pictureSize;
  layers.forEach(({ name, kind, inputs, outputs, stride }, index) => {
    const parameters = [`${name}/weights`, `${name}/biases`];
    const kernel = kind === 'full' || kind === 'depthwise' ? KERNEL : 1;
    const group = kind === 'depthwise' ? inputs : 1;
    initializers.push(
      { name: parameters[0], shape: kind === 'logits' ? [outputs, inputs] : [outputs, inputs / group, kernel, kernel], values: weights[index].weights },
      { name: parameters[1], shape: [outputs], values: weights[index].bias },
    );
    if (kind === 'logits') {
      nodes.push(
        { op: 'GlobalAveragePool', inputs: [value], outputs: ['average'] },
        { op: 'Flatten', inputs: ['average'], outputs: ['features'], integers: { axis: 1 } },
        { op: 'Gemm', inputs: ['features', ...parameters], outputs: [name], integers: { transB: 1 } },
        { op: 'Softmax', inputs: [name], outputs: [OUTPUT], integers: { axis: 1 } },
      );
      return;
    }
    const padding = kernel === 1 ? { size, begin: 0, end: 0 } : samePadding(size, stride);
    const { begin, end } = padding;
    nodes.push(
      { op: 'Conv', inputs: [value, ...parameters], outputs: [name], integers: { group, kernel_shape: [kernel, kernel], pads: [begin, begin, end, end], strides: [stride, stride] } },
      { op: 'Clip', inputs: [name, 'zero', 'six'], outputs: [`${name}/Relu6`] },
    );
    value = `${name}/Relu6`;
    size = padding.size;
  });
}
