/** Small models for images, as ONNX files: enough to see that they are given what they should be. */
import { writeFileSync } from 'node:fs';
import { encodeOnnx, type Graph, type Node } from '../../generate/onnx-file.js';

export interface ImageModelOptions {
  readonly shape?: readonly (number | string)[];
  readonly dtype?: 'uint8' | 'float32' | 'float16';
  /** Axes that are left: the mean of each channel is the answer. */
  readonly layout?: 'NHWC' | 'NCHW';
  readonly inputs?: number;
  readonly outputs?: number;
  readonly answer?: readonly (number | string)[];
}

/** The mean of each of three channels, so that the classes are red, green and blue: `input` [n, size, size, 3] → `means` [n, 3]. */
export function writeMeansModel(path: string, size: number, options: ImageModelOptions = {}): void {
  const { layout = 'NHWC', dtype = 'float32', inputs = 1, outputs = 1 } = options;
  const { shape = ['batch', ...(layout === 'NHWC' ? [size, size, 3] : [3, size, size])], answer = ['batch', 3] } = options;
  const names = Array.from({ length: outputs }, (_, at) => (at === 0 ? 'means' : `more${at}`));
  // A pooling over all that is left of each channel; uint8 and float16 are cast first.
  const nodes: Node[] = [
    { op: 'Cast', inputs: ['input'], outputs: ['floats'], integers: { to: 1 } },
    ...(layout === 'NHWC' ? [{ op: 'Transpose', inputs: ['floats'], outputs: ['channels'], integers: { perm: [0, 3, 1, 2] } }] : [{ op: 'Identity', inputs: ['floats'], outputs: ['channels'] }]),
    { op: 'GlobalAveragePool', inputs: ['channels'], outputs: ['pooled'] },
    ...names.map((name) => ({ op: 'Flatten', inputs: ['pooled'], outputs: [name], integers: { axis: 1 } })),
  ];
  const graph: Graph = {
    name: 'means', doc: '', nodes, initializers: [],
    inputs: Array.from({ length: inputs }, (_, at) => ({ name: at === 0 ? 'input' : `input${at}`, dtype, shape })),
    outputs: names.map((name) => ({ name, shape: answer })),
  };
  writeFileSync(path, encodeOnnx(graph));
}
