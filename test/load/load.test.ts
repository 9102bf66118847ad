import { test } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferplayError, type ErrorCode } from '../../core/errors.js';
import type { Progress } from '../../core/progress.js';
import { compareStoreManifest, parseStoreManifest, STORE_MANIFEST_KEY } from '../../core/store-manifest.js';
import { load } from '../../load/load.js';
import { connectRedis, type RedisControl } from '../../wire/redis.js';
import { temporaryFolder } from '../support/paths.js';
import { makeReferenceData, referenceBytes } from '../support/reference-data.js';
import { noRedisServer, startRedisServer, type RedisServer } from '../support/redis-server.js';
import { makeCertificate, noOpenssl } from '../support/tls.js';

type Test = Parameters<typeof temporaryFolder>[0] & { after(fn: () => Promise<void> | void): void };

const options = { skip: noRedisServer };

async function serverAndClient(t: Test, args: string[] = []): Promise<{ server: RedisServer; redis: RedisControl }> {
  const server = await startRedisServer(args, t);
  const redis = await connectRedis(server.url);
  t.after(() => redis.close());
  return { server, redis };
}

async function failure(promise: Promise<unknown>, code: ErrorCode, text: RegExp): Promise<InferplayError> {
  let caught: unknown = null;
  await assert.rejects(promise, (error: unknown) => ((caught = error), true));
  assert.ok(caught instanceof InferplayError, String((caught as Error)?.stack));
  assert.equal(caught.code, code, caught.message);
  assert.match(caught.message, text);
  return caught;
}

test('blobs of every row land in a plain Redis, byte for byte, and are proven to be there', options, async (t) => {
  const { server, redis } = await serverAndClient(t);
  const folder = temporaryFolder(t);
  const manifest = makeReferenceData(folder, { rows: 3001, rowsPerBatch: 700 });
  const progress: Progress[] = [];
  const report = await load(folder, { to: server.url, onProgress: (p) => progress.push(p) });
  assert.equal(report.keys, 3001);
  assert.equal(report.bytes, 3001 * 1024);
  assert.deepEqual(report.forms, ['referenceBLOB:{<id>}']);
  assert.deepEqual(report.errors, {});
  assert.deepEqual(report.holds, { fromRow: 0, toRow: 3001 });
  assert.equal(report.verified.counted, 3001);
  assert.equal(report.verified.expected, 3001);
  assert.equal(report.verified.sampled, 100);
  assert.deepEqual(progress.at(-1)!.done, 3001);
  assert.equal(progress.at(-1)!.total, 3001);
  assert.equal(await redis.call(['DBSIZE']), 3002);
  for (let row = 0; row < 3001; row += 50) assert.deepEqual(await redis.call(['GET', `referenceBLOB:{${row}}`]), referenceBytes(row), `row ${row}`);
  assert.deepEqual(await redis.call(['GET', 'referenceBLOB:{3000}']), referenceBytes(3000));
  const stored = parseStoreManifest((await redis.call(['GET', STORE_MANIFEST_KEY])) as Buffer);
  assert.equal(compareStoreManifest(manifest, stored, { keys: ['referenceBLOB'] }), null);
  // A second time changes nothing, and looking only agrees.
  await load(folder, { to: server.url });
  const again = await load(folder, { to: server.url, verifyOnly: true, verifySample: 5000 });
  assert.equal(again.verified.sampled, 3001);
  assert.equal(again.keys, 0);
  assert.equal(await redis.call(['DBSIZE']), 3002);
});

test('every size of write and number in flight stores the same', options, async (t) => {
  const { server, redis } = await serverAndClient(t);
  const folder = temporaryFolder(t);
  makeReferenceData(folder, { rows: 257, values: 3, rowsPerBatch: 10, idOf: (row) => row * row + 999_999_000 });
  for (const [batchKeys, inFlight] of [[1, 1], [1, 256], [7, 2], [257, 1], [100_000, 4]]) {
    await redis.call(['FLUSHALL']);
    const { verified } = await load(folder, { to: server.url, batchKeys, inFlight, verifySample: 257 });
    assert.equal(verified.counted, 257);
    assert.deepEqual(await redis.call(['GET', `referenceBLOB:{${256 * 256 + 999_999_000}}`]), referenceBytes(256, 3));
  }
});

