/**
 * MobileNet V1 as an ONNX file, made from a seed: the topology of Howard et al. (2017) as TensorFlow builds it, down to the names of its
 * layers and its asymmetric padding, with random weights (see mobilenet-weights.ts). Batch normalisation is folded into weights and biases.
 * The model takes what the data set sends: the layout is turned and bytes are scaled inside.
 */
import type { ModelPort } from '../core/inference.js';
import { samePadding } from './convolution.js';
import { drawWeights, kernelOf, type Layer, type LayerWeights } from './mobilenet-weights.js';
import { ELEMENT_TYPES, encodeOnnx, type Graph, type Initializer, type Node } from './onnx-file.js';

/** ImageNet's thousand and the background. */
const CLASSES = 1001;
const COLOURS = 3;
const FIRST_CHANNELS = 32;
/** Stride and channels of the depthwise-separable blocks. */
const BLOCKS = [
  [1, 64], [2, 128], [1, 128], [2, 256], [1, 256], [2, 512], [1, 512], [1, 512], [1, 512], [1, 512], [1, 512], [2, 1024], [1, 1024],
] as const;
const WHITE = 255;

const INPUT = 'input';
const OUTPUT = 'MobilenetV1/Predictions/Reshape_1';

export interface MobilenetOptions {
  readonly seed: number;
  /** Which part of the channels there is: 1, 0.75, 0.5 or 0.25. */
  readonly alpha: number;
  /** Side of the pictures in pixels, at least 32. */
  readonly size: number;
  readonly layout: 'NHWC' | 'NCHW';
  /** uint8 is 0 to 255, the others are expected to be 0 to 1. */
  readonly dtype: 'uint8' | 'float32' | 'float16';
}

export interface Mobilenet {
  /** For example `mobilenet_v1_100_224`. */
  readonly name: string;
  readonly bytes: Buffer;
  /** The input. */
  readonly ports: readonly ModelPort[];
  /** The output's name; it is float32 [batch, classes] and sums to 1. */
  readonly outputs: readonly string[];
  readonly classes: number;
}

/** The same options give the same bytes. Weights depend on seed and alpha only. */
export function buildMobilenet({ seed, alpha, size, layout, dtype }: MobilenetOptions): Mobilenet {
  const name = `mobilenet_v1_${String(alpha * 100).padStart(3, '0')}_${size}`;
  const shape = layout === 'NHWC' ? [size, size, COLOURS] : [COLOURS, size, size];
  const layers = mobilenetLayers(alpha);
  const nodes: Node[] = [];
  const initializers: Initializer[] = [];
  const pixels = addInput(layout, dtype, nodes, initializers);
  addLayers(layers, drawWeights(seed, layers), pixels, size, nodes, initializers);
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

/** The 27 convolutions and the classifier. */
export function mobilenetLayers(alpha: number): Layer[] {
  let inputs = FIRST_CHANNELS * alpha;
  const layers: Layer[] = [{ name: 'Conv2d_0', kind: 'full', inputs: COLOURS, outputs: inputs, stride: 2 }];
  for (const [index, [stride, channels]] of BLOCKS.entries()) {
    layers.push({ name: `Conv2d_${index + 1}_depthwise`, kind: 'depthwise', inputs, outputs: inputs, stride });
    layers.push({ name: `Conv2d_${index + 1}_pointwise`, kind: 'pointwise', inputs, outputs: channels * alpha, stride: 1 });
    inputs = channels * alpha;
  }
  return [...layers, { name: 'Logits', kind: 'classifier', inputs, outputs: CLASSES, stride: 1 }];
}

/** From what the data set sends to float32 in channels-first layout. @returns that value's name */
function addInput(layout: MobilenetOptions['layout'], dtype: MobilenetOptions['dtype'], nodes: Node[], initializers: Initializer[]): string {
  let value = INPUT;
  if (dtype !== 'float32') {
    nodes.push({ op: 'Cast', inputs: [value], outputs: ['float'], integers: { to: ELEMENT_TYPES.float32 } });
    value = 'float';
  }
  if (dtype === 'uint8') {
    initializers.push({ name: 'white', shape: [], values: Float32Array.of(WHITE) });
    nodes.push({ op: 'Div', inputs: [value, 'white'], outputs: ['scaled'] });
    value = 'scaled';
  }
  if (layout === 'NHWC') {
    nodes.push({ op: 'Transpose', inputs: [value], outputs: ['channels_first'], integers: { perm: [0, 3, 1, 2] } });
    value = 'channels_first';
  }
  return value;
}

function addLayers(layers: readonly Layer[], weights: readonly LayerWeights[], pixels: string, pictureSize: number, nodes: Node[], initializers: Initializer[]): void {
  initializers.push({ name: 'zero', shape: [], values: Float32Array.of(0) }, { name: 'six', shape: [], values: Float32Array.of(6) });
  let value = pixels;
  let size = pictureSize;
  for (const [index, layer] of layers.entries()) {
    const { name, kind, inputs, outputs, stride } = layer;
    const parameters = [`${name}/weights`, `${name}/biases`];
    const kernel = kernelOf(layer);
    const group = kind === 'depthwise' ? inputs : 1;
    const shape = kind === 'classifier' ? [outputs, inputs] : [outputs, inputs / group, kernel, kernel];
    initializers.push({ name: parameters[0], shape, values: weights[index].weights }, { name: parameters[1], shape: [outputs], values: weights[index].bias });
    if (kind === 'classifier') {
      nodes.push(
        { op: 'GlobalAveragePool', inputs: [value], outputs: ['AvgPool'] },
        { op: 'Flatten', inputs: ['AvgPool'], outputs: ['features'], integers: { axis: 1 } },
        { op: 'Gemm', inputs: ['features', ...parameters], outputs: [name], integers: { transB: 1 } },
        { op: 'Softmax', inputs: [name], outputs: [OUTPUT], integers: { axis: 1 } },
      );
    } else {
      const padding = kernel === 1 ? { size, begin: 0, end: 0 } : samePadding(size, stride);
      const pads = [padding.begin, padding.begin, padding.end, padding.end];
      const integers = { group, kernel_shape: [kernel, kernel], pads, strides: [stride, stride] };
      nodes.push({ op: 'Conv', inputs: [value, ...parameters], outputs: [name], integers });
      value = `${name}/Relu6`;
      nodes.push({ op: 'Clip', inputs: [name, 'zero', 'six'], outputs: [value] });
      size = padding.size;
    }
  }
}
