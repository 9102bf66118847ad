import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixedRowsOf, isBroken, MANIFEST_FILE, manifestSha256, readManifest, strangeToRedisAi, writeManifest } from '../../core/manifest.js';
import type { Column, Manifest, ModelEntry } from '../../core/manifest.js';
import { temporaryFolder } from '../support/paths.js';

const manifest: Manifest = {
  format: 'inferplay-dataset', version: 1, useCase: 'fraud', generator: '0.1.0', options: {}, seed: 1, source: null, rows: 3, rowsPerShard: 2, rowsPerBatch: 2,
  columns: [{ name: 'id', dtype: 'uint64', shape: null, nullable: false }],
  shards: [{ file: 'a', firstRow: 0, rows: 2, sizeBytes: 1, sha256: 'aa' }, { file: 'b', firstRow: 2, rows: 1, sizeBytes: 1, sha256: 'bb' }],
  models: [], badRows: { count: 0, listed: [] }, sha256: 'cc',
};

test('a manifest is read as it was written', async (t) => {
  const folder = temporaryFolder(t);
  await writeManifest(folder, manifest);
  assert.deepEqual(await readManifest(folder), manifest);
});

test('the identity is the hash of the hashes, shards first', () => {
  const wanted = createHash('sha256').update('aa\nbb\ncc').digest('hex');
  assert.equal(manifestSha256(manifest.shards, [{ sha256: 'cc' }]), wanted);
});

const faults: readonly [string, object | string, RegExp][] = [
  ['not JSON', '{', /cannot be read \(.*JSON.*with --overwrite\.$/],
  ['another format', { format: 'x' }, /is not the manifest of an inferplay data set/],
  ['null', 'null', /is not the manifest/],
  ['a later version', { ...manifest, version: 2, generator: '9.9.9' }, /format version 2.*9\.9\.9/],
  ['a shard that is none', { ...manifest, shards: [null] }, /the shard name undefined is not a plain file name/],
  ['no shards', { ...manifest, shards: undefined }, /was damaged: shards, models or columns are missing/],
  ['a shard elsewhere', { ...manifest, shards: [{ ...manifest.shards[0], file: '../a' }] }, /"\.\.\/a" is not a plain file name/],
  ['a model elsewhere', { ...manifest, models: [{ file: '/etc/passwd' }] }, /a model is not named by a plain file name/],
  ['a gap', { ...manifest, shards: [manifest.shards[1]] }, /the rows of b do not follow on/],
  ['rows that do not add up', { ...manifest, rows: 4 }, /promises 4 rows and its shards have 3/],
  ['an unknown type', { ...manifest, columns: [{ dtype: 'text' }] }, /unknown type/],
];

for (const [what, content, message] of faults) {
  test(`a manifest with ${what} is refused`, async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, MANIFEST_FILE), typeof content === 'string' ? content : JSON.stringify(content));
    await assert.rejects(readManifest(folder), (error: Error & { code: string }) => error.code === 'DATA' && message.test(error.message));
  });
}

test('broken is what was ours and is damaged, and what is no JSON at all', async (t) => {
  const folder = temporaryFolder(t);
  const cases: [unknown, boolean][] = [[manifest, false], ['{', true], [{ ...manifest, rows: 4 }, true], [{ ...manifest, version: 2 }, false], [{ name: 'an app' }, false], ['null', false]];
  for (const [content, broken] of cases) {
    writeFileSync(join(folder, MANIFEST_FILE), typeof content === 'string' ? content : JSON.stringify(content));
    assert.equal(await isBroken(folder), broken, JSON.stringify(content));
  }
});

test('rows that a graph insists on are known from a port with one dimension more than its column', () => {
  const columns = [{ name: 'image', shape: [4, 4, 3] }, { name: 'size', shape: [2] }] as unknown as Column[];
  const rows = (...shapes: (number | null)[][]) => fixedRowsOf({ inputs: ['image', 'size'], ports: shapes.map((shape) => ({ name: 'input', dtype: 'uint8', shape })) } as unknown as ModelEntry, columns);
  assert.deepEqual([rows([1, 4, 4, 3]), rows([null, 4, 4, 3], [8, 2]), rows([null, 4, 4, 3]), rows([4, 4, 3])], [1, 8, null, null]);
  assert.equal(fixedRowsOf({ inputs: ['image'] } as unknown as ModelEntry, columns), null, 'data sets of older versions do not tell');
});

test('a column that a model is given and RedisAI has no type for is found by what is sent', () => {
  const column = (name: string, dtype: Column['dtype'], more: Partial<Column> = {}): Column => ({ name, dtype, shape: [2], nullable: false, ...more });
  const found = (...columns: Column[]) => strangeToRedisAi({ columns, models: [{ inputs: ['image'] } as unknown as ModelEntry] })?.name;
  assert.equal(found(column('expected', 'float16'), column('image', 'float16')), 'image');
  assert.equal(found(column('expected', 'float16'), column('image', 'float32')), undefined);
  assert.equal(found(column('image', 'uint8', { sent: { dtype: 'float32', axis: 0, multiply: [1, 1], add: [0, 0] } })), undefined);
});
