import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nullTarget } from '../../../replay/targets/null.js';

const target = nullTarget.create({ host: '', port: 0, tls: false, username: null, password: null, path: '' }, {});

test('every request is answered in the next turn, never from inside send', async () => {
  const done: number[] = [];
  const hooks = { firstByte() {}, done: (slot: number, code: string) => void (code === 'ok' && done.push(slot)), closed: () => assert.fail() };
  const clients = await Promise.all([0, 1, 2].map((slot) => target.connect(slot, hooks, { timeoutMs: 1, replies: 1, surround: null })));
  for (const client of clients) client.send(new Uint8Array());
  assert.deepEqual(done, []);
  clients[1].close();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(done, [0, 2], 'a closed one says nothing');
  clients[0].send(new Uint8Array());
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(done, [0, 2, 0]);
});

test('it needs no server and no columns', async () => {
  assert.equal(target.encoder({ columns: [], manifest: null }, 5).frameBytesMax, 0);
});
