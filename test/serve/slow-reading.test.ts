import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlowReading } from '../../serve/slow-reading.js';

test('after what is worth a time the socket is left alone for that time', async () => {
  // The timer of a socket keeps no process alive; this test's socket is made up.
  const alive = setInterval(() => {}, 1000);
  let reading = true;
  const started = performance.now();
  await new Promise<void>((resolve) => {
    const slowly = new SlowReading(100_000, () => (reading = false), () => {
      reading = true;
      assert.equal(slowly.holding, false);
      resolve();
    });
    slowly.took(10);
    assert.ok(reading, 'a tenth of a millisecond is not worth a timer');
    slowly.took(3000);
    assert.ok(!reading && slowly.holding);
    slowly.took(1000);
  });
  clearInterval(alive);
  assert.ok(performance.now() - started >= 28);
});
