import { test } from 'node:test';
import assert from 'node:assert/strict';
import { InferplayError } from '../../../core/errors.js';
import { openDataset } from '../../../core/dataset.js';
import { settingsOf } from '../../../load/options.js';
import { redis } from '../../../load/sinks/redis.js';
import { sinkOf, sinks } from '../../../load/sinks/index.js';
import { temporaryFolder } from '../../support/paths.js';
import { makeReferenceData } from '../../support/reference-data.js';
import { noRedisServer, startRedisServer } from '../../support/redis-server.js';

test('a URL finds its sink by scheme, and an unknown one is refused without repeating it', () => {
  for (const sink of sinks) for (const scheme of sink.schemes) assert.equal(sinkOf(`${scheme}://h`), sink);
  for (const url of ['http://u:hunter2@h', 'hunter2', '', 'redis:h']) {
    assert.throws(() => sinkOf(url), (error: unknown) => error instanceof InferplayError && error.code === 'USAGE' && !error.message.includes('hunter2') && error.message.includes('redisai://'));
  }
});

test('a plain Redis takes blobs, counts them and has no models', { skip: noRedisServer }, async (t) => {
  const server = await startRedisServer([], t);
  const folder = temporaryFolder(t);
  makeReferenceData(folder, { rows: 300, values: 2 });
  const dataset = await openDataset(folder);
  let stored = 0;
  const sink = await redis.open(server.url, { dataset, settings: settingsOf({ to: server.url }), signal: undefined, onError: assert.fail, onStored: (keys) => (stored += keys), onCounted: () => {} });
  t.after(() => sink.close());
  assert.deepEqual([sink.models, sink.keys, sink.rowBytes], [false, ['referenceBLOB:{<id>}'], 8]);
  await sink.begin();
  for await (const batch of dataset.batches()) await sink.put(batch);
  await sink.flush();
  assert.equal(stored, 300);
  assert.equal(sink.storedRow(), 300);
  assert.deepEqual(await sink.count([Float64Array.of(0, 299, 300, 301)]), { existing: 2, firstMissing: 'referenceBLOB:{300}', firstMissingAt: 2 });
  // More than one question to the server: the place is counted over all of them.
  const ids = Float64Array.from({ length: 1200 }, (_, at) => at % 299);
  ids[1100] = 777;
  assert.deepEqual(await sink.count([ids.subarray(0, 700), ids.subarray(700)]), { existing: 1199, firstMissing: 'referenceBLOB:{777}', firstMissingAt: 1100 });
  assert.deepEqual(await sink.count([ids.subarray(0, 700)]), { existing: 700, firstMissing: null, firstMissingAt: null });
  assert.deepEqual(await sink.readBack(300, new Uint8Array(8)), ['missing']);
  assert.deepEqual(await sink.readBack(1, new Uint8Array(8)), ['different']);
  assert.equal(await sink.stored(), null);
});
