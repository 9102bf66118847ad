import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectTo, served, multiplyModel } from '../support/resp-client.js';

const OOM = "-OOM command not allowed when used memory > 'maxmemory'.";

test('commands that need memory are refused when there is none, and only they', async (t) => {
  const { call } = await served(t, { maxmemoryBytes: 3 * 1024 * 1024 });
  let kept = 0;
  while ((await call('AI.TENSORSET', `t${kept}`, 'UINT8', 100_000)) === 'OK') kept++;
  assert.ok(kept >= 20 && kept <= 22, `${kept} tensors`);
  for (const args of [['SET', 'k', 'v'], ['AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel()], ['AI.TENSORSET', 't', 'FLOAT', 1], ['LPUSH', 'l', 1], ['MSET', 'a', 1]] as const) assert.equal(await call(...args), OOM);
  assert.equal(await call('EXISTS', 't0'), 1);
  assert.equal(await call('DEL', 't0', 't1'), 2);
  assert.equal(await call('SET', 'k', 'v'), 'OK');
});

test('what is deleted, overwritten, expired or flushed counts no more', async (t) => {
  const { call } = await served(t);
  const used = async (): Promise<number> => Number(/used_memory_dataset:(\d+)/.exec(await call('INFO', 'memory') as string)![1]);
  assert.equal(await used(), 0);
  for (const make of [['SET', 'k', 'x'.repeat(5000)], ['LPUSH', 'k', 'a', 'b'], ['HSET', 'k', 'f', 'v'], ['SADD', 'k', 'm'], ['ZADD', 'k', 1, 'm'], ['AI.TENSORSET', 'k', 'FLOAT', 100]] as const) {
    await call(...make);
    const before = await used();
    assert.ok(before > 0, make[0]);
    await call('RENAME', 'k', 'q');
    assert.equal(await used(), before);
    await call('DEL', 'q');
    assert.equal(await used(), 0, make[0]);
  }
  await call('SET', 'k', 'x'.repeat(5000));
  await call('APPEND', 'k', 'y');
  await call('SET', 'k', 'short', 'PX', 1);
  while ((await call('GET', 'k')) !== null);
  assert.equal(await used(), 0);
  await call('RPUSH', 'l', 'a', 'b');
  await call('LPOP', 'l', 2);
  assert.equal(await used(), 0);
  await call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  await call('FLUSHALL');
  assert.equal(await used(), 0);
});

test('before logging in only AUTH, HELLO, QUIT and RESET are answered, but wrong commands are told first', async (t) => {
  const { call, server } = await served(t, { users: { ada: 'secret' } });
  assert.equal(await call('GET', 'k'), '-NOAUTH Authentication required.');
  assert.match(String(await call('GET')), /wrong number of arguments/);
  assert.match(String(await call('NOPE')), /unknown command/);
  assert.match(String(await call('AUTH', 'secret')), /^-WRONGPASS/);
  assert.equal(await call('AUTH', 'ada', 'secret'), 'OK');
  assert.equal(await call('ACL', 'WHOAMI'), 'ada');
  const other = await connectTo(server.port);
  assert.match(String((await other.call('HELLO', 2, 'AUTH', 'ada', 'secret')) instanceof Array), /true/);
  assert.equal(await other.call('CLIENT', 'KILL', 'USER', 'ada', 'SKIPME', 'yes'), 1);
  assert.equal(await other.call('RESET'), 'RESET');
  assert.equal(await other.call('PING'), '-NOAUTH Authentication required.');
  other.close();
});
