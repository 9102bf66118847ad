import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { Connections } from '../../replay/connections.js';
import type { Client, Hooks, Target } from '../../replay/target.js';

/** Of the test's own time: it stands still where a test does not turn it. */
const time = { now: 0 };
const clock = { now: () => time.now };
const hooks: Hooks = { firstByte() {}, done() {}, closed() {} };

function setUp(connect: (slot: number) => Promise<Client>, slots = 3) {
  const opened: number[] = [];
  const counts = { opened: 0, lost: 0, reopened: 0, refused: 0 };
  const target: Target = { encoder: () => assert.fail(), inspect: () => assert.fail(), connect: (slot) => connect(slot) };
  const connections = new Connections({ clock, target, hooks, slots, connectOptions: () => ({ timeoutMs: 100, replies: 1, surround: null }), counts, opened: (slot) => opened.push(slot) });
  return { connections, opened, counts };
}

const client: Client = { send: () => 0, close() {} };

test('all are opened, few at a time', async () => {
  let opening = 0;
  let most = 0;
  const { connections, opened, counts } = setUp(async () => {
    most = Math.max(most, ++opening);
    await new Promise((resolve) => setTimeout(resolve, 2));
    opening--;
    return client;
  }, 300);
  await connections.openAll();
  assert.equal(new Set(opened).size, 300);
  assert.equal(counts.opened, 300);
  assert.ok(most <= 64, `${most} at the same time`);
});

test('a run does not begin when one is refused', async () => {
  const refused = setUp((slot) => (slot === 1 ? Promise.reject(new InferplayError('SERVER', 'no')) : Promise.resolve(client)));
  await assert.rejects(refused.connections.openAll(), { code: 'SERVER' });
  const odd = setUp(() => Promise.reject(new Error('odd')));
  await assert.rejects(odd.connections.openAll(), { code: 'CONNECT' });
});

test('a lost connection is tried again with growing pauses until it is there', async () => {
  const at: number[] = [];
  let done = (): void => {};
  const back = new Promise<void>((resolve) => (done = resolve));
  const { connections, opened, counts } = setUp(async () => {
    at.push(performance.now());
    if (at.length < 5) throw new Error('refused');
    setImmediate(done);
    return client;
  });
  connections.reopen(0);
  connections.reopen(0);
  await back;
  const pauses = at.slice(1).map((ms, index) => ms - at[index]);
  assert.ok(pauses[3] > pauses[0] && pauses[3] > 50, pauses.join());
  assert.deepEqual([opened, counts.refused, counts.reopened, connections.lastError], [[0], 4, 1, 'refused']);
});

test('a connection that breaks without a success does not begin anew with no pause; one that succeeded or lived for a second does', async () => {
  let attempts = 0;
  let next = (): void => {};
  const { connections } = setUp(async () => {
    attempts++;
    setImmediate(() => next());
    return client;
  });
  const reopened = async (): Promise<number> => {
    const began = performance.now();
    const opened = new Promise<void>((resolve) => (next = resolve));
    connections.reopen(0);
    await opened;
    return performance.now() - began;
  };
  const pauses: number[] = [];
  for (let time = 0; time < 5; time++) pauses.push(await reopened());
  assert.ok(pauses[4] >= 75, `the fifth came after ${pauses.join()} ms`);
  connections.answered(0);
  const proved = await reopened();
  await reopened();
  await reopened();
  const fourth = await reopened();
  time.now += 1e9;
  const lived = await reopened();
  assert.ok(proved < fourth && lived < fourth, `${proved}, ${lived} and ${fourth} ms`);
  assert.equal(attempts, 10);
});

test('after the end nothing is opened any more', async () => {
  let closed = 0;
  let release = (_: Client): void => {};
  const { connections, opened } = setUp(() => new Promise((resolve) => (release = resolve)));
  connections.reopen(0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  connections.close();
  connections.reopen(1);
  release({ send: () => 0, close: () => closed++ });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([opened, closed], [[], 1]);
});
