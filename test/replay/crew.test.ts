import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCrew, type CrewParts } from '../../replay/crew.js';
import { newEntries } from '../../replay/frames.js';
import { makePlan, type ReplayOptions } from '../../replay/plan.js';
import { startStub } from '../support/stub-server.js';

function parts(options: Partial<ReplayOptions>, url = 'null:'): CrewParts {
  const arena = newEntries({ frameBytes: 8, expected: null, replies: 1, entryBytes: 8, tensorBatch: 1 }, 10);
  return { plan: makePlan('d', { target: url, warmupMs: 0, clients: 6, ...options }, null), targetUrl: url, groups: 10, frames: { arena }, surround: null };
}

test('the parts of all workers add up, and CPU is that of the process', async () => {
  for (const threads of [1, 2, 3]) {
    const { recording } = await runCrew(parts({ requests: 5000, threads }));
    assert.equal(recording.done, 5000);
    assert.deepEqual(recording.workers.map(({ worker }) => worker), [0, 1, 2].slice(0, threads));
    assert.equal(recording.connections.opened, 6);
    assert.ok(recording.cpu.userUs + recording.cpu.systemUs > 0);
  }
});

test('a worker that cannot connect stops the run before it begins', async (t) => {
  const stub = await startStub(t, () => ({}));
  await stub.stop();
  await assert.rejects(runCrew(parts({ threads: 2 }, stub.url)), { code: 'CONNECT' });
});

test('progress is told while it runs, and an abort ends it', async () => {
  const stop = new AbortController();
  let told = 0;
  const { recording } = await runCrew({ ...parts({ durationMs: 60_000, ratePerSecond: 1000 }), signal: stop.signal, onProgress: (done) => {
    told = done;
    if (done > 100) stop.abort();
  } });
  assert.ok(told > 100 && recording.done >= told);
  assert.equal(recording.ending, 'interrupted');
});