test('a load goes on by row range, and the store says what it holds', options, async (t) => {
  const { server, redis } = await serverAndClient(t);
  const folder = temporaryFolder(t);
  const manifest = makeReferenceData(folder, { rows: 1000, values: 4, rowsPerBatch: 64 });
  const stored = async () => parseStoreManifest((await redis.call(['GET', STORE_MANIFEST_KEY])) as Buffer);
  const middle = await load(folder, { to: server.url, fromRow: 300, toRow: 500 });
  assert.deepEqual(middle.holds, { fromRow: 300, toRow: 500 });
  assert.match(compareStoreManifest(manifest, await stored())!, /only rows 300 to 499 of the 1000/);
  assert.deepEqual(middle.gaps.map(({ fromRow, toRow }) => ({ fromRow, toRow })), [{ fromRow: 0, toRow: 300 }, { fromRow: 500, toRow: 1000 }]);
  assert.match(middle.gaps[1].complaint, /^rows 500 to 999: 500 of 500 keys are missing \(the first one found is referenceBLOB:\{500\}\)$/);
  await load(folder, { to: server.url, fromRow: 500 });
  await load(folder, { to: server.url, toRow: 200 });
  await redis.call(['DEL', 'referenceBLOB:{150}']);
  const again = await load(folder, { to: server.url, fromRow: 500 });
  assert.deepEqual(again.holds, { fromRow: 500, toRow: 1000 });
  assert.deepEqual(again.gaps.map(({ fromRow, toRow }) => ({ fromRow, toRow })), [{ fromRow: 150, toRow: 500 }]);
  const whole = await load(folder, { to: server.url, fromRow: 150, toRow: 500 });
  assert.deepEqual([whole.holds, whole.gaps], [{ fromRow: 0, toRow: 1000 }, []]);
  assert.equal(compareStoreManifest(manifest, await stored()), null);
  await failure(load(folder, { to: server.url, fromRow: 1000 }), 'USAGE', /Rows 1000 to 1000 cannot be loaded: the data set has rows 0 to 999/);
  await failure(load(folder, { to: server.url, toRow: 1001 }), 'USAGE', /cannot be loaded/);
});

test('verifying finds what is missing, what is different, and another data set', options, async (t) => {
  const { server, redis } = await serverAndClient(t);
  const [folder, other] = [temporaryFolder(t), temporaryFolder(t)];
  makeReferenceData(folder, { rows: 2000, values: 4 });
  makeReferenceData(other, { rows: 2000, values: 4, seed: 8 });
  const look = (path = folder) => load(path, { to: server.url, verifyOnly: true, verifySample: 2000 });
  await failure(look(), 'DATA', /2000 of 2000 keys are missing \(the first one found is referenceBLOB:\{0\}\)/);
  await load(folder, { to: server.url });
  await look();
  await redis.call(['DEL', 'referenceBLOB:{1234}', 'referenceBLOB:{1999}']);
  await failure(look(), 'DATA', /2 of 2000 keys are missing \(the first one found is referenceBLOB:\{1234\}\)/);
  await load(folder, { to: server.url });
  await redis.call(['SET', 'referenceBLOB:{77}', Buffer.alloc(16)]);
  await redis.call(['APPEND', 'referenceBLOB:{78}', 'x']);
  await redis.call(['DEL', 'referenceBLOB:{79}']);
  await redis.call(['LPUSH', 'referenceBLOB:{79}', 'x']);
  await failure(look(), 'DATA', /of 2000 rows read back 3 keys hold something else than the data set \(ids 77, 78, 79\)/);
  await failure(look(other), 'DATA', /2000 keys hold something else/);
  const { replaced } = await load(folder, { to: server.url });
  assert.equal(replaced, null, 'the same data set');
  const { sha256, useCase, rows } = parseStoreManifest((await redis.call(['GET', STORE_MANIFEST_KEY])) as Buffer);
  assert.deepEqual((await load(other, { to: server.url })).replaced, { sha256, useCase, rows });
  await redis.call(['SET', STORE_MANIFEST_KEY, 'no JSON']);
  assert.equal((await load(folder, { to: server.url })).replaced, null, 'nobody knows what it was');
  await redis.call(['DEL', STORE_MANIFEST_KEY]);
  await redis.call(['LPUSH', STORE_MANIFEST_KEY, 'x']);
  assert.equal((await load(folder, { to: server.url })).replaced, null);
  await redis.call(['SET', STORE_MANIFEST_KEY, '{}']);
  await failure(look(), 'DATA', /does not hold what/);
  await redis.call(['DEL', STORE_MANIFEST_KEY]);
  await failure(look(), 'DATA', /Keys and models are all there, but a replay would refuse: The server holds no data set/);
});

