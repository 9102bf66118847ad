import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { InferplayError, type ErrorCode } from '../../core/errors.js';
import { openBulk, type Bulk, type BulkOptions } from '../../load/bulk.js';
import { parseRedisUrl } from '../../wire/redis-address.js';
import { encodeCommand, RespError } from '../../wire/resp.js';
import { freePort } from '../support/redis-server.js';

type Test = { after(fn: () => void): void };

/** A server that answers every chunk that it gets with what `answer` says. */
async function scripted(t: Test, answer: (socket: Socket, chunk: Buffer) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', (chunk) => answer(socket, chunk)).on('error', () => {});
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `redis://127.0.0.1:${(server.address() as { port: number }).port}`;
}

interface Seen {
  readonly stored: number[];
  readonly errors: [string, string, number][];
}

async function open(url: string, options: Partial<BulkOptions> = {}): Promise<{ bulk: Bulk; seen: Seen }> {
  const seen: Seen = { stored: [], errors: [] };
  const bulk = await openBulk(parseRedisUrl(url).address, {
    bufferBytes: 1024, commandsMax: 16, inFlight: 2,
    onError: (...error) => void seen.errors.push(error),
    onAnswered: (keys) => void seen.stored.push(keys),
    ...options,
  });
  return { bulk, seen };
}

/** Sends `commands` PINGs in one write, each standing for `keys` keys. */
async function write(bulk: Bulk, commands: number, keys: number, row = 0, onInteger?: (value: number) => void): Promise<void> {
  const slot = await bulk.acquire();
  const frame = encodeCommand(['PING']);
  for (let at = 0; at < commands; at++) {
    slot.buffer.set(frame, at * frame.length);
    slot.keys[at] = keys;
  }
  bulk.send(slot, commands * frame.length, commands, row, onInteger);
}

async function failure(promise: Promise<unknown>, code: ErrorCode, text: RegExp): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof InferplayError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, text);
    return true;
  });
}

test('replies are counted by their keys, in any chunks', async (t) => {
  const url = await scripted(t, (socket) => {
    let at = 0;
    const text = '+OK\r\n-ERR odd thing\r\n+OK\r\n-ERR odd thing\r\n:1\r\n';
    const drip = (): void => void (at < text.length && socket.write(text[at++], () => setImmediate(drip)));
    drip();
  });
  const { bulk, seen } = await open(url);
  t.after(() => bulk.close());
  await write(bulk, 5, 7);
  await bulk.flush();
  assert.deepEqual(seen.stored, [14]);
  assert.deepEqual(seen.errors, [['ERR', 'ERR odd thing', 7], ['ERR', 'ERR odd thing', 7], ['UNEXPECTED', 'ERR a reply that is neither what was expected nor an error', 7]]);
});

test('no more writes are on their way than allowed, and their buffers are used again', async (t) => {
  let pending = 0;
  let most = 0;
  const url = await scripted(t, (socket, chunk) => {
    const commands = chunk.toString().split('PING').length - 1;
    most = Math.max(most, pending);
    setImmediate(() => socket.write('+OK\r\n'.repeat(commands)));
  });
  const { bulk, seen } = await open(url, { onAnswered: () => pending-- });
  t.after(() => bulk.close());
  const slots = new Set<Buffer>();
  for (let round = 0; round < 20; round++) {
    const slot = await bulk.acquire();
    slots.add(slot.buffer);
    const frame = encodeCommand(['PING']);
    slot.buffer.set(frame);
    slot.keys[0] = 1;
    pending++;
    bulk.send(slot, frame.length, 1, round);
    assert.ok(bulk.unstoredRow()! >= round - 2 && bulk.unstoredRow()! <= round);
  }
  await bulk.flush();
  assert.equal(bulk.unstoredRow(), null);
  assert.equal(slots.size <= 3, true);
  assert.ok(most <= 3, `${most} were on their way`);
  assert.deepEqual(seen.errors, []);
});

test('integers are passed on while keys are counted, and an error there is the end', async (t) => {
  const replies = [':12\r\n', '-ERR no\r\n'];
  const { bulk } = await open(await scripted(t, (socket) => socket.write(replies.shift()!)));
  const values: number[] = [];
  await write(bulk, 1, 0, 0, (value) => values.push(value));
  await bulk.flush();
  assert.deepEqual(values, [12]);
  await write(bulk, 1, 0, 0, (value) => values.push(value));
  await failure(bulk.flush(), 'SERVER', /refused EXISTS: ERR no/);
});

test('an error that every command would get ends the connection, and everything after it says the same', async (t) => {
  const { bulk } = await open(await scripted(t, (socket) => socket.write('+OK\r\n-OOM command not allowed\r\n+OK\r\n')));
  await write(bulk, 3, 1, 40);
  await failure(bulk.flush(), 'SERVER', /refused a write: OOM.*raise it/);
  assert.equal(bulk.unstoredRow(), 40);
  assert.throws(() => bulk.acquire(), /OOM/);
  await failure(bulk.call(['PING']), 'SERVER', /OOM/);
});

test('a single command gets its reply, an error as a value', async (t) => {
  const replies = ['$3\r\na\r\n\r\n', '-ERR no\r\n', '*2\r\n:1\r\n+x\r\n'];
  const { bulk } = await open(await scripted(t, (socket) => socket.write(replies.shift()!)));
  t.after(() => bulk.close());
  assert.deepEqual(await bulk.call(['X']), Buffer.from('a\r\n'));
  assert.ok((await bulk.call(['X'])) instanceof RespError);
  assert.deepEqual(await bulk.call(['X']), [1, 'x']);
});

test('a greeting that is refused is told without the password', async (t) => {
  const url = await scripted(t, (socket) => socket.write("-ERR unknown command 'AUTH', with args beginning with: 'hunter2'\r\n"));
  await assert.rejects(open(url.replace('//', '//:hunter2@')), (error: unknown) => error instanceof InferplayError && error.code === 'SERVER' && !error.message.includes('hunter2'));
});

test('a connection that is foreign, silent, closed, aborted or refused', async (t) => {
  const run = async (answer: (socket: Socket) => void, options: Partial<BulkOptions> = {}): Promise<void> => {
    const { bulk } = await open(await scripted(t, answer), options);
    await write(bulk, 2, 1);
    await bulk.flush();
  };
  await failure(run((socket) => socket.write('HTTP/1.1 400\r\n')), 'CONNECT', /does not speak the Redis protocol/);
  await failure(run((socket) => socket.write('+OK\r\n+OK\r\n+OK\r\n')).then(() => run((socket) => socket.write('$9999999999\r\n'))), 'CONNECT', /does not speak the Redis protocol/);
  await failure(run(() => {}, { idleTimeoutMs: 50 }), 'CONNECT', /left a write unanswered for 0\.05 s/);
  await failure(run((socket) => socket.end('+OK\r\n')), 'CONNECT', /was lost/);
  await failure(run(() => {}, { signal: AbortSignal.timeout(30) }), 'INTERRUPTED', /Interrupted while writing/);
  await failure(open(`redis://127.0.0.1:${await freePort()}`), 'CONNECT', /./);
});
