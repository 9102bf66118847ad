/** Several clients' requests as one run: which fit together, their inputs as one, and the outputs taken apart again. */
import type { BareTensor } from '../core/inference.js';
import type { Job } from './devices.js';
import { Tensor, TYPES } from './tensor-value.js';

/** Whether a request shares its run with others: one that fills the batch alone, and one without one batch for all its inputs, runs at once by itself. */
export function waits({ inputs }: Job, batchSize: number): boolean {
  const rows = inputs.length > 0 && inputs[0].shape.length > 0 ? inputs[0].shape[0] : 0;
  return rows > 0 && rows < batchSize && inputs.every(({ shape }) => shape[0] === rows);
}

/** The job and those behind it in the queue that share its run, until its rows have reached the batch size: the last of them may bring more. */
export function gather(first: Job, queue: readonly Job[], at = queue.indexOf(first)): Job[] {
  const { batchSize } = first.model.definition;
  const jobs = [first];
  if (!waits(first, batchSize)) return jobs;
  let samples = first.inputs[0].batch;
  for (let i = at + 1; i < queue.length && samples < batchSize; i++) {
    const job = queue[i];
    if (job.model !== first.model || !fits(first, job)) continue;
    jobs.push(job);
    samples += job.inputs[0].batch;
  }
  return jobs;
}

/** Same types and same shapes behind the first dimension, and one batch size across the inputs. */
function fits(first: Job, job: Job): boolean {
  const batch = job.inputs[0].batch;
  const firstBatch = first.inputs[0].batch;
  return first.inputs.every((input, i) => {
    const { type, shape } = job.inputs[i];
    return type === input.type && shape.length === input.shape.length && shape[0] === batch && input.shape[0] === firstBatch
      && shape.every((size, axis) => axis === 0 || size === input.shape[axis]);
  });
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
