import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { encodeCommand } from '../../wire/resp.js';
import { connectTo, multiplyModel, served, slowModel } from '../support/resp-client.js';

test('pipelined commands are answered in order, wherever the bytes are cut', async (t) => {
  const { server } = await served(t);
  await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 8 }), fc.integer({ min: 0, max: 100_000 }), async (cuts, size) => {
    const client = await connectTo(server.port);
    const value = Buffer.alloc(size, 'v');
    const frames = Buffer.concat([encodeCommand(['SET', 'k', value]), encodeCommand(['PING']), encodeCommand(['GET', 'k']), encodeCommand(['STRLEN', 'k'])]);
    let from = 0;
    for (const cut of cuts) {
      client.socket.write(frames.subarray(from, (from += cut)));
      await sleep(0);
    }
    client.socket.write(frames.subarray(from));
    assert.equal(await client.next(), 'OK');
    assert.equal(await client.next(), 'PONG');
    assert.equal(await client.next(), value.toString());
    assert.equal(await client.next(), size);
    client.close();
  }), { numRuns: 40 });
});

test('large values come back whole and unchanged by what follows', async (t) => {
  const client = await served(t);
  for (const size of [16_384, 262_144, 3_000_000]) {
    const value = Buffer.alloc(size, 'a');
    client.socket.write(Buffer.concat([encodeCommand(['AI.TENSORSET', 'x', 'UINT8', size, 'BLOB', value]), encodeCommand(['SET', 'y', Buffer.alloc(size, 'b')])]));
    assert.deepEqual([await client.next(), await client.next()], ['OK', 'OK']);
    assert.equal(await client.call('AI.TENSORGET', 'x', 'BLOB'), value.toString());
  }
});

test('large values of several clients, each in pieces, arrive byte for byte', async (t) => {
  const { server } = await served(t);
  await Promise.all([400_000, 602_112, 1_500_001].map(async (size, id) => {
    const client = await connectTo(server.port);
    const values = [1, 2, 3].map((seed) => Buffer.from(Uint8Array.from({ length: size + seed }, (_, i) => (i * (seed + 7 * id) + (i >> 8)) & 255)));
    const frames = Buffer.concat(values.flatMap((value, i) => [encodeCommand(['SET', `${id}:${i}`, value]), encodeCommand(['STRLEN', `${id}:${i}`])]));
    for (let at = 0, cut = 5000; at < frames.length; at += cut, cut = (cut * 3) % 300_007) {
      client.socket.write(frames.subarray(at, at + cut));
      await sleep(1);
    }
    for (const value of values) assert.deepEqual([await client.next(), await client.next()], ['OK', value.length]);
    for (const [i, value] of values.entries()) assert.ok((await client.call('GET', `${id}:${i}`)) === value.toString('latin1'), `value ${i} of client ${id}`);
    client.close();
  }));
});

test('a tensor is as it was for whoever has asked for it, however often it is overwritten before it is read', async (t) => {
  const client = await served(t);
  const size = 12_000_000;
  const set = (key: string, fill: number): Promise<unknown> => client.call('AI.TENSORSET', key, 'UINT8', size, 'BLOB', Buffer.alloc(size, fill));
  const reader = connect(client.server.port, '127.0.0.1');
  t.after(() => void reader.destroy());
  // Overwritten without having been read: the memory goes to the next ones.
  for (let i = 0; i < 4; i++) await set('t', 97 + i);
  reader.write(encodeCommand(['AI.TENSORGET', 't', 'BLOB']));
  while (!/omem=[1-9]/.test(String(await client.call('CLIENT', 'LIST'))));
  assert.equal(await client.call('RENAME', 't', 'other'), 'OK');
  for (const key of ['t', 'other', 't', 'other']) await set(key, 65);
  let got = 0;
  for await (const chunk of reader as AsyncIterable<Buffer>) {
    for (const byte of got === 0 ? chunk.subarray('$12000000\r\n'.length) : chunk) if (byte !== 100 && byte !== 13 && byte !== 10) assert.fail(`byte ${byte}`);
    if ((got += chunk.length) >= size + 13) break;
  }
});

