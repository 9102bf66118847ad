import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectClient } from '../../replay/redisai-client.js';
import type { Hooks } from '../../replay/target.js';
import { encodeCommand } from '../../wire/resp.js';
import { OK_DAG, startStub, tensor, type StubAnswer } from '../support/stub-server.js';

const DAG = encodeCommand(['AI.DAGRUN']);
const PIPELINE = Buffer.concat([encodeCommand(['AI.TENSORSET']), encodeCommand(['AI.MODELEXECUTE']), encodeCommand(['AI.TENSORGET'])]);

/** What a client said, as words, and a wait for the next of them. */
function listen(): { hooks: Hooks; next: () => Promise<string> } {
  const said: string[] = [];
  const waiting: ((word: string) => void)[] = [];
  const say = (word: string): void => void (waiting.shift() ?? said.push.bind(said))(word);
  return {
    hooks: {
      firstByte: (slot) => say(`first ${slot}`),
      done: (slot, code, _message, answer, size) => say(`done ${slot} ${code} ${answer?.length ?? 'none'} ${size}`),
      closed: (slot, reason, code) => say(`closed ${slot} ${code ?? '-'} ${reason}`),
    },
    next: () => new Promise((resolve) => (said.length > 0 ? resolve(said.shift()!) : waiting.push(resolve))),
  };
}

test('first byte, then done; in pieces too', async (t) => {
  const stub = await startStub(t, ({ number }): StubAnswer => (number === 0 ? { pieces: [OK_DAG] } : { pieces: [OK_DAG.subarray(0, 3), OK_DAG.subarray(3)], pauseMs: 20 }));
  const { hooks, next } = listen();
  const client = await connectClient({ host: '127.0.0.1', port: stub.port, greeting: [], replies: 1, surround: null }, 7, hooks, 1000);
  for (let round = 0; round < 2; round++) {
    client.send(DAG);
    assert.equal(await next(), 'first 7');
    assert.equal(await next(), `done 7 ok 8 ${OK_DAG.length}`);
  }
  client.close();
});

test('what belongs to the connection goes out around every frame, and is counted with it', async (t) => {
  const stub = await startStub(t, () => ({ pieces: [OK_DAG] }));
  const { hooks, next } = listen();
  const surround = { head: '*2\r\n$9\r\nAI.DAGRUN\r\n', tail: '\r\n' };
  const client = await connectClient({ host: '127.0.0.1', port: stub.port, greeting: [], replies: 1, surround }, 3, hooks, 1000);
  for (const frame of ['$5\r\nfirst', '$2\r\nno']) {
    assert.equal(client.send(Buffer.from(frame)), surround.head.length + frame.length + surround.tail.length);
    assert.equal(await next(), 'first 3');
    assert.equal(await next(), `done 3 ok 8 ${OK_DAG.length}`);
  }
  assert.deepEqual(stub.requests.map(({ args }) => args.join(' ')), ['AI.DAGRUN first', 'AI.DAGRUN no']);
  client.close();
});

test('three replies are one inference, and a reply too many ends the connection', async (t) => {
  const stub = await startStub(t, ({ name, number }) => ({ pieces: [name === 'ai.tensorget' ? tensor(1) : name === 'ai.modelexecute' && number > 3 ? '+OK\r\n-WRONGTYPE no\r\n' : '+OK\r\n'] }));
  const { hooks, next } = listen();
  const client = await connectClient({ host: '127.0.0.1', port: stub.port, greeting: [], replies: 3, surround: null }, 0, hooks, 1000);
  client.send(PIPELINE);
  assert.equal(await next(), 'first 0');
  assert.equal(await next(), `done 0 ok 4 ${10 + tensor(1).length}`);
  client.send(PIPELINE);
  assert.equal(await next(), 'first 0');
  assert.equal(await next(), 'closed 0 WRONGTYPE WRONGTYPE no');
});

test('the greeting is said first, and a refusal is an error that names no password', async (t) => {
  const heard: string[] = [];
  const stub = await startStub(t, () => ({ pieces: [OK_DAG] }), { greet: ({ name, args }) => {
    heard.push(args.join(' '));
    return name === 'auth' && String(args[1]) !== 'right' ? '-WRONGPASS invalid\r\n' : null;
  } });
  const { hooks, next } = listen();
  const to = { host: '127.0.0.1', port: stub.port, replies: 1, surround: null };
  const client = await connectClient({ ...to, greeting: [['AUTH', 'right'], ['SELECT', '2']] }, 0, hooks, 1000);
  client.send(DAG);
  assert.equal(await next(), 'first 0');
  assert.deepEqual(heard, ['AUTH right', 'SELECT 2', 'AI.DAGRUN']);
  client.close();
  await assert.rejects(connectClient({ ...to, greeting: [['AUTH', 'hunter2']] }, 0, hooks, 1000), (error: Error & { code: string }) => error.code === 'SERVER' && /WRONGPASS/.test(error.message) && !/hunter2/.test(error.message));
});

test('a server that does not answer the greeting, or hangs up on it, is an error', async (t) => {
  const { hooks } = listen();
  const silent = await startStub(t, () => ({}), { greet: () => '' });
  await assert.rejects(connectClient({ host: '127.0.0.1', port: silent.port, greeting: [['AUTH', 'x']], replies: 1, surround: null }, 0, hooks, 50), { code: 'CONNECT' });
  const rude = await startStub(t, () => ({ hangUp: true }));
  await assert.rejects(connectClient({ host: '127.0.0.1', port: rude.port, greeting: [['AI.HELLO']], replies: 1, surround: null }, 0, hooks, 1000), { code: 'CONNECT' });
});

test('after close nothing is said, whatever still arrives', async (t) => {
  const stub = await startStub(t, () => ({ pieces: [OK_DAG], afterMs: 30 }));
  const { hooks, next } = listen();
  const client = await connectClient({ host: '127.0.0.1', port: stub.port, greeting: [], replies: 1, surround: null }, 0, hooks, 1000);
  client.send(DAG);
  client.close();
  const silence = new Promise<string>((resolve) => setTimeout(() => resolve('silence'), 100));
  assert.equal(await Promise.race([next(), silence]), 'silence');
});
