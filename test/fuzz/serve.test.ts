/** Broken protocol and broken arguments: only errors of ours come out, and the server answers as ever afterwards. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { serve } from '../../serve/serve.js';
import { encodeCommand, scanReply } from '../../wire/resp.js';
import { dice, type Dice } from '../support/dice.js';
import { connectTo, multiplyModel } from '../support/resp-client.js';

const COMMANDS = [
  'AI.TENSORSET', 'AI.TENSORGET', 'AI.MODELSTORE', 'AI.MODELSET', 'AI.MODELGET', 'AI.MODELDEL', 'AI._MODELSCAN', 'AI.MODELEXECUTE', 'AI.MODELRUN', 'AI.DAGEXECUTE', 'AI.DAGRUN',
  'AI.DAGEXECUTE_RO', 'AI.DAGRUN_RO', 'AI.SCRIPTSTORE', 'AI.SCRIPTSET', 'AI.SCRIPTGET', 'AI.SCRIPTDEL', 'AI.SCRIPTEXECUTE', 'AI.SCRIPTRUN', 'AI._SCRIPTSCAN', 'AI.INFO', 'AI.CONFIG',
  'MULTI', 'EXEC', 'DISCARD', 'SELECT', 'COMMAND', 'CLIENT', 'CONFIG', 'SCAN', 'SETRANGE', 'GETRANGE', 'COPY', 'HELLO', 'OBJECT', 'MEMORY', 'INFO', 'WATCH', 'SETEX',
];
const WORDS = [
  'm', 't', 'a', 'b', 'c', 'k', 'FLOAT', 'DOUBLE', 'INT8', 'INT64', 'UINT16', 'BOOL', 'STRING', 'BLOB', 'VALUES', 'META', 'ONNX', 'TF', 'CPU', 'CPU:1', 'GPU:0', 'TAG', 'BATCHSIZE', 'MINBATCHSIZE',
  'MINBATCHTIMEOUT', 'INPUTS', 'OUTPUTS', 'TIMEOUT', '|>', 'LOAD', 'PERSIST', 'ROUTING', 'KEYS', 'ARGS', 'ENTRY_POINTS', 'SOURCE', 'RESETSTAT', 'GET', 'SET', 'GETKEYS', 'MODEL_CHUNK_SIZE',
  'AI.TENSORSET', 'AI.TENSORGET', 'AI.MODELRUN', 'AI.MODELEXECUTE', 'AI.SCRIPTRUN', '0', '1', '2', '3', '-1', '+1', '01', '1.5', '1e3', 'nan', 'inf', '-0', '0x10', '2147483648', '4294967296',
  '9223372036854775807', '9223372036854775808', '-9223372036854775809', '99999999999999999999', '1099511627776', '', ' ', '\0', 'é', '\r\n', '$', '*',
];
/** These would end the connection or the server for good, or leave replies out: other tests have them. */
const TOO_MUCH = /^(?:client|config)$/i;

function argument(random: Dice, model: Buffer): string | Buffer {
  const kind = random.below(20);
  if (kind < 17) return random.one(WORDS);
  if (kind === 17) return random.bytes(random.below(40));
  const damaged = Buffer.from(model.subarray(0, kind === 18 ? model.length : random.below(model.length)));
  for (let i = random.below(4); i > 0; i--) damaged[random.below(damaged.length || 1)] = random.below(256);
  return damaged;
}

function request(random: Dice, model: Buffer): (string | Buffer)[] {
  const name = random.one(COMMANDS);
  // Settings that were changed would make replies of the same connection come out differently, or not at all.
  const args = TOO_MUCH.test(name) ? ['GET', random.one(WORDS)] : Array.from({ length: random.below(random.below(4) === 0 ? 24 : 9) }, () => argument(random, model));
  return [name, ...args];
}

/** Starts with a command that would be accepted, and changes one thing of it. */
function nearly(random: Dice, model: Buffer): (string | Buffer)[] {
  const right: (string | Buffer)[][] = [
    ['AI.TENSORSET', 't', 'FLOAT', '1', '2', 'VALUES', '1', '2'], ['AI.TENSORSET', 't', 'STRING', '2', 'BLOB', 'a\0b\0'], ['AI.TENSORSET', 't', 'INT8', '2', 'BLOB', 'ab'], ['AI.TENSORGET', 't', 'META', 'VALUES'],
    ['AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'TAG', 'x', 'BATCHSIZE', '2', 'MINBATCHSIZE', '1', 'BLOB', model], ['AI.MODELEXECUTE', 'm', 'INPUTS', '2', 'a', 'b', 'OUTPUTS', '1', 'c', 'TIMEOUT', '50'],
    ['AI.MODELRUN', 'm', 'INPUTS', 'a', 'b', 'OUTPUTS', 'c'],
    ['AI.DAGEXECUTE', 'LOAD', '2', 'a', 'b', 'PERSIST', '1', 'c', '|>', 'AI.MODELEXECUTE', 'm', 'INPUTS', '2', 'a', 'b', 'OUTPUTS', '1', 'c', '|>', 'AI.TENSORGET', 'c', 'VALUES'],
    ['AI.DAGRUN', '|>', 'AI.TENSORSET', 't', 'FLOAT', '1', '2', 'VALUES', '1', '2', '|>', 'AI.TENSORGET', 't', 'BLOB'],
  ];
  const args = [...random.one(right)];
  const at = 1 + random.below(args.length - 1);
  const change = random.below(4);
  if (change === 0) args.splice(at, 1);
  else if (change === 1) args.splice(at, 0, argument(random, model));
  else if (change === 2) args[at] = argument(random, model);
  else args.length = at;
  return args;
}

/** Sends bytes and waits for the answers to end: with so many replies, with a closed connection, or when told that there is no more. */
function exchange(port: number, bytes: Buffer, replies: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let seen = Buffer.alloc(0);
    let at = 0;
    let count = 0;
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(seen) : reject(error)));
    socket.on('close', () => resolve(seen));
    socket.on('data', (chunk) => {
      seen = Buffer.concat([seen, chunk]);
      for (let end = scanReply(seen, at, seen.length); end > at; end = scanReply(seen, at, seen.length)) {
        at = end;
        if (++count === replies) socket.destroy();
      }
    });
    if (replies === 0) setTimeout(() => socket.destroy(), 20);
  });
}

