import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { listen } from '../../serve/listener.js';
import { Persistence } from '../../serve/persistence.js';
import { serve } from '../../serve/serve.js';
import type { Server } from '../../serve/server.js';
import { Store } from '../../serve/store.js';
import { temporaryFolder } from '../support/paths.js';
import { connectTo, multiplyModel, served } from '../support/resp-client.js';

test('what a server held when it ended, the next one has: tensors, models that run, expiry', async (t) => {
  const save = join(temporaryFolder(t), 'keys.snapshot');
  const first = await serve({ save });
  const client = await connectTo(first.port);
  assert.equal(await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'TAG', 'v1', 'BATCHSIZE', 4, 'BLOB', multiplyModel()), 'OK');
  assert.equal(await client.call('AI.TENSORSET', 'a', 'FLOAT', 1, 2, 'VALUES', 2, 3), 'OK');
  await client.call('SET', 'gone', 1, 'PX', 1);
  await client.call('SET', 'kept', 1, 'EX', 1000);
  await client.call('HSET', 'h', 'f', 'v');
  client.close();
  await first.close();
  const again = await served(t, { save });
  assert.equal(await again.call('AI.MODELEXECUTE', 'm', 'INPUTS', 2, 'a', 'a', 'OUTPUTS', 1, 'c'), 'OK');
  assert.deepEqual(await again.call('AI.TENSORGET', 'c', 'VALUES'), ['4', '9']);
  assert.deepEqual(await again.call('AI._MODELSCAN'), [['m', 'v1']]);
  assert.deepEqual([await again.call('EXISTS', 'gone'), await again.call('HGET', 'h', 'f')], [0, 'v']);
  assert.ok(Number(await again.call('TTL', 'kept')) > 900);
  // The folder goes first when the test ends, and a server that ends writes into it.
  await again.server.close();
});

test('a damaged file refuses the start and stays as it is; one that cannot be written leaves the old one', async (t) => {
  const folder = temporaryFolder(t);
  const save = join(folder, 'keys.snapshot');
  writeFileSync(save, 'something else, of a length that is beyond any doubt enough for a header');
  await assert.rejects(listen({ save }), (error) => error instanceof InferplayError && error.code === 'DATA' && /no snapshot of this server/.test(error.message));
  await assert.rejects(serve({ save }), (error) => error instanceof InferplayError && error.code === 'DATA');
  assert.match(readFileSync(save, 'latin1'), /^something else/);
  mkdirSync(join(folder, 'short-lived'));
  const nowhere = await listen({ save: join(folder, 'short-lived', 'keys.snapshot') });
  rmSync(join(folder, 'short-lived'), { recursive: true });
  const client = await connectTo(nowhere.port);
  assert.match(String(await client.call('SAVE')), /^-ERR The snapshot .* cannot be written/);
  assert.match(String(await client.call('INFO', 'persistence')), /rdb_last_bgsave_status:err/);
  client.close();
  const folderGone = join(folder, 'short-lived');
  await assert.rejects(nowhere.close(), (error: Error) => error.message
    === `The snapshot ${join(folderGone, 'keys.snapshot')} cannot be written: there is no folder ${folderGone}; make it again, and SAVE before the server ends.`);
  assert.deepEqual(readdirSync(folder), ['keys.snapshot']);
});

test('what fails in the background is told to whoever runs the server, and how many keys came back', async (t) => {
  const folder = join(temporaryFolder(t), 'short-lived');
  mkdirSync(folder);
  const save = join(folder, 'keys');
  const first = await listen({ save });
  assert.equal(first.restoredKeys, null);
  const one = await connectTo(first.port);
  await one.call('MSET', 'a', 1, 'b', 2);
  await one.call('SET', 'gone', 1, 'PX', 1);
  one.close();
  await first.close();
  const told: string[] = [];
  const second = await listen({ save, log: (level, text) => told.push(`${level} ${text}`) });
  assert.equal(second.restoredKeys, 2);
  const two = await connectTo(second.port);
  rmSync(folder, { recursive: true });
  await two.call('BGSAVE');
  while (!String(await two.call('INFO', 'persistence')).includes('rdb_bgsave_in_progress:0'));
  assert.deepEqual(told, [`warning The snapshot ${save} cannot be written: there is no folder ${folder}; make it again, and SAVE before the server ends.`]);
  two.close();
  await assert.rejects(second.close());
});

