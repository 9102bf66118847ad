import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { InferplayError, type ErrorCode } from '../../core/errors.js';
import { connectRedis, parseInfo } from '../../wire/redis.js';
import { RespError } from '../../wire/resp.js';
import { temporaryFolder } from '../support/paths.js';
import { freePort, noRedisServer, startRedisServer } from '../support/redis-server.js';
import { makeCertificate, noOpenssl } from '../support/tls.js';

const PASSWORD = 'corr3ct-h0rse/@:';
const ENCODED = encodeURIComponent(PASSWORD);

async function failure(promise: Promise<unknown>, code: ErrorCode, text: RegExp): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof InferplayError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, text);
    assert.doesNotMatch(error.message, /\n/);
    for (const secret of [PASSWORD, ENCODED, 'hunter2']) assert.ok(!error.message.includes(secret), error.message);
    return true;
  });
}

test('commands get their replies, errors their sentences', { skip: noRedisServer }, async (t) => {
  const server = await startRedisServer([], t);
  const redis = await connectRedis(server.url);
  t.after(() => redis.close());
  assert.equal(redis.where, `127.0.0.1:${server.port}`);
  assert.deepEqual(await redis.call(['SET', 'k', Buffer.from([0, 255, 13, 10])]), Buffer.from('OK'));
  assert.deepEqual(await redis.call(['GET', 'k']), Buffer.from([0, 255, 13, 10]));
  assert.equal(await redis.call(['GET', 'none']), null);
  assert.equal(await redis.call(['EXISTS', 'k', 'none']), 1);
  assert.deepEqual(await redis.call(['MGET', 'k', 'none']), [Buffer.from([0, 255, 13, 10]), null]);
  assert.match((await redis.info('server')).redis_version, /^\d+\.\d+/);
  assert.ok('used_memory' in (await redis.info()));
  await failure(redis.call(['LPUSH', 'k', '1']), 'SERVER', /refused LPUSH: WRONGTYPE .*delete it/);
  await failure(redis.call(['NOSUCH', 'hunter2']), 'SERVER', /unknown command.*does not know that command/);
  await failure(redis.call(['AI.TENSORSET', 't', 'FLOAT', '1', 'BLOB', Buffer.alloc(4)]), 'SERVER', /RedisAI module is not loaded/);
  await assert.rejects(redis.call(['LPUSH', 'k', '1']), (error: InferplayError) => error.cause instanceof RespError && error.cause.code === 'WRONGTYPE');
});

test('the database of the URL is selected', { skip: noRedisServer }, async (t) => {
  const server = await startRedisServer([], t);
  const two = await connectRedis(`${server.url}/2`);
  const zero = await connectRedis(server.url);
  t.after(() => (two.close(), zero.close()));
  await two.call(['SET', 'only-in-two', '1']);
  assert.equal(await zero.call(['EXISTS', 'only-in-two']), 0);
  assert.equal(await two.call(['EXISTS', 'only-in-two']), 1);
  await failure(connectRedis(`${server.url}/99`), 'SERVER', /database in the URL does not exist/);
  await failure(connectRedis(`${server.url}/x`), 'USAGE', /not the number of a database/);
});

test('passwords: asked for, wrong, right, superfluous, and never shown', { skip: noRedisServer }, async (t) => {
  const server = await startRedisServer(['--requirepass', PASSWORD], t);
  const at = (user: string): string => `redis://${user}127.0.0.1:${server.port}`;
  await failure(connectRedis(at('')), 'SERVER', /NOAUTH.*wants a password/);
  await failure(connectRedis(at(':hunter2@')), 'SERVER', /WRONGPASS.*check the URL/);
  await failure(connectRedis(at(`nobody:${ENCODED}@`)), 'SERVER', /WRONGPASS/);
  for (const user of [`:${ENCODED}@`, `default:${ENCODED}@`]) {
    const redis = await connectRedis(at(user));
    assert.deepEqual(await redis.call(['PING']), Buffer.from('PONG'));
    await failure(redis.call(['NOSUCH', PASSWORD]), 'SERVER', /unknown command/);
    redis.close();
  }
  const open = await startRedisServer([], t);
  await failure(connectRedis(`redis://:hunter2@127.0.0.1:${open.port}`), 'SERVER', /leave user and password out/);
});

test('a server that repeats the password is not passed on', async (t) => {
  const echo = createServer((socket) => socket.on('error', () => {}).on('data', () => socket.write('-ERR hunter2 is not a good password\r\n')));
  t.after(() => echo.close());
  await failure(connectRedis(`redis://:hunter2@127.0.0.1:${await listen(echo)}`), 'SERVER', /refused AUTH: ERR \*\*\* is not a good password/);
});

