/**
 * Random weights for a stack of convolutions that keep pictures apart.
 *
 * Plain random weights answer nearly the same for every picture when there are many layers, and then a wrong answer could not be told from a
 * right one. So each layer is scaled on small pictures before the next is drawn, as batch normalisation does when training begins. Two
 * more things were found necessary:
 *
 * The zeros around the maps shift what is computed at the border, and a map of 7 x 7 has another share of border than the small pictures'.
 * Activations are not negative, so with positive depthwise kernels the shift is nearly the same in all channels, and it falls out of pointwise
 * layers, whose weights sum to 0 for each output. Without that, the shift alone would decide which class wins.
 *
 * Kernels of both signs look at differences between neighbours that are much alike, so that rounding errors grow from layer to layer, until
 * another version of ONNX Runtime answers otherwise than this one. Positive kernels with a heavy centre keep them small.
 */
import { deriveSeed, fillUniform } from '../core/random.js';
import { calibrationPictures } from './calibration-pictures.js';
import { average, depthwise, KERNEL, neighbourhoods, pointwise, TAPS, type Maps } from './convolution.js';

export interface Layer {
  readonly name: string;
  /** `classifier` is a pointwise layer on the average of the maps, and the only one without ReLU6. */
  readonly kind: 'full' | 'depthwise' | 'pointwise' | 'classifier';
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

export interface LayerWeights {
  /** [outputs][inputs][kernel][kernel]; depthwise [outputs][1][kernel][kernel]. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** Many small pictures, not few larger ones: what differs between pictures is what counts. */
const PICTURES = 32;
const PICTURE_SIZE = 32;
/** Mean and deviation before ReLU6: one in six is cut off at 0, few at 6. A smaller mean lets rounding errors grow faster. */
const ACTIVATION_MEAN = 2;
const ACTIVATION_DEVIATION = 2;
const ACTIVATION_MAX = 6;
/** Deviation of a logit: the softmax of a thousand then gives its first class something like 0.3. */
const LOGIT_DEVIATION = 3;
/** How much more the centre of a depthwise kernel weighs than its other taps, which are 0 to 1. */
const CENTRE_WEIGHT = 2;

const PURPOSE_MOBILENET = 10;
const PURPOSE_PICTURES = 11;

/** Side length of the layer's kernel. */
export function kernelOf({ kind }: Layer): number {
  return kind === 'full' || kind === 'depthwise' ? KERNEL : 1;
}

/** Weights of the layers, the first of which takes three colours from 0 to 1. The same seed gives the same bits on every machine. */
export function drawWeights(seed: number, layers: readonly Layer[]): LayerWeights[] {
  const own = deriveSeed(seed, PURPOSE_MOBILENET);
  let maps = calibrationPictures(deriveSeed(seed, PURPOSE_PICTURES), PICTURES, PICTURE_SIZE);
  return layers.map((layer, index) => {
    const weights = rawWeights(own, index, layer);
    maps = applyWeights(layer, maps, weights);
    const last = layer.kind === 'classifier';
    const bias = scale(maps, weights, last ? 0 : ACTIVATION_MEAN, last ? LOGIT_DEVIATION : ACTIVATION_DEVIATION);
    if (!last) relu6(maps.values);
    return { weights, bias };
  });
}

/** Weights in proportion to each other; `scale` gives them their size. */
function rawWeights(seed: number, index: number, layer: Layer): Float32Array {
  const fanIn = (layer.kind === 'depthwise' ? 1 : layer.inputs) * kernelOf(layer) ** 2;
  const weights = new Float32Array(layer.outputs * fanIn);
  fillUniform(seed, index, weights, 0, weights.length);
  for (let at = 0; at < weights.length; at += fanIn) {
    if (layer.kind === 'depthwise') weights[at + (TAPS - 1) / 2] += CENTRE_WEIGHT;
    else {
      let mean = 0.5;
      if (layer.kind !== 'full') {
        let sum = 0;
        for (let input = 0; input < fanIn; input++) sum += weights[at + input];
        mean = sum / fanIn;
      }
      for (let input = 0; input < fanIn; input++) weights[at + input] -= mean;
    }
  }
  return weights;
}

function applyWeights({ kind, outputs, stride }: Layer, maps: Maps, weights: Float32Array): Maps {
  switch (kind) {
    case 'full': return pointwise(neighbourhoods(maps, stride), weights, outputs);
    case 'depthwise': return depthwise(maps, weights, stride);
    case 'pointwise': return pointwise(maps, weights, outputs);
    case 'classifier': return pointwise(average(maps), weights, outputs);
  }
}

/**
 * Gives each channel of `values`, and the weights that made them, this mean and deviation.
 * @returns the bias
 */
function scale({ channels, values }: Maps, weights: Float32Array, mean: number, deviation: number): Float32Array {
  const positions = values.length / channels;
  const fanIn = weights.length / channels;
  const bias = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let at = channel; at < values.length; at += channels) sum += values[at];
    const centre = sum / positions;
    let squares = 0;
    for (let at = channel; at < values.length; at += channels) squares += (values[at] - centre) * (values[at] - centre);
    const gain = deviation / Math.sqrt(squares / positions);
    for (let at = channel * fanIn; at < (channel + 1) * fanIn; at++) weights[at] *= gain;
    for (let at = channel; at < values.length; at += channels) values[at] = (values[at] - centre) * gain + mean;
    bias[channel] = mean - centre * gain;
  }
  return bias;
}

function relu6(values: Float64Array): void {
  for (let at = 0; at < values.length; at++) values[at] = Math.min(ACTIVATION_MAX, Math.max(0, values[at]));
}
