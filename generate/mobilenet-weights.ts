/**
 * Random weights for a stack of convolutions that keep pictures apart.
 *
 * With plain random weights, many layers answer nearly the same for every picture, and then a wrong answer could not be told from a right
 * one. So each layer is scaled on small pictures before the next one is drawn, as batch normalisation does when training begins. Two more
 * things are needed:
 *
 * The zeros around the maps shift what is computed at their border, and the last maps of large pictures have another share of border than
 * those of small ones. Activations are not negative; with positive depthwise kernels the shift is nearly the same in all channels, and it
 * falls out of the pointwise layers, because their weights sum to 0 for each output. Otherwise the shift alone decides which class is first.
 *
 * Depthwise kernels of both signs look for differences between neighbours that are much alike, and rounding errors, which differ between
 * runtimes, grow from layer to layer to about what a replay tolerates. With positive kernels and a heavy centre they stay at about a tenth of it.
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
/** Mean and deviation before ReLU6: about one in six is cut off at 0, few at 6. With more cut off, rounding errors grow faster. */
const ACTIVATION_MEAN = 2;
const ACTIVATION_DEVIATION = 2;
const ACTIVATION_MAX = 6;
/** Deviation of a logit between small pictures: the softmax of a thousand then gives its first class something like 0.3. */
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
  const fanIn = (layer.kind === 'depthwise' ? 1 : layer.inputs) * kernelOf(layer) * kernelOf(layer);
  const weights = new Float32Array(layer.outputs * fanIn);
  fillUniform(seed, index, weights, 0, weights.length);
  for (let at = 0; at < weights.length; at += fanIn) {
    const row = weights.subarray(at, at + fanIn);
    if (layer.kind === 'depthwise') row[(TAPS - 1) / 2] += CENTRE_WEIGHT;
    else subtract(row, layer.kind === 'full' ? 0.5 : mean(row));
  }
  return weights;
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at];
  return sum / values.length;
}

function subtract(values: Float32Array, value: number): void {
  for (let at = 0; at < values.length; at++) values[at] -= value;
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
 * Gives each channel of `values`, and the weights that made them, this centre and deviation.
 * @returns the bias
 */
function scale({ channels, values }: Maps, weights: Float32Array, centre: number, deviation: number): Float32Array {
  const positions = values.length / channels;
  const fanIn = weights.length / channels;
  const bias = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let at = channel; at < values.length; at += channels) sum += values[at];
    const before = sum / positions;
    let squares = 0;
    for (let at = channel; at < values.length; at += channels) squares += (values[at] - before) * (values[at] - before);
    const gain = deviation / Math.sqrt(squares / positions);
    for (let at = channel * fanIn; at < (channel + 1) * fanIn; at++) weights[at] *= gain;
    for (let at = channel; at < values.length; at += channels) values[at] = (values[at] - before) * gain + centre;
    bias[channel] = centre - before * gain;
  }
  return bias;
}

function relu6(values: Float64Array): void {
  for (let at = 0; at < values.length; at++) values[at] = Math.min(ACTIVATION_MAX, Math.max(0, values[at]));
}