test('a user without rights may connect and is told which command is closed to it', { skip: noRedisServer }, async (t) => {
  const server = await startRedisServer([], t);
  const admin = await connectRedis(server.url);
  t.after(() => admin.close());
  await admin.call(['ACL', 'SETUSER', 'reader', 'on', '>hunter2', '~*', '+get']);
  const redis = await connectRedis(`redis://reader:hunter2@127.0.0.1:${server.port}`);
  t.after(() => redis.close());
  assert.equal(await redis.call(['GET', 'x']), null);
  await failure(redis.call(['SET', 'x', '1']), 'SERVER', /NOPERM.*ACL SETUSER/);
});

test('a server that cannot be reached', async (t) => {
  await failure(connectRedis(`redis://127.0.0.1:${await freePort()}`), 'CONNECT', /Nothing listens on 127\.0\.0\.1:\d+: connection refused/);
  await failure(connectRedis('redis://no-such-host.invalid'), 'CONNECT', /was not found/);
  await failure(connectRedis('redis://:hunter2/@host'), 'USAGE', /percent-encoded/);
  await failure(connectRedis('http://:hunter2@host'), 'USAGE', /not a server that data can be loaded into/);
  const sockets = new Set<import('node:net').Socket>();
  const http = createServer((socket) => void sockets.add(socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')).on('error', () => {})));
  const mute = createServer((socket) => void sockets.add(socket.on('error', () => {})));
  t.after(() => { for (const socket of sockets) socket.destroy(); http.close(); mute.close(); });
  const port = await listen(http);
  await failure(connectRedis(`redis://127.0.0.1:${port}`), 'CONNECT', /does not speak the Redis protocol/);
  await failure(connectRedis(`rediss://127.0.0.1:${port}`), 'CONNECT', /answered the TLS greeting with something else/);
  const silent = await listen(mute);
  await failure(connectRedis(`redis://127.0.0.1:${silent}`, { commandTimeoutMs: 100 }), 'CONNECT', /left PING unanswered for 0\.1 s/);
  await failure(connectRedis(`rediss://127.0.0.1:${silent}`, { connectTimeoutMs: 100 }), 'CONNECT', /did not answer in time/);
  await failure(connectRedis(`redis://127.0.0.1:${silent}`, { signal: AbortSignal.timeout(50) }), 'INTERRUPTED', /Interrupted/);
  await failure(connectRedis(`redis://127.0.0.1:${silent}`, { signal: AbortSignal.abort() }), 'INTERRUPTED', /Interrupted/);
});

function listen(server: import('node:net').Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)));
}

test('a server that dies, or is still loading', { skip: noRedisServer }, async (t) => {
  const server = await startRedisServer([], t);
  const redis = await connectRedis(server.url);
  await server.stop('SIGKILL');
  await failure(redis.call(['PING']), 'CONNECT', /was lost.*still running/);
  let answers = 0;
  const loading = createServer((socket) => socket.on('data', () => socket.write(++answers < 3 ? '-LOADING Redis is loading the dataset in memory\r\n' : '+PONG\r\n')).on('error', () => {}));
  t.after(() => loading.close());
  const port = await listen(loading);
  await failure(connectRedis(`redis://127.0.0.1:${port}`, { loadingWaitMs: 0 }), 'SERVER', /LOADING.*try again/);
  (await connectRedis(`redis://127.0.0.1:${port}`)).close();
  assert.equal(answers, 3);
});

test('TLS: an authority by file, any certificate on request, else a sentence', { skip: noRedisServer || noOpenssl }, async (t) => {
  const folder = temporaryFolder(t);
  const made = makeCertificate(folder);
  const server = await startRedisServer(['--tls-port', 'FREE', '--tls-cert-file', made.cert, '--tls-key-file', made.key, '--tls-ca-cert-file', made.ca, '--tls-auth-clients', 'no'], t);
  const url = `rediss://127.0.0.1:${server.port}`;
  for (const query of [`?ca=${encodeURIComponent(made.ca)}`, '?insecure', '?insecure=true']) {
    const redis = await connectRedis(url + query);
    assert.deepEqual(await redis.call(['PING']), Buffer.from('PONG'));
    redis.close();
  }
  await failure(connectRedis(url), 'CONNECT', /not signed by an authority known here: add \?ca=FILE/);
  await failure(connectRedis(`${url}?insecure=false`), 'CONNECT', /not signed/);
  await failure(connectRedis(`${url}?ca=/no/such/file.pem`), 'USAGE', /\/no\/such\/file\.pem \(ca= in the server's URL\) cannot be read: there is no such file/);
  await failure(connectRedis(server.url), 'CONNECT', /rediss:\/\//);
  const plain = await startRedisServer([], t);
  await failure(connectRedis(`rediss://127.0.0.1:${plain.port}?insecure`, { connectTimeoutMs: 1000 }), 'CONNECT', /TLS/);
});

test('INFO is read field by field', () => {
  assert.deepEqual(parseInfo(Buffer.from('# Server\r\nredis_version:7.0.15\r\n\r\nos:a:b\r\n')), { redis_version: '7.0.15', os: 'a:b' });
});
