import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectTo, multiplyModel, served, slowModel } from '../support/resp-client.js';

test('INFO has the sections that clients look for, all or one', async (t) => {
  const client = await served(t);
  await client.call('SET', 'k', 'v');
  const text = (await client.call('INFO')) as string;
  for (const line of ['# Server', 'redis_version:6.2.14', `tcp_port:${client.server.port}`, '# Memory', '# CPU', '# Modules', 'db0:keys=1,expires=0,avg_ttl=0']) {
    assert.ok(text.includes(`${line}\r\n`), line);
  }
  assert.match(await client.call('INFO', 'Replication') as string, /^# Replication\r\nrole:master\r\nconnected_slaves:0\r\nmaster_failover_state:no-failover\r\nmaster_replid:[0-9a-f]{40}\r\n/);
  assert.equal(await client.call('INFO', 'nothing'), '');
});

test('INFO MODULES names the backend once it has been used', async (t) => {
  const client = await served(t);
  assert.doesNotMatch((await client.call('INFO', 'MODULES')) as string, /onnxruntime/);
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  assert.match((await client.call('INFO', 'MODULES')) as string, /# ai_backends_info\r\nai_onnxruntime_version:\d/);
});

test('INFO shows the sections that are asked for, the module\'s own at the end', async (t) => {
  const { call } = await served(t);
  const titles = async (...section: string[]): Promise<string> => [...(await call('INFO', ...section) as string).matchAll(/^# (\w+)\r$/gm)].map(([, title]) => title).join(' ');
  const before = 'Server Clients Memory Persistence Stats Replication CPU Modules';
  const module = 'ai_versions ai_git ai_load_time_configs ai_backends_info ai_cpu';
  assert.equal(await titles(), `${before} Errorstats Cluster Keyspace`);
  assert.equal(await titles('ALL'), `${before} Commandstats Errorstats Cluster Keyspace`);
  assert.equal(await titles('everything'), `${before} Commandstats Errorstats Cluster Keyspace ${module}`);
  assert.equal(await titles('modules'), `Modules ${module}`);
  assert.equal(await titles('ai'), module);
  assert.equal(await titles('ai_git'), 'ai_git');
  assert.equal(await call('INFO', 'cpu', 'memory'), '-ERR syntax error');
});

test('INFO counts what was found and what was missed, and the commands that ran', async (t) => {
  const { call } = await served(t);
  await call('SET', 'k', 'v');
  await call('GET', 'k');
  await call('MGET', 'k', 'no', 'none');
  await call('INCR', 'counter');
  await call('NOPE');
  const text = await call('INFO', 'stats') as string;
  assert.match(text, /keyspace_hits:2\r\nkeyspace_misses:2\r/);
  assert.match(text, /total_commands_processed:4\r/);
  assert.match(text, /total_reads_processed:6\r\ntotal_writes_processed:5\r/);
  await call('CONFIG', 'RESETSTAT');
  assert.match(await call('INFO', 'stats') as string, /keyspace_hits:0\r\nkeyspace_misses:0\r/);
});

test('INFO MODULES has a line for each thread of each device, in the order of the real server', async (t) => {
  const client = await served(t, { threadsPerQueue: 2 });
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'cpu:1', 'BLOB', multiplyModel());
  const lines = ((await client.call('INFO', 'MODULES')) as string).split('\r\n').filter((line) => line.startsWith('ai_queue_'));
  assert.deepEqual(lines, ['CPU:1_bthread_n1', 'CPU:1_bthread_n2', 'CPU_bthread_n1', 'CPU_bthread_n2'].map((name) => `ai_queue_${name}_used_cpu_total:N/A`));
});

test('INFO inference tells how many requests wait and how many are being run', async (t) => {
  const client = await served(t);
  await client.call('AI.MODELSTORE', 'slow', 'ONNX', 'CPU', 'BLOB', slowModel());
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BATCHSIZE', 4, 'MINBATCHSIZE', 2, 'BLOB', multiplyModel());
  await client.call('AI.TENSORSET', 'x', 'FLOAT', 400, 400);
  await client.call('AI.TENSORSET', 'a', 'FLOAT', 1, 2);
  const waiting = async (queued: number, running: number): Promise<void> => {
    while (!String(await client.call('INFO', 'inference')).includes(`\r\nqueued_requests:${queued}\r\nrunning_requests:${running}\r\n`));
  };
  const [slow, one, other] = await Promise.all([1, 2, 3].map(() => connectTo(client.server.port)));
  const answers = [one.call('AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, 'c')];
  await waiting(1, 0);
  answers.push(slow.call('AI.MODELEXECUTE', 'slow', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y'));
  await waiting(1, 1);
  answers.push(other.call('AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, 'c'));
  assert.deepEqual(await Promise.all(answers), ['OK', 'OK', 'OK']);
  await waiting(0, 0);
  for (const { close } of [slow, one, other]) close();
});
