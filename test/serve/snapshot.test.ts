import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { hash32 } from '../../core/random.js';
import { PIECE_BYTES, pieces, readSnapshot } from '../../serve/snapshot.js';
import { Store } from '../../serve/store.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';
import { temporaryFolder } from '../support/paths.js';

function contents(file: string): Map<string, unknown> {
  const found = new Map<string, unknown>();
  readSnapshot(file, (database, key, value, expiresAtMs) => found.set(`${database} ${key}`, [value, expiresAtMs]));
  return found;
}

/** Pieces are valid until the next one only: each is copied at once. */
function save(store: Store, file: string): Buffer {
  const copies: Buffer[] = [];
  for (const piece of pieces(store)) {
    assert.ok(piece.length <= PIECE_BYTES + 32);
    copies.push(Buffer.from(piece));
  }
  const bytes = Buffer.concat(copies);
  writeFileSync(file, bytes);
  return bytes;
}

test('keys of all databases, large and small, with their expiry, come back', (t) => {
  const file = join(temporaryFolder(t), 's');
  const store = new Store();
  const large = new Tensor(TYPES.UINT8, [3 * PIECE_BYTES + 5], Buffer.from(Array.from({ length: 3 * PIECE_BYTES + 5 }, (_, i) => hash32(1, i, 0) & 255)));
  store.databases[0].set('large', large);
  store.databases[15].set('\xff\0key', Buffer.from('v'));
  for (let i = 0; i < 20_000; i++) store.databases[1].set(`key:${i}`, Buffer.from(`value ${i}`));
  const atMs = Date.now() + 1e6;
  store.databases[1].expireAt('key:7', atMs);
  save(store, file);
  const found = contents(file);
  assert.equal(found.size, 20_002);
  assert.deepEqual(found.get('15 \xff\0key'), [Buffer.from('v'), 0]);
  assert.deepEqual(found.get('1 key:7'), [Buffer.from('value 7'), atMs]);
  assert.deepEqual(((found.get('0 large') as [Tensor, number])[0]).data, large.data);
});

test('keys that are there all the time are written exactly once, whatever comes and goes meanwhile', (t) => {
  const file = join(temporaryFolder(t), 's');
  const store = new Store();
  const [database] = store.databases;
  for (let i = 0; i < 30_000; i++) database.set(`stays:${i}`, Buffer.alloc(30));
  const copies: Buffer[] = [];
  let step = 0;
  for (const piece of pieces(store)) {
    copies.push(Buffer.from(piece));
    for (let i = 0; i < 500; i++) database.set(`comes:${step}:${i}`, Buffer.alloc(3));
    for (let i = 0; i < 250; i++) database.delete(`comes:${step - 1}:${i}`);
    if (step++ > 1000) break;
  }
  writeFileSync(file, Buffer.concat(copies));
  const found = contents(file);
  for (let i = 0; i < 30_000; i++) assert.ok(found.has(`0 stays:${i}`));
});

test('any damage is found, and said in one sentence', (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 's');
  const store = new Store();
  for (let i = 0; i < 5; i++) store.databases[0].set(`key:${i}`, Buffer.from(`value ${i}`));
  const bytes = save(store, file);
  const refused = (changed: Buffer, why: RegExp): void => {
    writeFileSync(file, changed);
    assert.throws(() => contents(file), (error) => error instanceof InferplayError && error.code === 'DATA' && why.test(error.message) && error.message.includes(file));
  };
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] ^= 1 << (at % 8);
    refused(changed, /not usable/);
  }
  for (let size = 0; size < bytes.length; size++) refused(bytes.subarray(0, size) as Buffer, /not usable/);
  refused(Buffer.concat([bytes, Buffer.alloc(1)]), /damaged/);
  refused(Buffer.from('REDIS0009'.padEnd(100)), /no snapshot of this server/);
  refused(Buffer.from(bytes.toString('latin1').replace('snapshot 1', 'snapshot 2'), 'latin1'), /version 2/);
  refused(Buffer.alloc(0), /ends too early/);
  refused(Buffer.from('hello\n'), /no snapshot of this server/);
  assert.throws(() => contents(join(folder, 'missing')), /there is no such file/);
  assert.throws(() => contents(folder), (error: Error) => error.message === `The snapshot ${folder} is a folder; name a file.`);
  assert.ok(readFileSync(file).length > 0);
});
