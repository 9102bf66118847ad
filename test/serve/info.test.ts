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
