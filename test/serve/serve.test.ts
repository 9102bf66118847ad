import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { serve } from '../../serve/serve.js';
import { noRedisTools } from '../support/redis-server.js';
import { connectTo } from '../support/resp-client.js';

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
