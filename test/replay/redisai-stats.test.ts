import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statisticsBetween } from '../../core/server-statistics.js';
import { readCounters } from '../../replay/redisai-stats.js';
import { serve } from '../../serve/serve.js';
import { connectRedis } from '../../wire/redis.js';
import { multiplyModel } from '../support/resp-client.js';
import { startStub } from '../support/stub-server.js';

const address = (port: number) => ({ host: '127.0.0.1', port, tls: false, username: null, password: null, path: '' });

test('AI.INFO and the number of runs of the embedded server, for a key with colons too; nothing is reset', async (t) => {
  const server = await serve();
  t.after(() => server.close());
  const redis = await connectRedis(`redis://127.0.0.1:${server.port}`);
  t.after(() => redis.close());
  for (const model of ['multiply', 'multiply:v1', 'multiply:v2:cpu']) {
    const read = () => readCounters(address(server.port), {}, model);
    assert.equal(await read(), null, 'there is no such model');
    await redis.call(['AI.MODELSTORE', model, 'ONNX', 'CPU', 'BLOB', multiplyModel()]);
    await redis.call(['AI.TENSORSET', 'x', 'FLOAT', '3', '2', 'VALUES', '1', '2', '3', '4', '5', '6']);
    const before = await read();
    assert.deepEqual(before, { calls: 0, samples: 0, errors: 0, durationUs: 0, runs: 0 });
    for (let run = 0; run < 4; run++) await redis.call(['AI.MODELEXECUTE', model, 'INPUTS', '2', 'x', 'x', 'OUTPUTS', '1', 'y']);
    const after = await read();
    assert.deepEqual({ ...after, durationUs: 0 }, { calls: 4, samples: 12, errors: 0, durationUs: 0, runs: 4 });
    assert.ok(after!.durationUs > 0);
  }
});

/** AI.INFO as RedisAI answers it. */
function info(calls: number): string {
  const fields: (string | number)[] = ['key', 'm', 'duration', 90, 'samples', 8 * calls, 'calls', calls, 'errors', 0];
  return `*${fields.length}\r\n${fields.map((field) => (typeof field === 'number' ? `:${field}\r\n` : `$${field.length}\r\n${field}\r\n`)).join('')}`;
}

test('all counters are of one moment, also while the server goes on counting', async (t) => {
  let calls = 100;
  // One more inference between any two commands, each of 4 rows in a run of its own.
  const stub = await startStub(t, () => ({}), {
    greet: ({ name, args }) => {
      calls++;
      if (name === 'ai.info') return info(calls);
      const text = `# Inference\r\ngiven_up_runs_in_progress:0\r\nmodel_m:1:runs=7,calls=9,samples=9,errors=0,duration_us=5\r\nmodel_m:runs=${calls},calls=${calls},samples=${4 * calls},errors=0,duration_us=${10 * calls}\r\n`;
      return name === 'info' && String(args[1]) === 'inference' ? `$${text.length}\r\n${text}\r\n` : null;
    },
  });
  const read = () => readCounters(address(stub.port), {}, 'm');
  const [before, after] = [await read(), await read()];
  for (const { calls, samples, runs, durationUs } of [before!, after!]) assert.deepEqual([runs, samples, durationUs], [calls, 4 * calls, 10 * calls]);
  assert.equal(statisticsBetween(before!, after!, 'window')?.samplesPerRun, 4);
});

test('a server that does not tell runs has none; one that knows no AI.INFO, or answers otherwise, counts nothing', async (t) => {
  let reply = info(3);
  const stub = await startStub(t, () => ({}), { greet: ({ name, args }) => (name === 'ai.info' ? reply : name === 'info' && String(args[1]) === 'inference' ? '$0\r\n\r\n' : null) });
  const read = () => readCounters(address(stub.port), {}, 'm');
  assert.deepEqual(await read(), { calls: 3, samples: 24, errors: 0, durationUs: 90, runs: null });
  for (reply of ["-ERR unknown command 'AI.INFO'\r\n", '-NOPERM this user has no permissions\r\n', '+OK\r\n', '*2\r\n$5\r\ncalls\r\n$1\r\nx\r\n']) assert.equal(await read(), null);
  await stub.stop();
  await assert.rejects(read(), { code: 'CONNECT' });
});