test('an ended connection says from which row to go on', options, async (t) => {
  const server = await startRedisServer([], t);
  const folder = temporaryFolder(t);
  makeReferenceData(folder, { rows: 20_000, values: 256, rowsPerBatch: 100 });
  const error = await failure(
    load(folder, { to: server.url, batchKeys: 10, inFlight: 2, onProgress: ({ done }) => void (done === 500 && process.kill(server.pid, 'SIGKILL')) }),
    'CONNECT', /was lost.*Rows 0 to \d+ \(not included\) are stored; go on with --from-row \d+\.$/,
  );
  const row = Number(/--from-row (\d+)/.exec(error.message)![1]);
  assert.ok(row >= 500 && row < 1000 && row % 10 === 0, error.message);
});

test('an abort stops in the middle, leaves no manifest key, and the rest can follow', options, async (t) => {
  const { server, redis } = await serverAndClient(t);
  const folder = temporaryFolder(t);
  makeReferenceData(folder, { rows: 5000, values: 4, rowsPerBatch: 100 });
  await load(folder, { to: server.url });
  assert.equal(await redis.call(['EXISTS', STORE_MANIFEST_KEY]), 1);
  const abort = new AbortController();
  const error = await failure(
    load(folder, { to: server.url, batchKeys: 10, inFlight: 1, signal: abort.signal, onProgress: ({ done }) => void (done >= 700 && abort.abort()) }),
    'INTERRUPTED', /Interrupted.*--from-row 7[01]0\.$/,
  );
  assert.equal(await redis.call(['EXISTS', STORE_MANIFEST_KEY]), 0);
  const fromRow = Number(/--from-row (\d+)/.exec(error.message)![1]);
  assert.deepEqual((await load(folder, { to: server.url, fromRow })).holds, { fromRow: 0, toRow: 5000 });
});

