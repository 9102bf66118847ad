import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createClock, newEpoch } from '../../replay/clock.js';

test('it counts nanoseconds from the epoch and never goes back', () => {
  const epoch = newEpoch();
  const clock = createClock(epoch);
  let last = 0;
  for (let reading = 0; reading < 10_000; reading++) {
    const now = clock.now();
    assert.ok(now >= last);
    last = now;
  }
  const before = clock.now();
  const truth = Number(process.hrtime.bigint() - epoch);
  assert.ok(truth >= before - 1000 && truth - before < 50e6, `${truth - before} ns apart`);
});

test('two threads read the same time', async () => {
  const epoch = newEpoch();
  const clock = createClock(epoch);
  const url = new URL('../../replay/clock.js', import.meta.url).href;
  // The thread answers its own reading; ours before and after must enclose it.
  const code = `const { parentPort, workerData } = require('node:worker_threads');
    import(${JSON.stringify(url)}).then(({ createClock }) => { const clock = createClock(workerData); parentPort.on('message', () => parentPort.postMessage(clock.now())); parentPort.postMessage(0); });`;
  const thread = new Worker(code, { eval: true, workerData: epoch });
  const next = (): Promise<number> => new Promise((resolve) => thread.once('message', resolve));
  await next();
  for (let round = 0; round < 20; round++) {
    const before = clock.now();
    thread.postMessage(0);
    const theirs = await next();
    const after = clock.now();
    assert.ok(theirs > before - 20_000 && theirs < after + 20_000, `${before} ${theirs} ${after}`);
  }
  await thread.terminate();
});