test('a last save that takes long is told', async (t) => {
  const save = join(temporaryFolder(t), 'keys');
  const store = new Store();
  for (let i = 0; i < 20_000; i++) store.databases[i % 2].set(`key:${i}`, Buffer.alloc(100));
  const told: string[] = [];
  const log = (level: string, text: string): void => void told.push(`${level} ${text}`);
  await new Persistence({ store, log } as unknown as Server, save, 0).finish();
  assert.equal(told.length, 2);
  assert.equal(told[0], `note saving 20,000 keys to ${save} …`);
  assert.match(told[1], /^note saved in \d/);
});

test('a name that is empty refuses the start', async () => {
  await assert.rejects(listen({ save: '' }), (error) => error instanceof InferplayError && error.code === 'USAGE' && /is empty/.test(error.message));
});

test('a folder that is not there refuses the start', async (t) => {
  const folder = temporaryFolder(t);
  const missing = join(folder, 'missing');
  await assert.rejects(listen({ save: join(missing, 'keys') }), (error) => error instanceof InferplayError && error.code === 'DATA'
    && error.message === `The snapshot ${join(missing, 'keys')} could not be written: there is no folder ${missing}; make the folder, or name another file.`);
  writeFileSync(missing, 'a file');
  await assert.rejects(listen({ save: join(missing, 'keys') }), /a part of its path is a file/);
  assert.deepEqual(readdirSync(folder), ['missing']);
});

test('what killed servers have left half written is removed, at the start and at the next save, and nothing else', async (t) => {
  const folder = temporaryFolder(t);
  const { pid: gone } = spawnSync(process.execPath, ['-e', '']);
  const half = (name: string, text = 'inferplay-snapshot 1\nhalf of it'): void => writeFileSync(join(folder, name), text);
  const leave = (): void => {
    half(`keys.${gone}.part`);
    half(`keys.${2 ** 22 + gone}.part`, 'inferplay');
  };
  // No process has a number beyond 2^22.
  const others = [`keys.${process.ppid}.part`, `other.${gone}.part`, `keys.${gone}.part.txt`, `keys.x${gone}.part`];
  for (const name of others) half(name);
  half(`keys.${2 ** 23 + gone}.part`, 'a text of somebody else');
  others.push(`keys.${2 ** 23 + gone}.part`);
  leave();
  const client = await served(t, { save: join(folder, 'keys') });
  assert.deepEqual(readdirSync(folder).sort(), [...others].sort());
  for (const command of ['SAVE', 'BGSAVE']) {
    leave();
    await client.call(command);
    while (!String(await client.call('INFO', 'persistence')).includes('rdb_bgsave_in_progress:0'));
    assert.deepEqual(readdirSync(folder).sort(), [...others, 'keys'].sort());
  }
  await client.server.close();
});

test('BGSAVE writes while the server goes on', async (t) => {
  const save = join(temporaryFolder(t), 'keys.snapshot');
  const client = await served(t, { save });
  const keys = 50_000;
  for (let i = 0; i < keys; i += 1000) await client.call('MSET', ...Array.from({ length: 2000 }, (_, k) => `key:${i + (k >> 1)}`));
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  assert.match(String(await client.call('INFO', 'persistence')), /rdb_last_bgsave_time_sec:-1\r\nrdb_current_bgsave_time_sec:-1\r\n/);
  assert.equal(await client.call('BGSAVE'), 'Background saving started');
  assert.match(String(await client.call('INFO', 'persistence')), /rdb_last_bgsave_time_sec:-1\r\nrdb_current_bgsave_time_sec:\d+\r\n/);
  let answered = 0;
  while (!String(await client.call('INFO', 'persistence')).includes('rdb_bgsave_in_progress:0')) answered++;
  delay.disable();
  assert.ok(answered > 0, 'nothing was answered meanwhile');
  assert.ok(delay.max < 1e9);
  assert.match(String(await client.call('INFO', 'persistence')), /rdb_last_bgsave_time_sec:\d+\r\nrdb_current_bgsave_time_sec:-1\r\n/);
  assert.equal(await client.call('DBSIZE'), keys);
  await client.server.close();
});
