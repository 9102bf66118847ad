import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMonitor } from '../../replay/monitor.js';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const block = (ms: number): void => {
  for (const end = performance.now() + ms; performance.now() < end; );
};

test('a blocked event loop is seen in both numbers, and what was before the window is not', async () => {
  const monitor = createMonitor(3);
  await sleep(30);
  block(500);
  await sleep(30);
  monitor.begin();
  for (let round = 0; round < 3; round++) {
    await sleep(20);
    block(120);
  }
  await sleep(20);
  const health = monitor.end();
  assert.equal(health.worker, 3);
  assert.ok(health.utilization > 0.3, `${health.utilization}`);
  assert.ok(health.delayMaxMs > 80 && health.delayMaxMs < 400, `${health.delayMaxMs}`);
  assert.ok(health.delayP99Ms <= health.delayMaxMs + 1);
});

test('an idle one is idle', async () => {
  const monitor = createMonitor(0);
  monitor.begin();
  await sleep(100);
  const { utilization } = monitor.end();
  assert.ok(utilization < 0.5, `${utilization}`);
});
