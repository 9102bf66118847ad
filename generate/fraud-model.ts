/**
 * The fraud models of a data set: made from a seed, or a user's own, checked.
 *
 * The network is the one that aibench measures, 30 → 18 → 27 → 40 → 2 with sigmoids and a softmax. Weights are random, but every
 * neuron is centred and scaled on a small sample, because a random sigmoid network otherwise answers nearly the same for
 * every row, and then a wrong answer could not be told from a right one. The scaling of the raw columns (seconds, dollars)
 * is folded into the first layer, so that the input is the transaction as it is. In the network with reference, the 256
 * reference values are projected to 8 and added to the second layer: each of them changes the answer.
 */
import { InferplayError } from '../core/errors.js';
import type { ModelPort } from '../core/inference.js';
import type { ModelEntry } from '../core/manifest.js';
import { deriveSeed, uniform } from '../core/random.js';
import { COLUMN_DEVIATIONS, COLUMN_MEANS, TRANSACTION_VALUES } from './kaggle-rows.js';
import { readUserModel, writeModel } from './model-file.js';
import { encodeOnnx, type Graph, type Initializer, type Node } from './onnx-file.js';

export const MODEL_WITH_REFERENCE = 'financialNet';
export const MODEL_WITHOUT_REFERENCE = 'financialNet_NoReference';

const LAYERS = [TRANSACTION_VALUES, 18, 27, 40, 2] as const;
/** Width of the reference's projection, and the layer that it is added to (0 is the first). */
const PROJECTION = 8;
const REFERENCE_LAYER = 1;
/** Rows of the sample on which neurons are scaled. */
const SAMPLE_ROWS = 512;
/** Spread of a neuron's input over the sample: enough to use the sigmoid's curve, not so much that it only saturates. */
const NEURON_SPREAD = 2;
/** How far the first output (legitimate) is ahead on average: frauds are the rarer class. */
const LEGITIMATE_LEAD = 1;

const PURPOSE_MODEL = 2;

export interface FraudModelOptions {
  readonly seed: number;
  /** Values of the column `reference`; 0 for the no-reference case. */
  readonly referenceValues: number;
  /** Path of a user's own model, which then is the only one. */
  readonly userModel?: string;
}

/**
 * Writes the data set's models into its folder; the same options give the same bytes.
 * @returns their entries for the manifest; `expected` marks the model whose answers the data set holds
 * @throws InferplayError DATA when the user's model cannot be read or does not fit the data set's columns
 */
export async function writeFraudModels(folder: string, options: FraudModelOptions): Promise<ModelEntry[]> {
  if (options.userModel !== undefined) return [await copyUserModel(folder, options.userModel, options.referenceValues)];
  const withReference = options.referenceValues > 0;
  const entries: ModelEntry[] = [];
  if (withReference) {
    entries.push(await writeGraph(folder, fraudGraph(options.seed, options.referenceValues), true));
  }
  entries.push(await writeGraph(folder, fraudGraph(options.seed, 0), !withReference));
  return entries;
}

function writeGraph(folder: string, graph: Graph, expected: boolean): Promise<ModelEntry> {
  const ports = graph.inputs.map(({ name, shape }): ModelPort => ({ name, dtype: 'float32', shape: shape.map((size) => (typeof size === 'number' ? size : null)) }));
  const names = (of: readonly { readonly name: string }[]): string[] => of.map(({ name }) => name);
  return writeModel(folder, encodeOnnx(graph), { name: graph.name, inputs: names(graph.inputs), outputs: names(graph.outputs), expected, ports });
}

/** Draws weights in [-1, 1), one after the other. */
function weightSource(seed: number): () => number {
  const own = deriveSeed(seed, PURPOSE_MODEL);
  let index = 0;
  return () => 2 * uniform(own, index++) - 1;
}

/** Weights are kept to 12 binary places: a last bit that a future Math.exp computes otherwise changes no byte of the file. */
function rounded(value: number): number {
  return Math.round(value * 4096) / 4096;
}

