import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { FromThread, ToThread } from '../../serve/inference-thread.js';
import { multiplyModel } from '../support/resp-client.js';

test('the worker loads, runs, refuses and forgets models', async (t) => {
  const worker = new Worker(new URL('../../serve/inference-worker.js', import.meta.url));
  t.after(() => worker.terminate());
  const input = { type: 'float32', dims: [1, 2], data: new Float32Array([3, 4]), location: 'cpu' } as const;
  const ask = (message: ToThread): Promise<FromThread> => new Promise((resolve) => {
    const listen = (answer: FromThread): void => {
      if ('started' in answer) return;
      worker.off('message', listen);
      resolve(answer);
    };
    worker.on('message', listen);
    worker.postMessage(message);
  });
  worker.postMessage({ kind: 'load', model: 1, blob: new Uint8Array(multiplyModel()), threads: { threads: 1 } } satisfies ToThread);
  const good = await ask({ kind: 'run', job: 7, model: 1, inputs: [input, input] });
  assert.ok('outputs' in good && good.job === 7);
  assert.deepEqual([...(good.outputs[0]!.data as Float32Array)], [9, 16]);
  worker.postMessage({ kind: 'forget', model: 1 } satisfies ToThread);
  assert.deepEqual(await ask({ kind: 'run', job: 8, model: 1, inputs: [] }), { job: 8, error: 'the model is not loaded' });
  worker.postMessage({ kind: 'load', model: 2, blob: new Uint8Array([1, 2, 3]), threads: { threads: 1 } } satisfies ToThread);
  assert.deepEqual(await ask({ kind: 'run', job: 9, model: 2, inputs: [] }), { job: 9, error: 'Failed to load model because protobuf parsing failed.' });
});