test('while its inference runs a client waits, and the others do not', async (t) => {
  const client = await served(t);
  const other = await connectTo(client.server.port);
  await client.call('AI.MODELSTORE', 'slow', 'ONNX', 'CPU', 'BLOB', slowModel(100));
  await client.call('AI.TENSORSET', 'x', 'FLOAT', 400, 400);
  client.socket.write(Buffer.concat([encodeCommand(['AI.MODELEXECUTE', 'slow', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y']), encodeCommand(['EXISTS', 'y'])]));
  await sleep(20);
  assert.equal(await other.call('EXISTS', 'y'), 0);
  assert.deepEqual([await client.next(), await client.next()], ['OK', 1]);
  other.close();
});

test('a client that goes away while its inference runs leaves its result and no trouble', async (t) => {
  const client = await served(t);
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  for (const key of ['a', 'b']) await client.call('AI.TENSORSET', key, 'FLOAT', 1, 2, 'VALUES', 2, 3);
  const leaving = await connectTo(client.server.port);
  leaving.socket.end(encodeCommand(['AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'b', 'OUTPUTS', 1, 'c']));
  while ((await client.call('EXISTS', 'c')) !== 1) await sleep(5);
  assert.deepEqual(await client.call('AI.TENSORGET', 'c', 'VALUES'), ['4', '9']);
});

test('what is answered while another client\'s commands are being run goes to whom it is for', async (t) => {
  const client = await served(t);
  const other = await connectTo(client.server.port);
  await client.call('AI.MODELSTORE', 'slow', 'ONNX', 'CPU', 'BLOB', slowModel(100));
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  await client.call('AI.TENSORSET', 'x', 'FLOAT', 400, 400);
  await client.call('AI.TENSORSET', 'a', 'FLOAT', 1, 2);
  const run = ['AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, 'c'];
  for (let i = 0; i < 40; i++) await client.call(...run);
  const commands = [['AI.MODELEXECUTE', 'slow', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y'], ['ECHO', 'before'], run, ['ECHO', 'behind'], ['HGETALL', 'none']];
  client.socket.write(Buffer.concat(commands.map(encodeCommand)));
  // It waits while the slow one runs. As it is known to be short, it is run when the first client comes to its own.
  await other.call('HELLO', 3);
  other.socket.write(Buffer.concat([encodeCommand(run), encodeCommand(['ECHO', 'other'])]));
  for (const expected of ['OK', 'before', 'OK', 'behind']) assert.equal(await client.next(), expected);
  assert.deepEqual(await client.next(), []);
  assert.deepEqual([await other.next(), await other.next()], ['OK', 'other']);
  other.close();
});

/** Sends a command that will have to wait, and goes away. */
async function comeAndGo(client: Awaited<ReturnType<typeof served>>, ...command: (string | number)[]): Promise<void> {
  const clients = async (text: string): Promise<number> => String(await client.call('CLIENT', 'LIST')).split(text).length - 1;
  const leaving = await connectTo(client.server.port);
  leaving.socket.write(encodeCommand(command));
  while ((await clients('flags=b')) === 0);
  leaving.close();
  while ((await clients('id=')) > 1);
}

test('what a client waits for in a queue is forgotten when it goes away, alone and in a DAG', async (t) => {
  const client = await served(t);
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BATCHSIZE', 4, 'MINBATCHSIZE', 2, 'BLOB', multiplyModel());
  await client.call('AI.TENSORSET', 'a', 'FLOAT', 1, 2, 'VALUES', 2, 3);
  const run = ['AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, 'c'];
  for (const command of [run, ['AI.DAGEXECUTE', 'LOAD', 1, 'a', 'PERSIST', 1, 'c', '|>', ...run]]) {
    await comeAndGo(client, ...command);
    // Were it still there, this request would be the second of its batch.
    assert.equal(await client.call(...run, 'TIMEOUT', 50), 'TIMEDOUT');
  }
  assert.equal(await client.call('EXISTS', 'c'), 0);
  assert.match(String(await client.call('INFO', 'inference')), /runs=0,calls=0,/);
});

test('a DAG whose client goes away while a model of it runs ends with that model', async (t) => {
  const client = await served(t);
  await client.call('AI.MODELSTORE', 'slow', 'ONNX', 'CPU', 'BLOB', slowModel(100));
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BATCHSIZE', 4, 'MINBATCHSIZE', 2, 'BLOB', multiplyModel());
  await client.call('AI.TENSORSET', 'x', 'FLOAT', 400, 400);
  await client.call('AI.TENSORSET', 'a', 'FLOAT', 1, 2, 'VALUES', 2, 3);
  const run = ['AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, 'c'];
  await comeAndGo(client, 'AI.DAGEXECUTE', 'LOAD', 2, 'a', 'x', '|>', 'AI.MODELEXECUTE', 'slow', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y', '|>', ...run);
  while (!/model_slow:runs=1/.test(String(await client.call('INFO', 'inference'))));
  assert.equal(await client.call(...run, 'TIMEOUT', 50), 'TIMEDOUT');
});

test('a command that a pause holds back is forgotten when its client goes away', async (t) => {
  const client = await served(t);
  await client.call('CLIENT', 'PAUSE', 60_000, 'WRITE');
  await comeAndGo(client, 'SET', 'k', 'v');
  await client.call('CLIENT', 'UNPAUSE');
  assert.equal(await client.call('SET', 'other', 1), 'OK');
  assert.equal(await client.call('EXISTS', 'k'), 0);
});

test('garbage is answered with an error and a closed connection; half a request waits', async (t) => {
  const client = await served(t);
  for (const garbage of ['*1\r\n$abc\r\n', '*99999999999\r\n', '*2\r\n$4\r\nPING\r\n:1\r\n', '"unbalanced\r\n']) {
    const broken = await connectTo(client.server.port);
    assert.match(await broken.raw(garbage), /^-ERR Protocol error: .*\r\n$/);
  }
  const half = await connectTo(client.server.port);
  half.socket.write('*2\r\n$3\r\nGET\r\n$100\r\nabc');
  assert.equal(await client.call('PING'), 'PONG');
  half.close();
});

test('any bytes at all leave a server that answers', async (t) => {
  const client = await served(t);
  const piece = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constantFrom('*3\r\n$3\r\nSET\r\n', '$1\r\nk\r\n', '*-1\r\n', '$0\r\n\r\n', 'AI.TENSORSET t FLOAT ', '\r\n').map((text) => Buffer.from(text)));
  await fc.assert(fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
    const broken = await connectTo(client.server.port);
    broken.socket.on('error', () => {});
    broken.socket.end(Buffer.concat(pieces));
    await sleep(1);
    broken.close();
    assert.equal(await client.call('PING'), 'PONG');
  }), { numRuns: 60 });
});

test('any arguments to any AI command leave a server that answers', async (t) => {
  const client = await served(t);
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  const names = ['TENSORSET', 'TENSORGET', 'MODELSTORE', 'MODELSET', 'MODELGET', 'MODELDEL', '_MODELSCAN', 'MODELEXECUTE', 'MODELRUN', 'DAGEXECUTE', 'DAGEXECUTE_RO', 'DAGRUN', 'DAGRUN_RO', 'SCRIPTSTORE', 'SCRIPTSET', 'SCRIPTEXECUTE', 'SCRIPTRUN', 'INFO', 'CONFIG'];
  const word = fc.constantFrom('m', 't', 'FLOAT', 'INT64', 'STRING', 'BOOL', '1', '2', '0', '-1', '99999999999999999999', '4611686018427387904', 'VALUES', 'BLOB', 'META', 'INPUTS', 'OUTPUTS', 'TIMEOUT', 'LOAD', 'PERSIST', 'ROUTING', '|>', 'AI.TENSORSET', 'AI.TENSORGET', 'AI.MODELRUN', 'AI.MODELEXECUTE', 'ONNX', 'TF', 'CPU', 'GPU', 'TAG', 'BATCHSIZE', 'MINBATCHSIZE', 'GET', 'MODEL_CHUNK_SIZE', '', '\0x');
  await fc.assert(fc.asyncProperty(fc.constantFrom(...names), fc.array(word, { maxLength: 14 }), async (name, args) => {
    await client.call(`AI.${name}`, ...args);
  }), { numRuns: 600 });
  // A model's output that cannot be stored has a second reply, so what is left over is read up to a mark.
  client.socket.write(encodeCommand(['ECHO', 'still here']));
  while ((await client.next()) !== 'still here');
});
