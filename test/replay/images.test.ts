/** Pictures as they are replayed: stored small, sent as floats, alone or many in a tensor, in every form, against the embedded server. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { InferplayError } from '../../core/errors.js';
import { load } from '../../load/load.js';
import { replay, type ReplayOptions } from '../../replay/replay.js';
import { COMMANDS, isDag } from '../../replay/redisai-commands.js';
import { summarize } from '../../report/summary.js';
import { serve } from '../../serve/serve.js';
import { connectRedis, type RedisControl } from '../../wire/redis.js';
import { at, checkBooks, outcomes } from '../support/books.js';
import { writeFraudDataset } from '../support/datasets.js';
import { CLASSES, floatsOf, writeImages, type ImagesOptions } from '../support/images.js';
import { temporaryFolder } from '../support/paths.js';
import { startStub, tensor } from '../support/stub-server.js';

const ROWS = 26;
/** Too few for the seven requests of four rows, and enough for a ring of two on each of two threads. */
const RING_BYTES = 5500;

interface Served {
  readonly folder: string;
  readonly url: string;
  readonly redis: RedisControl;
}

/** A data set of 26 images, and a server that holds its model. */
async function served(t: TestContext, images: ImagesOptions = {}): Promise<Served> {
  const folder = join(temporaryFolder(t), 'images');
  await writeImages(folder, { rows: ROWS, ...images });
  const server = await serve();
  t.after(() => server.close());
  await load(folder, { to: server.url });
  const redis = await connectRedis(server.url);
  t.after(() => redis.close());
  return { folder, url: server.url, redis };
}

async function run(folder: string, options: ReplayOptions) {
  const made = await replay(folder, { ...at, storeCheck: true, check: 'all', ...options });
  checkBooks(made.recording);
  return made;
}

async function keysOf(redis: RedisControl, pattern: string): Promise<string[]> {
  return ((await redis.call(['KEYS', pattern])) as Buffer[]).map(String).sort();
}

test('every form gets the right answers, alone and in batches with a short last one, from memory and from a ring, on one thread and on two', async (t) => {
  const { folder, url } = await served(t);
  const persisting = COMMANDS.filter((command) => isDag(command) && !command.endsWith('_ro')).map((command) => `${command}&persist=true`);
  for (const form of [...COMMANDS, ...persisting, 'dagrun_ro&keys=worker', 'modelrun&keys=row']) {
    for (const part of [{ tensorBatch: 1, threads: 1, framesBytesMax: 1 << 20 }, { tensorBatch: 4, threads: 2, clients: 2, framesBytesMax: RING_BYTES, pick: 'random' }] as const) {
      const { recording } = await run(folder, { target: `${url}?command=${form}`, requests: 31, ...part });
      const { tensorBatch } = part;
      const what = `${form}, ${tensorBatch} rows`;
      assert.deepEqual(outcomes(recording), { ok: 31 }, what);
      assert.equal(recording.checked, 31, what);
      assert.equal(recording.rows.ok, 31 * tensorBatch - recording.rows.shortRequests * (tensorBatch - (ROWS % tensorBatch)), what);
    }
  }
});

test('pipelines leave two tensors of each connection in the store, DAGs what they persist, and nothing where they do not', async (t) => {
  const { folder, url, redis } = await served(t);
  const left = async (parameters: string): Promise<string[]> => {
    await run(folder, { target: `${url}?${parameters}`, requests: 60, clients: 5, threads: 2 });
    const keys = await keysOf(redis, '*Tensor:*');
    if (keys.length > 0) await redis.call(['DEL', ...keys]);
    return keys;
  };
  const of = (name: string): string[] => [0, 1, 2, 3, 4].map((connection) => `${name}Tensor:{w${connection}}`);
  assert.deepEqual(await left('command=modelrun'), [...of('classification'), ...of('image')]);
  assert.deepEqual(await left('command=modelexecute'), [...of('classification'), ...of('image')]);
  assert.deepEqual(await left('command=dagrun&persist=true'), of('classification'));
  assert.deepEqual(await left('command=dagexecute&persist=true&keys=worker'), of('classification'));
  assert.deepEqual(await left('command=dagexecute_ro&keys=worker'), []);
  assert.deepEqual(await left('command=dagrun'), []);
  const rows = await left('command=modelrun&keys=row');
  assert.equal(rows.length, 2 * ROWS);
  assert.ok(rows.includes('imageTensor:{100}') && rows.includes('classificationTensor:{125}'));
});

