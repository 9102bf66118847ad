/** A crowd of random clients against one server: whoever stays is answered once, in order and with what is right, and the counts add up. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../../serve/serve.js';
import { encodeCommand } from '../../wire/resp.js';
import { Book, draw, encodeAsked, judge, MODELS, noteValues, SHIFTING, shiftingFactor, timesModel, type Asked, type Counts } from '../support/crowd.js';
import { dice, type Dice } from '../support/dice.js';
import { connectTo, type Plain, type RespClient } from '../support/resp-client.js';

const CLIENTS = 32;
const BURSTS = 6;
const BURST_MAX = 5;
/** Clients that come and go, and how often each does. */
const GUESTS = 10;
const VISITS = 6;
const GENERATIONS = 20;
/** So many looks at a server in which nothing changes mean that it never will: its longest timer is 20 ms, and its longest run is given up after 5 s. */
const LOOKS_MAX = 400;
const LOOKS_RUNNING_MAX = 4000;

/** What all that is going on shares. */
interface Crowd {
  readonly seed: number;
  readonly book: Book;
  readonly generations: { first: number; last: number };
  /** Keys that guests may have left behind. */
  readonly left: Asked[];
  over: boolean;
  connect(): Promise<RespClient>;
}

function gather(t: TestContext, port: number, seed: number): Crowd {
  const clients: RespClient[] = [];
  t.after(() => clients.forEach((client) => client.close()));
  const connect = async (): Promise<RespClient> => {
    const client = await connectTo(port);
    clients.push(client);
    return client;
  };
  return { seed, book: new Book(), generations: { first: 0, last: 0 }, left: [], over: false, connect };
}

async function store(client: RespClient, name: string, model: Buffer, device: string, batching: readonly (string | number)[]): Promise<void> {
  assert.equal(await client.call('AI.MODELSTORE', name, 'ONNX', device, ...batching, 'BLOB', model), 'OK');
}

/** Writes in two pieces, cut anywhere. */
async function send({ socket }: RespClient, bytes: Buffer, random: Dice): Promise<void> {
  const cut = random.below(bytes.length);
  socket.write(bytes.subarray(0, cut));
  if (random.below(2) === 0) await sleep(random.below(3));
  socket.write(bytes.subarray(cut));
}

/** A client that sends pipelines, and hears of everything. */
async function stay(crowd: Crowd, id: number): Promise<void> {
  const random = dice(crowd.seed + id);
  const client = await crowd.connect();
  if (random.below(2) === 0) await client.call('HELLO', 3);
  let number = id * BURSTS * BURST_MAX;
  for (let burst = 0; burst < BURSTS; burst++) {
    const asked = Array.from({ length: 1 + random.below(BURST_MAX) }, () => draw(random, number++, false));
    const { first } = crowd.generations;
    await send(client, Buffer.concat([...asked.map((each) => encodeAsked(each, random)), encodeCommand(['ECHO', `${id} ${burst}`])]), random);
    for (const each of asked) {
      const replies: Plain[] = [await client.next(), await client.next(), await client.next()];
      judge(each, replies, { first, last: crowd.generations.last }, crowd.book);
    }
    assert.equal(await client.next(), `${id} ${burst}`);
    await sleep(random.below(8));
  }
  assert.equal(await client.call('ECHO', 'nothing else'), 'nothing else');
}

/** A client that goes away at any moment, also in the middle of a request. */
async function visit(crowd: Crowd, id: number): Promise<void> {
  const random = dice(crowd.seed + id);
  let number = CLIENTS * BURSTS * BURST_MAX + (id - CLIENTS) * VISITS * BURST_MAX;
  for (let i = 0; i < VISITS; i++) {
    const client = await crowd.connect();
    client.socket.on('error', () => {});
    const asked = Array.from({ length: 1 + random.below(BURST_MAX) }, () => draw(random, number++, true));
    crowd.left.push(...asked);
    const bytes = Buffer.concat(asked.map((each) => encodeAsked(each, random)));
    client.socket.write(bytes.subarray(0, bytes.length - random.below(2) * random.below(200)));
    await sleep(random.below(25));
    client.close();
    await sleep(random.below(10));
  }
}

/** Deletes the shifting model and stores the next one, again and again. */
async function shift(crowd: Crowd): Promise<void> {
  const random = dice(crowd.seed - 1);
  const client = await crowd.connect();
  while (crowd.generations.last < GENERATIONS) {
    await sleep(random.below(20));
    const generation = crowd.generations.last + 1;
    // Of the last one all is counted: it takes the place of another.
    if (generation < GENERATIONS && random.below(2) === 0) await client.call('AI.MODELDEL', SHIFTING);
    await sleep(random.below(3));
    crowd.generations.last = generation;
    await store(client, SHIFTING, timesModel(shiftingFactor(generation)), 'CPU', random.one([[], ['BATCHSIZE', 3], ['BATCHSIZE', 3, 'MINBATCHSIZE', 2, 'MINBATCHTIMEOUT', 4]]));
    crowd.generations.first = generation;
  }
  client.close();
}

