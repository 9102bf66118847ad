import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PreciseTimer } from '../../serve/precise-timer.js';

test('everything runs in order of its time, and never before it', async (t) => {
  const timer = new PreciseTimer();
  t.after(() => timer.close());
  const startMs = timer.now();
  const delays = Array.from({ length: 200 }, (_, i) => ((i * 7919) % 200) / 10);
  const ran: { delay: number; atMs: number }[] = [];
  await new Promise<void>((resolve) => {
    for (const delay of delays) {
      timer.at(startMs + delay, () => {
        ran.push({ delay, atMs: timer.now() - startMs });
        if (ran.length === delays.length) resolve();
      });
    }
  });
  assert.deepEqual(ran.map(({ delay }) => delay), delays.toSorted((a, b) => a - b));
  for (const { delay, atMs } of ran) assert.ok(atMs >= delay, `${delay} ran at ${atMs}`);
});

test('what is set while others run is not lost, and a closed timer is silent', async () => {
  const timer = new PreciseTimer();
  let steps = 0;
  await new Promise<void>((resolve) => {
    const step = (): void => {
      if (++steps === 50) resolve();
      else timer.at(timer.now() + (steps % 3) * 0.7, step);
    };
    timer.at(timer.now(), step);
  });
  timer.at(timer.now() + 1, () => assert.fail('it was closed'));
  await timer.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
});
