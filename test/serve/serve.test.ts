import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
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
