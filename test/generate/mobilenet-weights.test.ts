import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrationPictures } from '../../generate/calibration-pictures.js';
import { mobilenetLayers } from '../../generate/mobilenet.js';
import { drawWeights, kernelOf, type Layer, type LayerWeights } from '../../generate/mobilenet-weights.js';
import { activated, computed } from '../support/network.js';

const LAYERS = mobilenetLayers(0.25);

function rows(layer: Layer, { weights }: LayerWeights): Float32Array[] {
  const length = weights.length / layer.outputs;
  return Array.from({ length: layer.outputs }, (_, output) => weights.subarray(output * length, (output + 1) * length));
}

test('every layer has its weights and biases, none of them infinite or all alike', () => {
  const all = drawWeights(3, LAYERS);
  assert.equal(all.length, 28);
  for (const [index, { weights, bias }] of all.entries()) {
    const { name, kind, inputs, outputs } = LAYERS[index];
    assert.equal(weights.length, outputs * (kind === 'depthwise' ? 1 : inputs) * kernelOf(LAYERS[index]) ** 2, name);
    assert.equal(bias.length, outputs, name);
    assert.ok(weights.every(Number.isFinite) && bias.every(Number.isFinite), name);
    assert.ok(new Set(weights).size > 0.9 * weights.length, name);
  }
});

test('what all channels have in common falls out of pointwise layers, and depthwise kernels do not look for differences', () => {
  for (const [index, drawn] of drawWeights(3, LAYERS).entries()) {
    const { kind, name } = LAYERS[index];
    for (const row of rows(LAYERS[index], drawn)) {
      const sum = row.reduce((total, weight) => total + weight, 0);
      const size = row.reduce((total, weight) => total + Math.abs(weight), 0);
      if (kind === 'pointwise' || kind === 'classifier') assert.ok(Math.abs(sum) < 1e-5 * size, name);
      if (kind === 'depthwise') assert.ok(row.every((weight) => weight >= 0 && weight <= row[4]), name);
    }
  }
});

test('pictures that were not there when weights were scaled use the range of ReLU6 in every layer, and differ in every logit', () => {
  const all = drawWeights(3, LAYERS);
  let maps = calibrationPictures(12345, 32, 32);
  for (const [index, layer] of LAYERS.entries()) {
    const before = computed(layer, maps, all[index]);
    const { values } = before;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const [meanWanted, deviationWanted] = layer.kind === 'classifier' ? [0, 3] : [2, 2];
    assert.ok(Math.abs(mean - meanWanted) < 0.5, `${layer.name}: mean ${mean}`);
    assert.ok(Math.abs(deviation - deviationWanted) < 0.5, `${layer.name}: deviation ${deviation}`);
    maps = activated(before);
  }
});

test('the same seed gives the same weights, another one others in every layer', () => {
  const all = drawWeights(2 ** 52, LAYERS);
  assert.deepEqual(drawWeights(2 ** 52, LAYERS), all);
  drawWeights(5, LAYERS).forEach(({ weights, bias }, index) => {
    assert.notDeepEqual(weights, all[index].weights);
    assert.notDeepEqual(bias, all[index].bias);
  });
});