/** A dense layer; `weights` are row-major [inputs][outputs]. */
interface Dense {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/** A random layer whose outputs have mean 0 and the given spread over the sample. */
function scaledDense(inputs: number, outputs: number, sample: readonly Float64Array[], spread: number, draw: () => number): Dense {
  const layer: Dense = { inputs, outputs, weights: Float64Array.from({ length: inputs * outputs }, draw), bias: new Float64Array(outputs) };
  const values = sample.map((row) => apply(layer, row));
  for (let output = 0; output < outputs; output++) {
    const mean = values.reduce((sum, row) => sum + row[output], 0) / values.length;
    const variance = values.reduce((sum, row) => sum + (row[output] - mean) ** 2, 0) / values.length;
    const gain = spread / Math.sqrt(variance);
    for (let input = 0; input < inputs; input++) layer.weights[input * outputs + output] = rounded(layer.weights[input * outputs + output] * gain);
    layer.bias[output] = rounded(-mean * gain);
  }
  return layer;
}

function apply({ inputs, outputs, weights, bias }: Dense, row: Float64Array): Float64Array {
  const result = Float64Array.from(bias);
  for (let input = 0; input < inputs; input++) {
    for (let output = 0; output < outputs; output++) result[output] += row[input] * weights[input * outputs + output];
  }
  return result;
}

function sigmoid(row: Float64Array): Float64Array {
  return row.map((value) => 1 / (1 + Math.exp(-value)));
}

/** Rows of independent values with mean 0 and deviation 1: sums of four uniform ones. */
function unitSample(values: number, draw: () => number): Float64Array[] {
  const scale = Math.sqrt(3) / 2;
  return Array.from({ length: SAMPLE_ROWS }, () => Float64Array.from({ length: values }, () => (draw() + draw() + draw() + draw()) * scale));
}

/** The graph; without reference where `referenceValues` is 0. Both share the weights of all dense layers. */
function fraudGraph(seed: number, referenceValues: number): Graph {
  const draw = weightSource(seed);
  const layers: Dense[] = [];
  let sample = unitSample(TRANSACTION_VALUES, draw);
  for (let index = 0; index + 1 < LAYERS.length; index++) {
    const layer = scaledDense(LAYERS[index], LAYERS[index + 1], sample, NEURON_SPREAD, draw);
    sample = sample.map((row) => sigmoid(apply(layer, row)));
    layers.push(layer);
  }
  layers[layers.length - 1].bias[0] += LEGITIMATE_LEAD;
  layers[0] = foldScaling(layers[0]);

  const initializers = layers.flatMap((layer, index): Initializer[] => [
    { name: `dense${index + 1}_weights`, shape: [layer.inputs, layer.outputs], values: Float32Array.from(layer.weights) },
    { name: `dense${index + 1}_bias`, shape: [layer.outputs], values: Float32Array.from(layer.bias) },
  ]);
  const nodes: Node[] = [];
  let value = 'transaction';
  for (let index = 0; index < layers.length; index++) {
    const last = index === layers.length - 1;
    let addend = `dense${index + 1}_bias`;
    if (index === REFERENCE_LAYER && referenceValues > 0) {
      addend = addReference(referenceValues, layers[index], addend, draw, nodes, initializers);
    }
    const sum = last ? 'logits' : `dense${index + 1}`;
    nodes.push({ op: 'Gemm', inputs: [value, `dense${index + 1}_weights`, addend], outputs: [sum] });
    value = last ? 'output' : `hidden${index + 1}`;
    nodes.push(last ? { op: 'Softmax', inputs: [sum], outputs: [value], integers: { axis: 1 } } : { op: 'Sigmoid', inputs: [sum], outputs: [value] });
  }
  const inputs = [{ name: 'transaction', shape: ['batch', TRANSACTION_VALUES] }];
  if (referenceValues > 0) inputs.push({ name: 'reference', shape: ['batch', referenceValues] });
  return {
    name: referenceValues > 0 ? MODEL_WITH_REFERENCE : MODEL_WITHOUT_REFERENCE,
    doc: `Card fraud, ${LAYERS.join('-')}, seed ${seed}. Made by inferplay: weights are random, answers mean nothing.`,
    inputs,
    outputs: [{ name: 'output', shape: ['batch', LAYERS[LAYERS.length - 1]] }],
    nodes,
    initializers,
  };
}

/** x' = (x - mean) / deviation before the first layer is the same as other weights and another bias in it. */
function foldScaling({ inputs, outputs, weights, bias }: Dense): Dense {
  const folded = { inputs, outputs, weights: Float64Array.from(weights), bias: Float64Array.from(bias) };
  for (let input = 0; input < inputs; input++) {
    for (let output = 0; output < outputs; output++) {
      const at = input * outputs + output;
      folded.weights[at] = weights[at] / COLUMN_DEVIATIONS[input];
      folded.bias[output] -= folded.weights[at] * COLUMN_MEANS[input];
    }
  }
  return folded;
}

/** Two products turn the reference into one addend per neuron of the layer, bias included. Answers the addend's name. */
function addReference(
  values: number, layer: Dense, bias: string, draw: () => number, nodes: Node[], initializers: Initializer[],
): string {
  // Uniform values in [0, 1) have mean 1/2 and variance 1/12; weights in [-1, 1) have variance 1/3.
  const gain = Math.sqrt(36 / values);
  const down = Float32Array.from({ length: values * PROJECTION }, () => rounded(draw() * gain));
  const up = Float32Array.from({ length: PROJECTION * layer.outputs }, () => rounded(draw() * NEURON_SPREAD * Math.sqrt(3 / PROJECTION)));
  const centre = new Float32Array(PROJECTION);
  for (let index = 0; index < down.length; index++) centre[index % PROJECTION] -= down[index] / 2;
  initializers.push(
    { name: 'reference_down', shape: [values, PROJECTION], values: down },
    { name: 'reference_centre', shape: [PROJECTION], values: centre },
    { name: 'reference_up', shape: [PROJECTION, layer.outputs], values: up },
  );
  nodes.push(
    { op: 'Gemm', inputs: ['reference', 'reference_down', 'reference_centre'], outputs: ['projected'] },
    { op: 'Gemm', inputs: ['projected', 'reference_up', bias], outputs: ['reference_addend'] },
  );
  return 'reference_addend';
}

async function copyUserModel(folder: string, path: string, referenceValues: number): Promise<ModelEntry> {
  const { name, bytes, inputs, outputs } = await readUserModel(path);
  const problem = misfit(inputs, outputs, referenceValues);
  if (problem) throw new InferplayError('DATA', `The model ${path} does not fit the data set: ${problem}.`);
  return writeModel(folder, bytes, { name, inputs: inputs.map((port) => port.name), outputs: outputs.map((port) => port.name), expected: true, ports: inputs });
}

/** What differs from the columns, as the rest of a sentence; null when the model fits. */
function misfit(inputs: readonly ModelPort[], outputs: readonly ModelPort[], referenceValues: number): string | null {
  if (!inputs.some((port) => port.name === 'transaction')) {
    return `it has no input "transaction" (its inputs are ${inputs.map((port) => port.name).join(', ') || 'none'})`;
  }
  for (const port of inputs) {
    if (port.name !== 'transaction' && port.name !== 'reference') {
      return `it has an input "${port.name}", and the data set has only "transaction" and "reference"`;
    }
    if (port.name === 'reference' && referenceValues === 0) {
      const values = port.shape[port.shape.length - 1];
      return `it reads a reference, and the data set has none; generate with --reference-values ${values ?? 256}`;
    }
    const problem = misshapen(port, port.name === 'transaction' ? TRANSACTION_VALUES : referenceValues, `input "${port.name}"`);
    if (problem) return problem;
  }
  if (outputs.length !== 1) return `it has ${outputs.length} outputs (${outputs.map((port) => port.name).join(', ')}), and there must be one`;
  return misshapen(outputs[0], LAYERS[LAYERS.length - 1], `output "${outputs[0].name}"`);
}

function misshapen({ dtype, shape }: ModelPort, values: number, what: string): string | null {
  const shapeText = `[${shape.map((size) => size ?? '*').join(', ')}]`;
  const fits = dtype === 'float32' && shape.length === 2 && shape[0] === null && (shape[1] === values || shape[1] === null);
  if (fits) return null;
  const hint = shape.length === 2 && shape[0] !== null ? '; export it with a dynamic batch size' : '';
  return `its ${what} is ${dtype} ${shapeText}, and it must be float32 [*, ${values}]${hint}`;
}
