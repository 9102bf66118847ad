/** Clients that people use work against the server unchanged. Each is skipped, with a sentence, where it is not installed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { serve, type Served } from '../../serve/serve.js';
import { projectRoot, temporaryFolder } from '../support/paths.js';
import { PYTHON, noPython } from '../support/python.js';
import { noRedisTools } from '../support/redis-server.js';
import { multiplyModel } from '../support/resp-client.js';
import { makeCertificate, noOpenssl } from '../support/tls.js';

/** Standard output of a program that must succeed. */
function run(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (bytes) => (stdout += bytes));
    child.stderr.on('data', (bytes) => (stderr += bytes));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(stdout) : reject(new Error(`${program} ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`))));
    child.stdin.end(input);
  });
}

/** Default tests of redis-benchmark 7, in its order. */
const BENCHMARK_TESTS = [
  'PING_INLINE', 'PING_MBULK', 'SET', 'GET', 'INCR', 'LPUSH', 'RPUSH', 'LPOP', 'RPOP', 'SADD', 'HSET', 'SPOP', 'ZADD', 'ZPOPMIN', 'LPUSH (needed to benchmark LRANGE)',
  'LRANGE_100 (first 100 elements)', 'LRANGE_300 (first 300 elements)', 'LRANGE_500 (first 500 elements)', 'LRANGE_600 (first 600 elements)', 'MSET (10 keys)',
];

const REDIS_PY = `
import sys, redis
for protocol in (2, 3):
    try: r = redis.Redis(port=int(sys.argv[1]), protocol=protocol, decode_responses=True)
    except TypeError: r = redis.Redis(port=int(sys.argv[1]), decode_responses=True)
    r.flushall()
    assert r.set('k', 'v', ex=100, nx=True) and r.get('k') == 'v' and 0 < r.ttl('k') <= 100
    assert r.mset({'a': 1, 'b': 2}) and r.mget('a', 'nope') == ['1', None]
    assert r.incrbyfloat('f', 0.1) == 0.1 and r.getex('k', persist=True) == 'v' and r.ttl('k') == -1
    assert r.hset('h', mapping={'x': 1, 'y': 2}) == 2 and r.hgetall('h') == {'x': '1', 'y': '2'}
    assert r.rpush('l', 1, 2, 3) == 3 and r.lrange('l', 0, -1) == ['1', '2', '3'] and r.lpop('l', 2) == ['1', '2']
    assert r.sadd('s', 'm') == 1 and r.smembers('s') == {'m'}
    assert r.zadd('z', {'m': 1.5}) == 1 and r.zscore('z', 'm') == 1.5
    assert sorted(r.scan_iter('[ab]')) == ['a', 'b'] and r.dbsize() == 8
    with r.pipeline() as p:
        p.watch('a'); p.multi(); p.incr('a'); p.get('a')
        assert p.execute() == [2, '2']
    assert r.info('server')['redis_version'] == '6.2.14' and r.info()['used_memory'] > 0
    assert r.config_get('maxmemory') == {'maxmemory': '0'} and r.config_set('timeout', 0)
    assert len(r.client_list()) >= 1 and r.client_id() > 0 and r.time()[0] > 0 and r.memory_usage('k') > 0
    assert isinstance(r.slowlog_get(), list) and r.slowlog_reset() and r.command_count() > 100
    assert 'get' in r.command()
    try: r.incr('h'); raise SystemExit('no error')
    except redis.ResponseError as error: assert str(error).startswith('WRONGTYPE'), error
print('well')
`;

