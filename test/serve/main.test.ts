import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import type { FromChild } from '../../serve/serve.js';
import { connectTo } from '../support/resp-client.js';

async function start(): Promise<{ child: ReturnType<typeof fork>; port: number }> {
  const child = fork(new URL('../../serve/main.js', import.meta.url), [], { serialization: 'advanced' });
  child.send({});
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
