import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { serve } from '../../serve/serve.js';
import { temporaryFolder } from '../support/paths.js';
import { noRedisTools } from '../support/redis-server.js';
import { connectTo, slowModel } from '../support/resp-client.js';

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('the server is a process of its own, and is gone when closed', async () => {
  const server = await serve({ requirepass: new Secret('hush') });
  assert.notEqual(server.pid, process.pid);
  const client = await connectTo(server.port);
  assert.equal(await client.call('PING'), '-NOAUTH Authentication required.');
  assert.equal(await client.call('AUTH', 'hush'), 'OK');
  assert.equal(await client.call('PING'), 'PONG');
  await assert.rejects(serve({ port: server.port }), (error) => error instanceof InferplayError && error.code === 'CONNECT');
  await server.close();
  assert.equal(alive(server.pid), false);
});

test('its signal ends it', async () => {
  const abort = new AbortController();
  const server = await serve({ signal: abort.signal });
  const client = await connectTo(server.port);
  abort.abort();
  await assert.rejects(client.next(), /closed/);
  await server.close();
  assert.equal(alive(server.pid), false);
  await assert.rejects(serve({ signal: abort.signal }));
});

test('settings of the models are told by INFO, and by AI.CONFIG as little as in RedisAI; those that make no sense are refused', async (t) => {
  const server = await serve({ threadsPerQueue: 2, intraOpThreads: 3, interOpThreads: 4, executionTimeoutMs: 700, modelChunkBytes: 1000 });
  t.after(() => server.close());
  const client = await connectTo(server.port);
  const told = String(await client.call('INFO', 'ai_load_time_configs')).trim().split('\r\n');
  assert.deepEqual(told, ['# ai_load_time_configs', 'ai_threads_per_queue:2', 'ai_inter_op_parallelism:4', 'ai_intra_op_parallelism:3', 'ai_model_execution_timeout:700', 'ai_backend_memory_limit:0']);
  assert.equal(await client.call('AI.CONFIG', 'GET', 'MODEL_CHUNK_SIZE'), 1000);
  for (const name of ['THREADS_PER_QUEUE', 'INTRA_OP_PARALLELISM', 'INTER_OP_PARALLELISM', 'MODEL_EXECUTION_TIMEOUT']) {
    assert.equal(await client.call('AI.CONFIG', 'GET', name), null);
    assert.equal(await client.call('AI.CONFIG', name, 2), '-ERR unsupported subcommand');
  }
  client.close();
  for (const wrong of [{ threadsPerQueue: 0 }, { intraOpThreads: 1.5 }, { interOpThreads: -1 }, { executionTimeoutMs: NaN }, { modelChunkBytes: 0 }]) {
    await assert.rejects(serve(wrong), (error) => error instanceof InferplayError && error.code === 'USAGE' && error.message.startsWith(Object.keys(wrong)[0]));
  }
});

test('with two threads per queue two slow runs go on side by side, with one they do not', async (t) => {
  for (const threadsPerQueue of [1, 2]) {
    const server = await serve({ threadsPerQueue });
    t.after(() => server.close());
    const [client, one, other] = await Promise.all([1, 2, 3].map(() => connectTo(server.port)));
    await client.call('AI.MODELSTORE', 'slow', 'ONNX', 'CPU', 'BLOB', slowModel(100));
    await client.call('AI.TENSORSET', 'x', 'FLOAT', 400, 400);
    const run = ['AI.MODELEXECUTE', 'slow', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y'];
    let over = false;
    const both = Promise.all([one.call(...run), other.call(...run)]).finally(() => (over = true));
    let together = 0;
    while (!over) together = Math.max(together, Number(/running_requests:(\d)/.exec(String(await client.call('INFO', 'inference')))![1]));
    assert.deepEqual([await both, together], [['OK', 'OK'], threadsPerQueue]);
    for (const { close } of [client, one, other]) close();
  }
});

test('threads inside an operator are those of every session, here and on the threads that run models', { skip: process.platform === 'linux' ? false : 'threads are counted in /proc' }, async (t) => {
  for (const [intraOpThreads, more] of [[0, 0], [3, 2]]) {
    const server = await serve({ intraOpThreads });
    t.after(() => server.close());
    const client = await connectTo(server.port);
    const threads = (): number => readdirSync(`/proc/${server.pid}/task`).length;
    const store = (key: string): Promise<unknown> => client.call('AI.MODELSTORE', key, 'ONNX', 'CPU', 'BLOB', slowModel(1));
    const run = (key: string): Promise<unknown> => client.call('AI.MODELEXECUTE', key, 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y');
    await client.call('AI.TENSORSET', 'x', 'FLOAT', 400, 400);
    assert.deepEqual([await store('first'), await run('first')], ['OK', 'OK']);
    const counts = [threads()];
    for (const step of [store, run]) {
      assert.equal(await step('second'), 'OK');
      counts.push(threads());
    }
    assert.deepEqual(counts.map((count) => count - counts[0]), [0, more, 2 * more]);
    client.close();
  }
});

test('redis-cli and redis-benchmark work with it', { skip: noRedisTools }, async () => {
  const server = await serve();
  const run = (program: string, ...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(program, ['-p', String(server.port), ...args], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  try {
    assert.equal(run('redis-cli', 'SET', 'a b', 'c'), 'OK\n');
    assert.equal(run('redis-cli', '-3', 'AI.TENSORSET', 't', 'FLOAT', '1', 'VALUES', '0.5'), 'OK\n');
    assert.equal(run('redis-cli', '--scan').split('\n').sort().join(), ',a b,t');
    const report = run('redis-benchmark', '-n', '500', '-q', '-t', 'ping_inline,ping_mbulk,set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,lrange_100,mset');
    assert.equal(report.match(/requests per second/g)?.length, 15);
  } finally {
    await server.close();
  }
});

test('a model that runs on and on does not keep the snapshot from being written', async (t) => {
  const save = join(temporaryFolder(t), 'keys');
  const server = await serve({ save });
  const client = await connectTo(server.port);
  await client.call('SET', 'kept', 'yes');
  await client.call('AI.MODELSTORE', 'slow', 'ONNX', 'CPU', 'BLOB', slowModel(20_000));
  await client.call('AI.TENSORSET', 'x', 'FLOAT', '400', '400');
  const run = client.call('AI.MODELEXECUTE', 'slow', 'INPUTS', '1', 'x', 'OUTPUTS', '1', 'y').catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 300));
  await server.close();
  await run;
  const again = await serve({ save });
  const other = await connectTo(again.port);
  assert.equal(String(await other.call('GET', 'kept')), 'yes');
  other.close();
  await again.close();
});