const field = (text: string, name: string): number => Number(new RegExp(`^${name}:(\\d+)\\r$`, 'm').exec(text)?.[1] ?? NaN);

/** Looks at the server until guests are gone and it has come to rest, and that nobody waits for what is not there, or is waited for who is not. */
async function watch(crowd: Crowd, watcher: RespClient): Promise<void> {
  let before = '';
  for (let looks = 0, looksMax = LOOKS_MAX; looks < looksMax; looks++) {
    watcher.socket.write(Buffer.concat(['inference', 'clients', 'memory'].map((section) => encodeCommand(['INFO', section]))));
    const [inference, clients, memory] = [await watcher.next(), await watcher.next(), await watcher.next()].map(String);
    const [queued, running] = [field(inference, 'queued_requests'), field(inference, 'running_requests')];
    const [connected, blocked, bytes] = [field(clients, 'connected_clients'), field(clients, 'blocked_clients'), field(memory, 'mem_clients_normal')];
    assert.ok(queued <= blocked && blocked <= queued + running, `${blocked} clients wait, ${queued} requests in queues, ${running} that run`);
    if (crowd.over && connected === 1 + CLIENTS && queued + running + blocked + bytes === 0) return;
    const now = `${inference}connected:${connected} blocked:${blocked} bytes:${bytes}`;
    if (now !== before) looks = 0;
    looksMax = running > 0 ? LOOKS_RUNNING_MAX : LOOKS_MAX;
    before = now;
    await sleep(5);
  }
  assert.fail(`Nothing happens any more in\n${before}`);
}

async function counted(client: RespClient, name: string): Promise<Counts & { runs: number }> {
  const info = (await client.call('AI.INFO', name)) as Plain[];
  const of = (key: string): number => Number(info[info.indexOf(key) + 1]);
  const runs = Number(new RegExp(`^model_${name}:runs=(\\d+),`, 'm').exec(String(await client.call('INFO', 'inference')))![1]);
  return { calls: of('calls'), errors: of('errors'), samples: of('samples'), runs };
}

/** What guests have left behind tells what ran for them. */
async function clear({ left, book, generations: { last } }: Crowd, client: RespClient): Promise<void> {
  for (const asked of left) {
    const got = await client.call('AI.TENSORGET', asked.output, 'VALUES');
    if (Array.isArray(got)) noteValues(asked, got.map(Number), { first: 0, last }, book);
    else if (asked.inDag) for (const name of asked.chain.slice(0, -1)) book.perhaps(name, asked.rows);
  }
}

/** Whether the server has counted what was answered, and nothing that cannot have been. */
function compare(name: string, { calls, errors, samples }: Counts, heard: Counts, perhaps: Counts): void {
  const where = `${name}: ${JSON.stringify({ calls, errors, samples, heard, perhaps })}`;
  assert.equal(errors, heard.errors, where);
  assert.ok(calls >= heard.calls && calls <= heard.calls + perhaps.calls, where);
  assert.ok(samples >= heard.samples && samples <= heard.samples + perhaps.samples, where);
}

for (const threadsPerQueue of [1, 2]) {
  test(`a crowd is served, ${threadsPerQueue} at a time`, async (t) => {
    const server = await serve({ threadsPerQueue });
    t.after(() => server.close());
    const crowd = gather(t, server.port, 1000 * threadsPerQueue);
    const client = await crowd.connect();
    for (const [name, { factor, kind, device = 'CPU', batching }] of Object.entries(MODELS)) await store(client, name, timesModel(factor, kind), device, batching);
    await store(client, SHIFTING, timesModel(shiftingFactor(0)), 'CPU', []);

    const all = [shift(crowd), ...Array.from({ length: CLIENTS + GUESTS }, (_, id) => (id < CLIENTS ? stay(crowd, id) : visit(crowd, id)))];
    await Promise.all([watch(crowd, client), Promise.all(all).then(() => (crowd.over = true))]);

    await clear(crowd, client);
    const { book } = crowd;
    const batched = { runs: 0, right: 0 };
    for (const [name, { batching }] of Object.entries(MODELS)) {
      const { runs, ...counts } = await counted(client, name);
      compare(name, counts, book.of(name), book.of(`perhaps ${name}`));
      const right = counts.calls - counts.errors;
      assert.ok(batching.length > 0 ? runs <= right : runs === right, `${name}: ${runs} runs for ${right} that went well`);
      if (batching.length > 0) batched.runs += runs;
      if (batching.length > 0) batched.right += right;
    }
    assert.ok(batched.runs < batched.right, `${batched.runs} runs for ${batched.right} that could have shared them`);
    // What the last one has refused is not told from what others have.
    const { calls, errors, samples } = await counted(client, SHIFTING);
    compare(SHIFTING, { calls: calls - errors, errors: 0, samples }, book.of(`${SHIFTING}@${GENERATIONS}`), book.of(`perhaps ${SHIFTING}`));
  });
}