const REDISAI_PY = `
import sys, numpy as np
from redisai import Client
client = Client(port=int(sys.argv[1]))
client.flushall()
# Tensors from arrays and from values, and back, whole or what is said about them.
matrix = np.array([[2, 3], [4, 5]], dtype=np.float32)
client.tensorset('matrix', matrix)
assert (client.tensorget('matrix') == matrix).all()
client.tensorset('values', (2, 3, 4), shape=(1, 3), dtype='float')
assert client.tensorget('values', as_numpy=False) == {'dtype': 'FLOAT', 'shape': [1, 3], 'values': [2.0, 3.0, 4.0]}
assert client.tensorget('values', meta_only=True) == {'dtype': 'FLOAT', 'shape': [1, 3]}
for dtype in (np.float64, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, bool):
    array = np.array([[0, 1], [1, 0]], dtype=dtype)
    client.tensorset('typed', array)
    assert (client.tensorget('typed') == array).all() and client.tensorget('typed').dtype == array.dtype, dtype
words = np.array(['one', 'two'])
client.tensorset('words', words)
assert list(client.tensorget('words')) == ['one', 'two']
# A model is stored, looked at, run, and taken away.
with open(sys.argv[2], 'rb') as file: blob = file.read()
assert client.modelstore('model', 'ONNX', 'CPU', blob, tag='v1', batch=8, minbatch=2, minbatchtimeout=1) == 'OK'
assert client.modelget('model', meta_only=True)['tag'] == 'v1' and client.modelget('model')['blob'] == blob
assert client.modelexecute('model', inputs=['matrix', 'matrix'], outputs=['product']) == 'OK'
assert (client.tensorget('product') == matrix * matrix).all()
assert client.modelscan() == [['model', 'v1']]
about = client.infoget('model')
assert about['calls'] == 1 and about['samples'] == 2, about
client.inforeset('model')
assert client.infoget('model')['calls'] == 0
# A chain of operations in one command, writing and reading only.
dag = client.dag(load=['matrix'], persist=['kept'])
dag.tensorset('local', matrix).modelexecute('model', ['matrix', 'local'], ['kept']).tensorget('kept')
answers = dag.execute()
assert answers[:2] == ['OK', 'OK'] and (answers[2] == matrix * matrix).all(), answers
assert (client.tensorget('kept') == matrix * matrix).all()
ro = client.dag(load=['matrix'], readonly=True)
assert (ro.tensorget('matrix').execute()[0] == matrix).all()
pipe = client.pipeline(transaction=True)
pipe.tensorset('piped', matrix).set('x', 1)
assert len(pipe.execute()) == 2
assert client.modeldel('model') == 'OK'
try: client.modelexecute('model', ['matrix', 'matrix'], ['c']); raise SystemExit('no error')
except Exception as error: assert 'model key is empty' in str(error), error
print('well')
`;

/** What the parts of node-redis that are used here look like. */
interface NodeRedis {
  connect(): Promise<unknown>;
  close?(): Promise<unknown>;
  quit(): Promise<unknown>;
  on(event: string, listener: (error: Error) => void): void;
  set(key: string, value: string, options?: object): Promise<unknown>;
  get(key: string): Promise<unknown>;
  flushAll(): Promise<unknown>;
  hSet(key: string, fields: object): Promise<unknown>;
  hGetAll(key: string): Promise<object>;
  zPopMin(key: string): Promise<unknown>;
  zAdd(key: string, member: object): Promise<unknown>;
  multi(): { set(key: string, value: string): { incr(key: string): { exec(): Promise<unknown> } } };
  sendCommand(args: readonly string[]): Promise<unknown>;
}

/** The file of node-redis, where it is installed beside the project. */
const nodeRedis: string | null = (() => {
  try {
    return createRequire(join(projectRoot, 'package.json')).resolve('redis');
  } catch {
    return null;
  }
})();

/** A server that ends with the test. */
async function started(t: TestContext): Promise<Served> {
  const server = await serve();
  t.after(() => server.close());
  return server;
}

test('redis-cli, in both protocols, with --scan, --pipe, --bigkeys and a transaction', { skip: noRedisTools }, async (t) => {
  const server = await started(t);
  const cli = (args: readonly string[], input?: string): Promise<string> => run('redis-cli', ['-p', String(server.port), ...args], input);
  assert.equal(await cli(['FLUSHALL']), 'OK\n');
  assert.equal(await cli(['-3', 'HSET', 'h', 'a', '1']), '1\n');
  assert.equal(await cli(['-3', '--json', 'HGETALL', 'h']), '{"a":"1"}\n');
  assert.equal(await cli(['-x', 'SET', 'bytes'], 'from stdin'), 'OK\n');
  assert.equal(await cli([], 'MULTI\nINCR n\nEXEC\nGET bytes\n'), 'OK\nQUEUED\n1\nfrom stdin\n');
  assert.match(await cli(['--pipe'], 'SET a 1\r\nSET b 2\r\n'), /errors: 0, replies: 2/);
  assert.equal((await cli(['--scan'])).split('\n').sort().join(), ',a,b,bytes,h,n');
  assert.match(await cli(['INFO', 'keyspace']), /db0:keys=5/);
  assert.match(await cli(['--bigkeys']), /Sampled 5 keys/);
});

for (const pipeline of ['1', '16']) {
  test(`redis-benchmark, all its default tests, ${pipeline} pipelined`, { skip: noRedisTools }, async (t) => {
    const server = await started(t);
    const output = await run('redis-benchmark', ['-p', String(server.port), '-n', '1000', '-c', '10', '-r', '100', '-P', pipeline, '--csv']);
    assert.deepEqual(output.trim().split('\n').slice(1).map((line) => /^"(.*?)",/.exec(line)?.[1]), BENCHMARK_TESTS);
  });
}

