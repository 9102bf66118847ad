import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FromChild, ToChild } from '../../serve/serve.js';
import { temporaryFolder } from '../support/paths.js';
import { connectTo, slowModel } from '../support/resp-client.js';

async function start(options: ToChild = {}): Promise<{ child: ReturnType<typeof fork>; port: number }> {
  const child = fork(new URL('../../serve/main.js', import.meta.url), [], { serialization: 'advanced' });
  child.send(options);
  const [answer] = (await once(child, 'message')) as [FromChild];
  assert.ok('port' in answer);
  return { child, port: answer.port };
}

test('the process ends when its parent goes away', async () => {
  const { child, port } = await start();
  const client = await connectTo(port);
  assert.equal(await client.call('PING'), 'PONG');
  child.disconnect();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('SIGINT is left to the parent, SIGTERM and SHUTDOWN end the process', async () => {
  const first = await start();
  first.child.kill('SIGINT');
  const client = await connectTo(first.port);
  assert.equal(await client.call('PING'), 'PONG');
  first.child.kill('SIGTERM');
  assert.deepEqual(await once(first.child, 'exit'), [0, null]);
  const second = await start();
  (await connectTo(second.port)).socket.write('SHUTDOWN\r\n');
  assert.deepEqual(await once(second.child, 'exit'), [0, null]);
});

test('a model that runs on and on keeps the process from ending only for a moment', async (t) => {
  const save = join(temporaryFolder(t), 'keys');
  const { child, port } = await start({ save, executionTimeoutMs: 50 });
  const client = await connectTo(port);
  await client.call('AI.MODELSTORE', 'slow', 'ONNX', 'CPU', 'BLOB', slowModel(20_000));
  await client.call('AI.TENSORSET', 'x', 'FLOAT', 400, 400);
  assert.match(String(await client.call('AI.MODELEXECUTE', 'slow', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y')), /terminate flag/);
  assert.match(String(await client.call('INFO', 'inference')), /given_up_runs_in_progress:1\r\n/);
  child.kill('SIGTERM');
  // There is no other way to leave that thread behind. The keys are safe by then.
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
  assert.ok(existsSync(save));
});