/** Memory of a process, bytes; 0 where /proc does not tell. */
function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

const MEMORY_MAX = 1.5e9;
const OURS = /^-(?:[A-Z]+ |Number of keys given as |Invalid argument: |Unsupported command within DAG|Deprecated |AI\.|wrong number of arguments|Failed to load model|No graph|\[|Non-zero status|invalid|Input|Got |Unexpected|The )/;

test('broken arguments of every AI command end in errors, and in nothing else', async () => {
  const server = await serve({ executionTimeoutMs: 2000 });
  const random = dice(20240);
  const model = multiplyModel();
  try {
    const client = await connectTo(server.port);
    const replies: string[] = [];
    for (let i = 0; i < 4000; i++) {
      if (i % 100 === 0) {
        await client.call('DISCARD');
        await client.call('SELECT', 0);
        for (const key of ['a', 'b']) await client.call('AI.TENSORSET', key, 'FLOAT', 1, 2, 'VALUES', 1, 2);
        await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', model);
      }
      const args = i % 2 === 0 ? nearly(random, model) : request(random, model);
      // A batch that waits for company which never comes would make this client wait for ever.
      if (args.some((arg) => String(arg).toUpperCase() === 'MINBATCHSIZE') && !/^AI\.MODEL(?:RUN|EXECUTE)$/.test(String(args[0]))) args.splice(0, args.length, 'PING');
      const reply = await client.call(...args);
      if (typeof reply === 'string' && reply.startsWith('-')) replies.push(reply);
    }
    client.close();
    const after = await connectTo(server.port);
    assert.equal(await after.call('PING'), 'PONG');
    assert.equal(await after.call('AI.TENSORSET', 'fine', 'FLOAT', 1, 'VALUES', 1), 'OK');
    after.close();
    assert.ok(replies.length > 1500, `${replies.length} errors only: the arguments are not broken enough`);
    assert.deepEqual([...new Set(replies.filter((reply) => !OURS.test(reply)))].slice(0, 5), []);
    assert.deepEqual(replies.filter((reply) => /TypeError|RangeError|undefined|is not a function|Cannot read/.test(reply)), []);
    assert.ok(residentBytes(server.pid) < MEMORY_MAX);
  } finally {
    await server.close();
  }
});

function broken(random: Dice): Buffer {
  const whole = encodeCommand(random.one([['PING'], ['AI.TENSORSET', 't', 'FLOAT', '1', 'BLOB', 'abcd'], ['AI.TENSORGET', 't', 'VALUES'], ['SET', 'k', 'v'.repeat(random.below(50))]]));
  const bytes = Buffer.concat(Array.from({ length: 1 + random.below(4) }, () => whole));
  const kind = random.below(6);
  if (kind === 0) return random.bytes(1 + random.below(200));
  if (kind === 1) return bytes.subarray(0, random.below(bytes.length)) as Buffer;
  if (kind === 2) {
    bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  }
  if (kind === 3) return Buffer.from(random.one(['*1048577\r\n', '*-5\r\n', '*99999999999999999999\r\n', '*1\r\n$-1\r\n', '*1\r\n$536870913\r\n', '*2\r\n$3\r\nGET\r\n$x\r\n', '*1\r\n:1\r\n', '*\r\n', '*1\r\n$4PING\r\n']));
  if (kind === 4) return Buffer.from(random.one(['"', 'PING "x', 'SET k \'a\r\n', '\r\n\r\n\r\nPING\r\n', `${'x'.repeat(70_000)}`, `*${'1'.repeat(70_000)}`, 'AI.TENSORGET\r\n', '\0\r\n']));
  return Buffer.concat([bytes, random.bytes(random.below(30)), bytes]);
}

test('broken protocol ends in an error, a closed connection or silence', async () => {
  const server = await serve();
  const random = dice(7);
  try {
    for (let round = 0; round < 40; round++) {
      await Promise.all(Array.from({ length: 10 }, () => exchange(server.port, broken(random), 0)));
      const witness = await connectTo(server.port);
      assert.equal(await witness.call('PING'), 'PONG');
      witness.close();
    }
    // Announced, and never sent: nothing may be set aside for it that matters.
    const before = residentBytes(server.pid);
    const idle = await Promise.all(Array.from({ length: 50 }, () => connectTo(server.port)));
    for (const each of idle) each.socket.write('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\nx');
    const witness = await connectTo(server.port);
    assert.equal(await witness.call('PING'), 'PONG');
    assert.ok(residentBytes(server.pid) - before < 3e8, 'announced bytes cost memory');
    for (const each of [...idle, witness]) each.close();
  } finally {
    await server.close();
  }
});
