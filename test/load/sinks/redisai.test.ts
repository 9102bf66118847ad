import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferplayError, type ErrorCode } from '../../../core/errors.js';
import { compareStoreManifest, parseStoreManifest, STORE_MANIFEST_KEY } from '../../../core/store-manifest.js';
import { writeFraudModels } from '../../../generate/fraud-model.js';
import { load } from '../../../load/load.js';
import { redisai } from '../../../load/sinks/redisai.js';
import { serve } from '../../../serve/serve.js';
import { connectRedis, type RedisControl } from '../../../wire/redis.js';
import { temporaryFolder } from '../../support/paths.js';
import { makeReferenceData, referenceBytes } from '../../support/reference-data.js';

type Test = Parameters<typeof temporaryFolder>[0] & { after(fn: () => Promise<void> | void): void };

async function server(t: Test): Promise<{ url: string; redis: RedisControl }> {
  const served = await serve();
  t.after(() => served.close());
  const url = `redisai://127.0.0.1:${served.port}`;
  const redis = await connectRedis(url);
  t.after(() => redis.close());
  return { url, redis };
}

/** The two models of the fraud case, as bytes by name. */
async function models(t: Test): Promise<{ [name: string]: Buffer }> {
  const folder = temporaryFolder(t);
  const entries = await writeFraudModels(folder, { seed: 1, referenceValues: 256 });
  return Object.fromEntries(entries.map(({ name, file }) => [name, readFileSync(join(folder, file))]));
}

async function failure(promise: Promise<unknown>, code: ErrorCode, text: RegExp): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof InferplayError, String((error as Error)?.stack));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, text);
    return true;
  });
}

test('tensors, blobs and models land in RedisAI and are proven to be there', async (t) => {
  assert.deepEqual(redisai.schemes, ['redisai', 'redisais']);
  const { url, redis } = await server(t);
  const folder = temporaryFolder(t);
  const manifest = makeReferenceData(folder, { rows: 1500, rowsPerBatch: 400, models: await models(t) });
  const report = await load(folder, { to: url, batchKeys: 333 });
  assert.deepEqual(report.forms, ['referenceBLOB:{<id>}', 'referenceTensor:{<id>}']);
  assert.equal(report.keys, 3000);
  assert.equal(report.bytes, 3000 * 1024);
  assert.equal(report.verified.counted, 3000);
  assert.deepEqual(report.models.map(({ name, state }) => [name, state]), manifest.models.map(({ name }) => [name, 'stored']));
  for (const row of [0, 1, 399, 400, 1499]) {
    assert.deepEqual(await redis.call(['GET', `referenceBLOB:{${row}}`]), referenceBytes(row));
    assert.deepEqual(await redis.call(['AI.TENSORGET', `referenceTensor:{${row}}`, 'BLOB']), referenceBytes(row));
  }
  const meta = (await redis.call(['AI.TENSORGET', 'referenceTensor:{7}', 'META'])) as unknown[];
  assert.deepEqual(meta.map((part) => (Array.isArray(part) ? part : String(part))), ['dtype', 'FLOAT', 'shape', [1, 256]]);
  const stored = parseStoreManifest((await redis.call(['GET', STORE_MANIFEST_KEY])) as Buffer);
  assert.equal(compareStoreManifest(manifest, stored, { keys: ['referenceTensor', 'referenceBLOB'], models: manifest.models.map(({ name }) => name) }), null);
  const again = await load(folder, { to: url });
  assert.ok(again.models.every(({ state }) => state === 'present'));
  await load(folder, { to: url.replace('redisai:', 'redis:'), verifyOnly: true, verifySample: 1500 });
});

test('verifying finds wrong tensors and wrong models', async (t) => {
  const { url, redis } = await server(t);
  const folder = temporaryFolder(t);
  const bytes = await models(t);
  const [name, other] = Object.keys(bytes);
  makeReferenceData(folder, { rows: 50, values: 4, models: { [name]: bytes[name] } });
  const look = () => load(folder, { to: url, verifyOnly: true });
  await load(folder, { to: url });
  await look();
  await redis.call(['AI.TENSORSET', 'referenceTensor:{3}', 'FLOAT', '4', 'BLOB', referenceBytes(3, 4)]);
  await redis.call(['AI.TENSORSET', 'referenceTensor:{4}', 'FLOAT', '1', '4', 'BLOB', referenceBytes(5, 4)]);
  await redis.call(['SET', 'referenceTensor:{5}', 'x']);
  await failure(look(), 'DATA', /3 keys hold something else than the data set \(ids 3, 4, 5\)/);
  await redis.call(['AI.MODELSTORE', name, 'ONNX', 'CPU', 'BLOB', bytes[other]]);
  await failure(look(), 'DATA', new RegExp(`and the model ${name} has other bytes there; load`));
  await redis.call(['AI.MODELDEL', name]);
  await failure(look(), 'DATA', new RegExp(`the model ${name} is missing`));
  await redis.call(['DEL', 'referenceTensor:{5}']);
  await load(folder, { to: url });
  await look();
});

