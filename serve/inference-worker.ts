/** The far side: a worker thread that holds sessions and runs them one after the other. */
import { parentPort } from 'node:worker_threads';
import { openBareSession, type BareSession, type BareTensor, type ModelOptions } from '../core/inference.js';
import type { FromThread, ToThread } from './inference-thread.js';
import { backendText } from './models.js';

interface Loaded {
  readonly session: BareSession;
  readonly fetches: { [name: string]: null };
}

const sessions = new Map<number, Loaded | string>();

function load(model: number, blob: Uint8Array, threads: ModelOptions): void {
  try {
    const session = openBareSession(blob, threads);
    const fetches: { [name: string]: null } = {};
    for (const { name, isTensor } of session.outputs) if (isTensor) fetches[name] = null;
    sessions.set(model, { session, fetches });
  } catch (error) {
    sessions.set(model, backendText(error));
  }
}

function run(job: number, model: number, inputs: readonly BareTensor[]): { us: number; outputs: (BareTensor | undefined)[] } {
  const loaded = sessions.get(model);
  if (loaded === undefined || typeof loaded === 'string') throw new Error(loaded ?? 'the model is not loaded');
  const { session, fetches } = loaded;
  const feeds: { [name: string]: BareTensor } = {};
  session.inputs.forEach((name, i) => (feeds[name] = inputs[i]));
  parentPort!.postMessage({ started: job } satisfies FromThread);
  const started = performance.now();
  const answers = Object.keys(fetches).length > 0 ? session.run(feeds, fetches) : {};
  const us = (performance.now() - started) * 1000;
  // Plain objects: what the runtime answers has a class of its own, which would not survive the journey.
  const outputs = session.outputs.map(({ name }) => {
    const answer = answers[name] as BareTensor | undefined;
    return answer && { type: answer.type, dims: [...answer.dims], data: answer.data, location: 'cpu' as const };
  });
  return { us, outputs };
}

parentPort!.on('message', (message: ToThread) => {
  if (message.kind === 'load') return load(message.model, message.blob, message.threads);
  if (message.kind === 'forget') {
    const loaded = sessions.get(message.model);
    if (loaded !== undefined && typeof loaded !== 'string') loaded.session.close();
    sessions.delete(message.model);
    return;
  }
  let answer: FromThread;
  try {
    answer = { job: message.job, ...run(message.job, message.model, message.inputs) };
  } catch (error) {
    answer = { job: message.job, error: backendText(error) };
  }
  parentPort!.postMessage(answer);
});