test('a server that refuses to write stops the load with what to do', options, async (t) => {
  const folder = temporaryFolder(t);
  makeReferenceData(folder, { rows: 4000 });
  const small = await serverAndClient(t, ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction']);
  await failure(load(folder, { to: small.server.url }), 'SERVER', /refused a write: OOM .*raise it .*--from-row \d+/);
  const evicting = await serverAndClient(t, ['--maxmemory', '3mb', '--maxmemory-policy', 'allkeys-lru']);
  await failure(load(folder, { to: evicting.server.url }), 'DATA', /\d+ of 4000 keys are missing.*maxmemory-policy/);
  const primary = await serverAndClient(t);
  const replica = await serverAndClient(t, ['--replicaof', `127.0.0.1 ${primary.server.port}`]);
  while (!String((await replica.redis.info('replication')).master_link_status).startsWith('up')) await new Promise((resolve) => setTimeout(resolve, 50));
  await failure(load(folder, { to: replica.server.url }), 'SERVER', /READONLY.*address of its primary/);
  const locked = await startRedisServer(['--requirepass', 'hunter2-hunter2'], t);
  await failure(load(folder, { to: locked.url }), 'SERVER', /NOAUTH/);
  await failure(load(folder, { to: locked.url.replace('//', '//:wrong-wrong@') }), 'SERVER', /WRONGPASS/);
  await load(folder, { to: locked.url.replace('//', '//:hunter2-hunter2@') });
  const limited = await serverAndClient(t);
  // Where nothing was stored there is no row to go on with.
  const full = await serverAndClient(t, ['--maxmemory', '1', '--maxmemory-policy', 'noeviction']);
  assert.doesNotMatch((await failure(load(folder, { to: full.server.url }), 'SERVER', /OOM/)).message, /Rows|--from-row/);
  await limited.redis.call(['ACL', 'SETUSER', 'reader', 'on', '>hunter2-hunter2', '~*', '+@all', '-set']);
  await failure(load(folder, { to: limited.server.url.replace('//', '//reader:hunter2-hunter2@') }), 'SERVER', /NOPERM.*ACL SETUSER/);
});

test('tensors need RedisAI, and the sentence says so', options, async (t) => {
  const server = await startRedisServer([], t);
  const folder = temporaryFolder(t);
  makeReferenceData(folder, { rows: 10 });
  await failure(load(folder, { to: server.url.replace('redis:', 'redisai:') }), 'SERVER', /does not know AI\.TENSORSET.*redis:\/\/ in place of redisai:\/\//);
  await failure(load(folder, { to: server.url, put: 'both' }), 'SERVER', /--put both needs/);
  await failure(load(folder, { to: 'triton://h' }), 'USAGE', /Nothing can be loaded into triton:\/\/: use redisai:\/\//);
  await failure(load(folder, { to: 'nowhere' }), 'USAGE', /not a URL/);
  await failure(load(folder, { to: `${server.url}?nope=1` }), 'USAGE', /does not know the option "nope"/);
});

test('TLS with an authority of its own', { skip: noRedisServer || noOpenssl }, async (t) => {
  const folder = temporaryFolder(t);
  const made = makeCertificate(folder);
  const server = await startRedisServer(['--tls-port', 'FREE', '--tls-cert-file', made.cert, '--tls-key-file', made.key, '--tls-ca-cert-file', made.ca, '--tls-auth-clients', 'no', '--requirepass', 'hunter2'], t);
  makeReferenceData(join(folder, 'data'), { rows: 3000 });
  const url = `rediss://:hunter2@127.0.0.1:${server.port}`;
  const { verified } = await load(join(folder, 'data'), { to: `${url}?ca=${encodeURIComponent(made.ca)}` });
  assert.equal(verified.counted, 3000);
  await load(join(folder, 'data'), { to: `${url}?insecure` });
  await failure(load(join(folder, 'data'), { to: url }), 'CONNECT', /add \?ca=FILE/);
});

test('data sets without references or from elsewhere', options, async (t) => {
  const { server, redis } = await serverAndClient(t);
  const folder = temporaryFolder(t);
  makeReferenceData(join(folder, 'bare'), { rows: 10, reference: false });
  await failure(load(join(folder, 'bare'), { to: server.url }), 'USAGE', /no column "reference", and it has no models to load either/);
  makeReferenceData(join(folder, 'models'), { rows: 10, reference: false, models: { net: Buffer.from('x') } });
  await failure(load(join(folder, 'models'), { to: server.url }), 'USAGE', /is a plain Redis, which cannot hold its models/);
  makeReferenceData(join(folder, 'foreign'), { rows: 10, manifest: false });
  const report = await load(join(folder, 'foreign', 'shard-00000.arrow'), { to: server.url });
  assert.equal(report.keys, 10);
  const stored = parseStoreManifest((await redis.call(['GET', STORE_MANIFEST_KEY])) as Buffer);
  assert.equal(stored.sha256, null);
  await load(join(folder, 'foreign'), { to: server.url, verifyOnly: true });
  makeReferenceData(join(folder, 'scattered'), { rows: 70_000, values: 1, idOf: (row) => row * 2 });
  assert.equal((await load(join(folder, 'scattered'), { to: server.url })).verified.counted, 70_000);
  await failure(load(join(folder, 'none'), { to: server.url }), 'DATA', /none/);
  writeFileSync(join(folder, 'text.arrow'), 'not Arrow');
  await failure(load(join(folder, 'text.arrow'), { to: server.url }), 'DATA', /text\.arrow/);
});
