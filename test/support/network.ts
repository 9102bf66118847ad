/** A layer of a network in plain JavaScript, for tests of what its weights and its ONNX file compute. */
import { average, depthwise, neighbourhoods, pointwise, type Maps } from '../../generate/convolution.js';
import type { Layer, LayerWeights } from '../../generate/mobilenet-weights.js';

/** What the layer computes before its activation. */
export function computed({ kind, outputs, stride }: Layer, maps: Maps, { weights, bias }: LayerWeights): Maps {
  const result = kind === 'depthwise' ? depthwise(maps, weights, stride)
    : pointwise(kind === 'full' ? neighbourhoods(maps, stride) : kind === 'classifier' ? average(maps) : maps, weights, outputs);
  return { ...result, values: result.values.map((value, index) => value + bias[index % outputs]) };
}

export function activated(maps: Maps): Maps {
  return { ...maps, values: maps.values.map((value) => Math.min(6, Math.max(0, value))) };
}
