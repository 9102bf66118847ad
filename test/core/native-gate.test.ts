import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { enterNative, leaveNative, terminateGently } from '../../core/native-gate.js';
import { writeFraudModels } from '../../generate/fraud-model.js';
import { temporaryFolder } from '../support/paths.js';

const inference = new URL('../../core/inference.js', import.meta.url).href;
const gate = new URL('../../core/native-gate.js', import.meta.url).href;

/** Threads that open models and run large batches without a pause, and a main thread that ends them or the process. */
async function script(t: { after(fn: () => void): void }, main: string): Promise<string> {
  const folder = temporaryFolder(t);
  await writeFraudModels(folder, { seed: 1, referenceValues: 0 });
  const path = join(folder, 'busy.mjs');
  writeFileSync(path, `
    import { isMainThread, Worker } from 'node:worker_threads';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { openModel } from '${inference}';
    import { terminateGently } from '${gate}';
    const start = () => new Worker(new URL(import.meta.url));
    if (isMainThread) { ${main} } else {
      const feeds = { transaction: { dtype: 'float32', shape: [4096, 30], data: new Float32Array(4096 * 30) } };
      for (;;) {
        const model = await openModel(${JSON.stringify(join(folder, 'financialNet_NoReference.onnx'))}, { threads: 1 });
        for (let run = 0; run < 5; run++) model.runSync(feeds);
        model.close();
      }
    }
  `);
  return path;
}

test('a process may end at any moment, whatever its threads are doing inside the runtime', async (t) => {
  const path = await script(t, 'start(); start(); start(); await sleep(Number(process.argv[2])); process.exit(7);');
  for (let round = 0; round < 12; round++) {
    const { status, signal, stderr } = spawnSync(process.execPath, [path, String(60 + round * 20)], { encoding: 'utf8' });
    assert.deepEqual([status, signal, stderr], [7, null, ''], `round ${round}`);
  }
});

test('threads end gently in the middle of their work, and others start after them', async (t) => {
  const path = await script(t, `
    for (let round = 0; round < 8; round++) {
      const threads = [start(), start()];
      await sleep(60 + round * 20);
      await Promise.all([...threads, threads[0]].map(terminateGently));
    }
    console.log('done');
  `);
  const { status, stdout, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8' });
  assert.deepEqual([status, stdout, stderr], [0, 'done\n', '']);
});

test('a thread that has ended, or never runs a model, ends at once', async () => {
  const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  await terminateGently(worker);
  await ended;
  await terminateGently(worker);
});

test('the main thread passes the gate at any time', () => {
  enterNative();
  enterNative();
  leaveNative();
  leaveNative();
});

/** A thread in a call that takes so long, given up by a main thread that then ends with code 7. */
function leaving(t: { after(fn: () => void): void }, callMs: number) {
  const path = join(temporaryFolder(t), 'leaving.mjs');
  writeFileSync(path, `
    import { isMainThread, parentPort, Worker } from 'node:worker_threads';
    import { enterNative, giveUp, leaveNative } from '${gate}';
    if (isMainThread) {
      const worker = new Worker(new URL(import.meta.url));
      worker.once('message', () => { worker.unref(); giveUp(worker); process.exitCode = 7; });
    } else {
      enterNative();
      parentPort.postMessage('in');
      parentPort.unref();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${callMs});
      leaveNative();
    }
  `);
  const { status, signal, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8' });
  return [status, signal, stderr];
}

test('a call that was given up is waited for only for a moment when the process ends', (t) => {
  assert.deepEqual(leaving(t, 300), [7, null, '']);
  assert.deepEqual(leaving(t, 1e9), [null, 'SIGKILL', '']);
});