test('a key that holds something else stops the load before it harms the server', async (t) => {
  const { url, redis } = await server(t);
  const folder = temporaryFolder(t);
  const bytes = await models(t);
  const [name] = Object.keys(bytes);
  makeReferenceData(folder, { rows: 500, values: 4, models: { [name]: bytes[name] } });
  await redis.call(['LPUSH', 'referenceTensor:{77}', 'x']);
  await failure(load(folder, { to: url, models: false, batchKeys: 20 }), 'SERVER', /refused to write referenceTensor:\{77\}: WRONGTYPE.*delete it.*--from-row \d+/);
  await redis.call(['DEL', 'referenceTensor:{77}']);
  await redis.call(['SET', name, 'x']);
  await failure(load(folder, { to: url }), 'SERVER', new RegExp(`The key ${name} on .* holds a string, not a model: delete it`));
  await redis.call(['DEL', name]);
  await redis.call(['FLUSHALL']);
  await load(folder, { to: url, modelForm: 'MODELSET', put: 'tensor' });
  assert.equal(await redis.call(['EXISTS', 'referenceBLOB:{1}']), 0);
  await failure(load(folder, { to: `${url}/1` }), 'USAGE', /database 0 only/);
});

test('a data set without references needs its models only', async (t) => {
  const { url, redis } = await server(t);
  const folder = temporaryFolder(t);
  const bytes = await models(t);
  const manifest = makeReferenceData(folder, { rows: 10, reference: false, models: bytes });
  const report = await load(folder, { to: url });
  assert.equal(report.keys, 0);
  assert.deepEqual(report.forms, []);
  assert.equal(report.models.length, 2);
  const stored = parseStoreManifest((await redis.call(['GET', STORE_MANIFEST_KEY])) as Buffer);
  assert.equal(compareStoreManifest(manifest, stored, { models: Object.keys(bytes) }), null);
  await load(folder, { to: url, verifyOnly: true });
  await failure(load(folder, { to: url, models: false }), 'USAGE', /nothing to load/);
});

test('models can be stored alone, with another batching, and what an earlier load has put there stays', async (t) => {
  const { url, redis } = await server(t);
  const folder = temporaryFolder(t);
  const bytes = await models(t);
  const [name] = Object.keys(bytes);
  const manifest = makeReferenceData(folder, { rows: 40, values: 4, models: { [name]: bytes[name] } });
  const meta = async (): Promise<unknown[]> => ((await redis.call(['AI.MODELGET', name, 'META'])) as unknown[]).map((part) => (Buffer.isBuffer(part) ? part.toString() : part));
  const stored = async () => parseStoreManifest((await redis.call(['GET', STORE_MANIFEST_KEY])) as Buffer);
  assert.deepEqual((await load(folder, { to: url })).batching, { batchSize: 0, minBatchSize: 0, minBatchTimeoutMs: 0 });
  await redis.call(['SET', 'referenceBLOB:{7}', 'mine']);
  const batched = await load(folder, { to: url, put: 'none', batchSize: 16, minBatchSize: 4, minBatchTimeout: 10 });
  assert.deepEqual([batched.keys, batched.models[0].state, batched.batching], [0, 'stored', { batchSize: 16, minBatchSize: 4, minBatchTimeoutMs: 10 }]);
  assert.deepEqual(batched.holds, { fromRow: 0, toRow: 40 });
  assert.deepEqual((await meta()).slice(6, 10), ['batchsize', 16, 'minbatchsize', 4]);
  assert.deepEqual((await meta()).slice(-2), ['minbatchtimeout', 10]);
  assert.equal(String(await redis.call(['GET', 'referenceBLOB:{7}'])), 'mine', 'no key of a row was written');
  assert.equal(compareStoreManifest(manifest, await stored(), { keys: ['referenceTensor'], models: [name] }), null, 'a replay still finds its references');
  assert.equal((await load(folder, { to: url, put: 'none', batchSize: 16, minBatchSize: 4, minBatchTimeout: 10 })).models[0].state, 'present');
  await load(folder, { to: url, put: 'none', verifyOnly: true, batchSize: 16, minBatchSize: 4, minBatchTimeout: 10 });
  assert.equal((await load(folder, { to: url, put: 'none', verifyOnly: true })).batching, null, 'nothing was said about it');
  await failure(load(folder, { to: url, put: 'none', verifyOnly: true, batchSize: 8 }), 'DATA', new RegExp(`the model ${name} is stored with batches of up to 16 \\(min 4, 10 ms\\), and not with batches of up to 8; load`));
  assert.equal((await load(folder, { to: url, put: 'none' })).models[0].state, 'stored', 'without batching again');
  await redis.call(['SET', STORE_MANIFEST_KEY, 'of somebody else']);
  await load(folder, { to: url, put: 'none' });
  assert.deepEqual((await stored()).keys, [], 'what is there is not known any more');
  await failure(load(folder, { to: url, put: 'none', models: false }), 'USAGE', /nothing to load: --put none leaves out the keys of rows, and --no-models the models/);
});

test('a model that is not what the manifest lists is not stored, nor one that the server refuses', async (t) => {
  const { url } = await server(t);
  const folder = temporaryFolder(t);
  makeReferenceData(folder, { rows: 10, values: 4, models: { net: Buffer.from('not ONNX') } });
  await failure(load(folder, { to: url }), 'SERVER', /refused AI\.MODELSTORE: /);
  writeFileSync(join(folder, 'net.onnx'), 'changed');
  await failure(load(folder, { to: url }), 'DATA', /net\.onnx is not the file that manifest\.json lists/);
});
