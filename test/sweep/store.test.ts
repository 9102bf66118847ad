import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Manifest } from '../../core/manifest.js';
import type { Point } from '../../core/sweep.js';
import type { Storing, SweepEvent } from '../../sweep/stages.js';
import { loadUrl, modelStore, refuseUnstorable } from '../../sweep/store.js';

const target = 'redisai://me:se%20cret@127.0.0.1:6379?model=m&command=dagexecute&insecure=true';
const STORE = { device: 'GPU:0', modelForm: 'MODELSET' };

test('the URL to load into is the one of the target, without what only a replay understands', () => {
  assert.equal(loadUrl(target), 'redisai://me:se%20cret@127.0.0.1:6379?insecure=true');
  assert.equal(loadUrl('redisais://[::1]:7000?ca=a%2Fb.pem&model=m&cert=c&key=k'), 'redisais://[::1]:7000?ca=a%2Fb.pem&cert=c&key=k');
  assert.equal(loadUrl('redisai://host'), 'redisai://host');
});

test('models are stored first whatever the server holds, and then only where a point wants something else', async () => {
  const stored: Storing[] = [];
  const events: SweepEvent[] = [];
  const store = modelStore('data', target, STORE, async (_, options) => void stored.push(options), { onEvent: (event) => events.push(event) });
  const points: Point[] = [{ clients: 1, serverBatch: 16 }, { clients: 9, serverBatch: 16 }, { serverBatch: 0 }, { serverBatch: 0, minBatchSize: 0 }, { serverBatch: 16, minBatchSize: 4, minBatchTimeoutMs: 5 }];
  for (const point of points) await store(point);
  assert.deepEqual(stored.map(({ batchSize, minBatchSize, minBatchTimeout }) => [batchSize, minBatchSize, minBatchTimeout]), [[16, 0, 0], [0, 0, 0], [16, 4, 5]]);
  assert.deepEqual({ ...stored[0], signal: null }, { to: loadUrl(target), put: 'none', batchSize: 16, minBatchSize: 0, minBatchTimeout: 0, ...STORE, signal: null });
  assert.deepEqual(events.map(({ kind }) => kind), ['store', 'store', 'store']);
});

test('a store that failed is done again, and nothing is stored where no axis asks for it', async () => {
  let calls = 0;
  const store = modelStore('data', target, STORE, async () => {
    if (++calls === 2) throw new Error('away');
  }, {});
  await store({ serverBatch: 16 });
  await assert.rejects(store({ serverBatch: 0 }), /away/);
  await store({ serverBatch: 16 });
  assert.equal(calls, 3, 'after a failure nobody knows what the server holds');
  await modelStore('data', target, null, () => assert.fail('it stored'), {})({ clients: 1 });
});

test('what cannot be stored is refused', () => {
  const manifest = { models: [{ name: 'm' }] } as unknown as Manifest;
  refuseUnstorable(target, manifest);
  refuseUnstorable('redisais://host', manifest);
  for (const [url, held] of [['null:', manifest], ['redisai', manifest], ['redisai://host', null], ['redisai://host', { models: [] } as unknown as Manifest], ['redisai://host?model=other', manifest]] as const) {
    assert.throws(() => refuseUnstorable(url, held), { code: 'USAGE' }, url);
  }
});
