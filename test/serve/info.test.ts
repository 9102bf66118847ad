import assert from 'node:assert/strict';
import { test } from 'node:test';
import { multiplyModel, served } from '../support/resp-client.js';

test('INFO has the sections that clients look for, all or one', async (t) => {
  const client = await served(t);
  await client.call('SET', 'k', 'v');
  const text = (await client.call('INFO')) as string;
  for (const line of ['# Server', 'redis_version:6.2.14', `tcp_port:${client.server.port}`, '# Memory', '# CPU', '# Modules', 'db0:keys=1,expires=0,avg_ttl=0']) {
    assert.ok(text.includes(`${line}\r\n`), line);
  }
  assert.equal(await client.call('INFO', 'Replication'), '# Replication\r\nrole:master\r\nconnected_slaves:0\r\n');
  assert.equal(await client.call('INFO', 'nothing'), '');
});

test('INFO MODULES names the backend once it has been used', async (t) => {
  const client = await served(t);
  assert.doesNotMatch((await client.call('INFO', 'MODULES')) as string, /onnxruntime/);
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  assert.match((await client.call('INFO', 'MODULES')) as string, /# ai_backends_info\r\nai_onnxruntime_version:\d/);
});

test('the sections of the module are shown by its name, by theirs, and with everything, but not with all', async (t) => {
  const client = await served(t);
  const info = async (section: string): Promise<string> => (await client.call('INFO', section)) as string;
  assert.equal(await info('AI_git'), '# ai_git\r\nai_git_sha:1bf38d8\r\n');
  assert.match(await info('ai'), /^# ai_versions\r\n[^]*\r\n\r\n# ai_git\r\n/);
  assert.doesNotMatch(await info('all'), /ai_git/);
  assert.match(await info('everything'), /# Keyspace\r\n[^]*# ai_git/);
});

test('INFO MODULES has a line for each thread of each device, in the order of the real server', async (t) => {
  const client = await served(t, { threadsPerQueue: 2 });
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'cpu:1', 'BLOB', multiplyModel());
  const lines = ((await client.call('INFO', 'MODULES')) as string).split('\r\n').filter((line) => line.startsWith('ai_queue_'));
  assert.deepEqual(lines, ['CPU:1_bthread_n1', 'CPU:1_bthread_n2', 'CPU_bthread_n1', 'CPU_bthread_n2'].map((name) => `ai_queue_${name}_used_cpu_total:N/A`));
});
