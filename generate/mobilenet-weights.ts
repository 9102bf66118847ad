/**
 * Random weights of MobileNet that keep pictures apart.
 */
import { deriveSeed, fillUniform } from '../core/random.js';
import { calibrationPictures } from './calibration-pictures.js';
import { depthwise, KERNEL, neighbourhoods, pointwise, type Maps } from './convolution.js';

export interface Layer {
  readonly name: string;
  readonly kind: 'full' | 'depthwise' | 'pointwise' | 'logits';
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

export interface Weights {
  /** full [outputs][inputs][3][3], depthwise [outputs][1][3][3], pointwise and logits [outputs][inputs]. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

export const tune = {
  pictures: Number(process.env.PICS ?? 8), size: Number(process.env.PSIZE ?? 64), mean: Number(process.env.MEAN ?? 2), dev: Number(process.env.DEV ?? 2), logit: Number(process.env.LOGIT ?? 3), lean: Number(process.env.LEAN ?? 0),
};

export function drawWeights(seed: number, layers: readonly Layer[]): Weights[] {
  const own = deriveSeed(seed, 10);
  let maps = calibrationPictures(deriveSeed(own, 1), tune.pictures, tune.size);
  return layers.map((layer, index) => {
    const weights = new Float32Array(layer.outputs * fanIn(layer));
    const bias = new Float32Array(layer.outputs);
    fillUniform(own, index, weights, 0, weights.length);
    const lean = layer.kind === 'depthwise' ? tune.lean : 0;
    for (let at = 0; at < weights.length; at++) weights[at] = 2 * weights[at] - 1 + lean;
    maps = apply(layer, maps, weights);
    if (layer.kind === 'logits') scale(maps, weights, bias, 0, tune.logit);
    else {
      scale(maps, weights, bias, tune.mean, tune.dev);
      clip(maps.values);
    }
    return { weights, bias };
  });
}

function fanIn({ kind, inputs }: Layer): number {
  return kind === 'full' ? inputs * KERNEL * KERNEL : kind === 'depthwise' ? KERNEL * KERNEL : inputs;
}

function apply(layer: Layer, maps: Maps, weights: Float32Array): Maps {
  if (layer.kind === 'depthwise') return depthwise(maps, weights, layer.stride);
  if (layer.kind === 'full') return pointwise(neighbourhoods(maps, layer.stride), weights, layer.outputs);
  return pointwise(layer.kind === 'logits' ? average(maps) : maps, weights, layer.outputs);
}

function average({ count, size, channels, values }: Maps): Maps {
  const result = new Float64Array(count * channels);
  const positions = size * size;
  for (let at = 0, map = 0; map < count; map++) {
    for (let position = 0; position < positions; position++) {
      for (let channel = 0; channel < channels; channel++, at++) result[map * channels + channel] += values[at];
    }
  }
  return { count, size: 1, channels, values: result.map((sum) => sum / positions) };
}

function scale({ channels, values }: Maps, weights: Float32Array, bias: Float32Array, mean: number, deviation: number): void {
  const positions = values.length / channels;
  const sums = new Float64Array(channels);
  for (let at = 0; at < values.length; at += channels) for (let c = 0; c < channels; c++) sums[c] += values[at + c];
  const squares = new Float64Array(channels);
  for (let c = 0; c < channels; c++) sums[c] /= positions;
  for (let at = 0; at < values.length; at += channels) for (let c = 0; c < channels; c++) {
    const d = values[at + c] - sums[c];
    squares[c] += d * d;
  }
  const fan = weights.length / channels;
  for (let c = 0; c < channels; c++) {
    const gain = deviation / Math.sqrt(squares[c] / positions + 1e-12);
    for (let at = c * fan; at < (c + 1) * fan; at++) weights[at] *= gain;
    bias[c] = mean - sums[c] * gain;
    for (let at = c; at < values.length; at += channels) values[at] = (values[at] - sums[c]) * gain + mean;
  }
}

function clip(values: Float64Array): void {
  for (let at = 0; at < values.length; at++) values[at] = Math.min(6, Math.max(0, values[at]));
}
