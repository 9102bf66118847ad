/** Several clients' requests as one run: which may share one, their inputs as one, and the outputs taken apart again. */
import type { BareTensor } from '../core/inference.js';
import type { Job } from './queue.js';
import { Tensor, TYPES } from './tensor-value.js';

/**
 * Requests of a model with the same text share a run: same types, and same shapes behind the first dimension. Null for one that runs at once
 * and alone, because it fills the batch or has no one batch for all its inputs.
 */
export function signatureOf(inputs: readonly Tensor[], batchSize: number): string | null {
  const rows = inputs.length > 0 && inputs[0].shape.length > 0 ? inputs[0].shape[0] : 0;
  if (rows === 0 || rows >= batchSize) return null;
  let text = '';
  for (const { type, shape } of inputs) {
    if (shape[0] !== rows) return null;
    text += type.name;
    for (let axis = 1; axis < shape.length; axis++) text += `,${shape[axis]}`;
    text += ';';
  }
  return text;
}

function concatenate(jobs: readonly Job[]): Tensor[] {
  return jobs[0].inputs.map((input, i) => {
    const parts = jobs.map((job) => job.inputs[i]);
    const batch = parts.reduce((sum, part) => sum + part.batch, 0);
    return new Tensor(input.type, [batch, ...input.shape.slice(1)], Buffer.concat(parts.map(({ data }) => data)));
  });
}

/** Each job's part of every output, or for all of them the error that an output has lost its batch. */
function outputs(jobs: readonly Job[], whole: readonly (BareTensor | undefined)[]): ((BareTensor | undefined)[] | string)[] {
  const batches = jobs.map((job) => job.inputs[0].batch);
  const total = batches.reduce((sum, batch) => sum + batch, 0);
  if (whole.some((output) => output && output.dims[0] !== total)) return jobs.map(() => 'ERR Model did not generate the expected batch size');
  let from = 0;
  return batches.map((batch) => {
    const start = from;
    from += batch;
    return whole.map((output) => {
      if (!output) return undefined;
      const row = output.data.length / total;
      const data = output.type === TYPES.STRING.onnx
        ? (output.data as string[]).slice(start * row, (start + batch) * row)
        : (output.data as Float32Array).subarray(start * row, (start + batch) * row);
      return { ...output, dims: [batch, ...output.dims.slice(1)], data };
    });
  });
}

export { concatenate, outputs as takeApart };