test('rows and requests are both counted, and the report says which requests were short', async (t) => {
  const { folder, url } = await served(t);
  const { result, recording } = await run(folder, { target: url, requests: 8, tensorBatch: 8 });
  assert.deepEqual(recording.rows, { sent: 52, ok: 52, shortRequests: 2, shortRows: 4 });
  const { rows, ratesPerSecond, elapsedSeconds } = result.recording;
  assert.equal(rows.perRequest, 6.5);
  assert.deepEqual([rows.okPerSecond, ratesPerSecond.goodput], [52 / elapsedSeconds, 8 / elapsedSeconds]);
  assert.deepEqual([result.dataset.rowName, result.plan.tensorBatch], ['image', 8]);
  const text = summarize(result, { color: false, width: 200 });
  assert.match(text, /^data set .* \(vision, 26 images\)$/m);
  assert.match(text, /^rows +\S+ images\/s, 8 a request; 2 short requests with 2 images each, where the data set ends$/m);
  const nothing = await run(folder, { target: 'null:', requests: 7, tensorBatch: 10, threads: 2 });
  assert.deepEqual(nothing.recording.rows, { sent: 26 + 26 + 10, ok: 62, shortRequests: 2, shortRows: 12 });
});

test('one wrong answer makes its whole request wrong, one that is missing leaves it unchecked', async (t) => {
  const { folder, url } = await served(t, { wrong: [5, 25], missing: [14] });
  const alone = await run(folder, { target: url, requests: 26 });
  assert.deepEqual([outcomes(alone.recording), alone.recording.checked, alone.recording.uncheckable], [{ ok: 24, 'wrong-answer': 2 }, 25, 1]);
  for (const parameters of ['command=dagrun', 'command=modelrun']) {
    const batched = await run(folder, { target: `${url}?${parameters}`, requests: 7, tensorBatch: 4, threads: 2 });
    assert.deepEqual([outcomes(batched.recording), batched.recording.checked, batched.recording.uncheckable], [{ ok: 5, 'wrong-answer': 2 }, 6, 1], parameters);
    assert.equal(batched.recording.rows.ok, 5 * 4, 'the other of the two wrong ones is the short one');
    assert.equal(batched.result.verdict.reasons[0].code, 'wrong-answers');
  }
});

test('the server tells how large its batches really were', async (t) => {
  const { folder, url, redis } = await served(t);
  const alone = (await run(folder, { target: url, requests: 200, tensorBatch: 2 })).result.serverStatistics!;
  assert.deepEqual([alone.since, alone.calls, alone.samples, alone.runs, alone.samplesPerCall, alone.samplesPerRun, alone.errors], ['start', 200, 400, 200, 2, 2, 0]);
  assert.ok(alone.microsecondsPerCall! > 0);
  await load(folder, { to: url, put: 'none', batchSize: 16, minBatchSize: 4, minBatchTimeout: 200 });
  const { result } = await run(folder, { target: url, requests: 200, clients: 8 });
  const { calls, samples, runs, samplesPerCall, samplesPerRun } = result.serverStatistics!;
  assert.deepEqual([calls, samples, samplesPerCall], [200, 200, 1], 'the same for a client, however the server ran them');
  assert.ok(runs! < 100 && samplesPerRun! > 2 && samplesPerRun! <= 16, JSON.stringify(result.serverStatistics));
  assert.deepEqual([result.server.batch_size, result.server.min_batch_size, result.server.min_batch_timeout_ms], [16, 4, 200]);
  assert.match(summarize(result, { color: false, width: 200 }), /^counted +by the server: 200 calls of 1 row, \d+ runs of \S+, \S+ (?:µs|ms) in the model a call$/m);
  const warm = (await run(folder, { target: url, requests: 100, clients: 4, warmupMs: 200 })).result;
  const { since, calls: warmCalls } = warm.serverStatistics!;
  assert.equal(since, 'window');
  assert.ok(Math.abs(warmCalls - 100) < warm.recording.warmup.done, `${warmCalls} calls for 100 requests and ${warm.recording.warmup.done} of warm-up`);
  assert.equal(Number(((await redis.call(['AI.INFO', 'tiny'])) as unknown[])[15]), 200 + 100 + warm.recording.warmup.done, 'nothing was reset but by the new model');
});