test('ioredis', async (t) => {
  const server = await started(t);
  const redis = new Redis({ port: server.port, host: '127.0.0.1', lazyConnect: true });
  await redis.connect();
  try {
    await redis.flushall();
    assert.equal(await redis.set('k', 'v', 'EX', 100), 'OK');
    assert.deepEqual(await redis.pipeline().get('k').incr('n').hset('h', { a: 1 }).exec(), [[null, 'v'], [null, 1], [null, 1]]);
    assert.deepEqual(await redis.multi().incr('n').get('n').exec(), [[null, 2], [null, '2']]);
    const keys: string[] = [];
    for await (const found of redis.scanStream({ match: '*', count: 2 })) keys.push(...(found as string[]));
    assert.deepEqual(keys.sort(), ['h', 'k', 'n']);
    assert.equal(await redis.call('AI.TENSORSET', 't', 'FLOAT', '2', 'VALUES', '1', '2'), 'OK');
    await assert.rejects(redis.lpush('k', 'x'), /WRONGTYPE/);
    assert.match(await redis.client('LIST') as string, /cmd=client/);
  } finally {
    redis.disconnect();
  }
});

test('node-redis', { skip: nodeRedis === null ? 'needs node-redis: npm install --no-save redis' : false }, async (t) => {
  const server = await started(t);
  const { createClient } = (await import(pathToFileURL(nodeRedis!).href)) as { createClient(options: object): NodeRedis };
  for (const RESP of [2, 3]) {
    const client = createClient({ url: `redis://127.0.0.1:${server.port}`, RESP });
    client.on('error', (error) => assert.fail(error));
    await client.connect();
    await client.flushAll();
    assert.equal(await client.set('k', 'v', { EX: 100 }), 'OK');
    assert.equal(await client.get('k'), 'v');
    assert.equal(await client.hSet('h', { a: '1', b: '2' }), 2);
    assert.deepEqual({ ...(await client.hGetAll('h')) }, { a: '1', b: '2' });
    await client.zAdd('z', { score: 1, value: 'm' });
    assert.deepEqual(await client.zPopMin('z'), { value: 'm', score: 1 });
    assert.deepEqual(await client.multi().set('n', '1').incr('n').exec(), ['OK', 2]);
    assert.equal(await client.sendCommand(['AI.TENSORSET', 't', 'FLOAT', '1', 'VALUES', '1']), 'OK');
    await (client.close?.() ?? client.quit());
  }
});

test('redis-py', { skip: noPython('redis') }, async (t) => {
  const server = await started(t);
  assert.equal(await run(PYTHON, ['-c', REDIS_PY, String(server.port)]), 'well\n');
});

test('redisai, the Python client of RedisAI', { skip: noPython('redisai', 'numpy') }, async (t) => {
  const server = await started(t);
  const model = join(temporaryFolder(t), 'model.onnx');
  writeFileSync(model, multiplyModel());
  assert.equal(await run(PYTHON, ['-c', REDISAI_PY, String(server.port), model]), 'well\n');
});

test('redis-cli and redis-benchmark over TLS with certificates, a unix socket, and as a user', { skip: noRedisTools || noOpenssl }, async (t) => {
  const folder = temporaryFolder(t);
  const { ca, cert, key } = makeCertificate(folder);
  const unixSocket = join(folder, 'socket');
  const secure = await serve({ tls: { ca, cert, key }, unixSocket, users: { ada: 'pass' } });
  t.after(() => secure.close());
  const login = ['--user', 'ada', '--no-auth-warning', '-a', 'pass'];
  const tls = ['-p', String(secure.port), '--tls', '--cacert', ca, '--cert', cert, '--key', key];
  assert.equal(await run('redis-cli', [...tls, ...login, 'SET', 'large', 'x'.repeat(100_000)]), 'OK\n');
  assert.equal(await run('redis-cli', [...tls, ...login, 'GET', 'large']), `${'x'.repeat(100_000)}\n`);
  assert.equal(await run('redis-cli', ['-s', unixSocket, ...login, 'ACL', 'WHOAMI']), 'ada\n');
  assert.match(await run('redis-cli', ['-s', unixSocket, 'PING']), /NOAUTH/);
  const output = await run('redis-benchmark', [...tls, '--user', 'ada', '-a', 'pass', '-n', '500', '-t', 'set,get', '-q']);
  assert.equal(output.match(/requests per second/g)?.length, 2);
});