/** A stub that answers every inference with the same classes for as many rows as were sent. */
function classes(rows: number): Buffer {
  return tensor(...Array.from({ length: rows * CLASSES }, () => 0.2));
}

test('what is on the wire: rows in their order, each connection with its own keys, from memory as from a ring', async (t) => {
  const folder = temporaryFolder(t);
  await writeImages(folder, { rows: 58 });
  for (const framesBytesMax of [1 << 20, RING_BYTES * 1.5]) {
    const stub = await startStub(t, ({ name, args }) => ({ pieces: [name === 'ai.tensorset' ? '+OK\r\n' : name === 'ai.modelrun' ? '+OK\r\n' : name === 'ai.tensorget' ? classes(4) : `-ERR ${args[0]}\r\n`] }));
    const { recording } = await run(folder, { target: `redisai://127.0.0.1:${stub.port}?model=tiny&command=modelrun`, requests: 45, tensorBatch: 4, clients: 3, threads: 3, check: 'none', storeCheck: false, framesBytesMax });
    assert.deepEqual(outcomes(recording), { ok: 45 });
    const sets = stub.requests.filter(({ name }) => name === 'ai.tensorset');
    const groups = sets.map(({ args }) => {
      const rows = Number(args[3]);
      const values = [...new Float32Array(new Uint8Array(args.at(-1)!).buffer)];
      const group = Array.from({ length: 15 }, (_, number) => number).find((number) => values[0] === floatsOf(number * 4)[0] && values[1] === floatsOf(number * 4)[1])!;
      assert.deepEqual(args.slice(2, -1).map(String), ['FLOAT', String(group === 14 ? 2 : 4), '4', '4', '3', 'BLOB']);
      assert.deepEqual(values, Array.from({ length: rows }, (_, row) => [...floatsOf(group * 4 + row)]).flat());
      return group;
    });
    assert.deepEqual(groups.sort((a, b) => a - b), Array.from({ length: 45 }, (_, at) => Math.floor(at / 3)));
    const keys = new Map<number, Set<string>>();
    for (const { connection, args } of sets) keys.set(connection, (keys.get(connection) ?? new Set()).add(String(args[1])));
    assert.deepEqual([...keys.values()].map((own) => [...own].join()).sort(), ['imageTensor:{w0}', 'imageTensor:{w1}', 'imageTensor:{w2}']);
    assert.equal(recording.bytes.sent, stub.requests.reduce((sum, { args }) => sum + args.reduce((bytes, arg) => bytes + arg.length + String(arg.length).length + 5, String(args.length).length + 3), 0), 'every byte is counted');
    await stub.stop();
  }
});

test('what cannot be replayed in batches is refused before the run, with what to do', async (t) => {
  const [one, fraud] = [temporaryFolder(t), temporaryFolder(t)];
  await writeImages(one, { rows: ROWS, fixedRows: 1 });
  await writeFraudDataset(fraud, Buffer.from('model'));
  const refused = (folder: string, options: Partial<ReplayOptions>, message: RegExp): Promise<void> =>
    assert.rejects(replay(folder, { ...at, target: 'redisai://127.0.0.1:1', ...options }), (error: InferplayError) => error.code === 'USAGE' && message.test(error.message));
  await refused(one, { tensorBatch: 2 }, /The model tiny takes exactly 1 row a request/);
  await refused(one, { tensorBatch: 27 }, /A tensor of 27 rows cannot be made of .*, which has 26: lower --tensor-batch/);
  await refused(fraud, { tensorBatch: 2 }, /cannot load referenceTensor:\{id\}/);
  await refused(one, { target: 'redisai://127.0.0.1:1?keys=worker&inputs=image,expected' }, /keys=worker needs/);
  await refused(one, { target: 'redisai://127.0.0.1:1?persist=true&command=dagrun_ro' }, /can persist nothing/);
  const open = temporaryFolder(t);
  await writeImages(open, { rows: ROWS });
  const stub = await startStub(t, () => ({}));
  await refused(open, { tensorBatch: 8, framesBytesMax: 7000, target: `redisai://127.0.0.1:${stub.port}?model=tiny` }, /7000 bytes for encoded requests are too few for 4 connections: allow at least 1 MB/);
});
