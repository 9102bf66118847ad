import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { manifestSha256, writeManifest, type Manifest } from '../../core/manifest.js';
import { generate } from '../../generate/generate.js';
import { writeFraudModels } from '../../generate/fraud-model.js';
import { verify } from '../../report/verify.js';
import { fraudColumns, writeFraudDataset, writeShard } from '../support/datasets.js';
import { temporaryFolder } from '../support/paths.js';

async function dataset(t: { after(fn: () => void): void }): Promise<{ folder: string; manifest: Manifest }> {
  const folder = temporaryFolder(t);
  await writeFraudModels(folder, { seed: 1, referenceValues: 256 });
  return { folder, manifest: await writeFraudDataset(folder, readFileSync(join(folder, 'financialNet.onnx'))) };
}

/** Sets the manifest's entry of a file to what the file is now, so that only what is inside it can be wrong. */
async function rehash(folder: string, manifest: Manifest, file: string, changes: object = {}): Promise<void> {
  const bytes = readFileSync(join(folder, file));
  const renew = <E extends { file: string }>(entry: E): E =>
    entry.file === file ? { ...entry, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), ...changes } : entry;
  const [shards, models] = [manifest.shards.map(renew), manifest.models.map(renew)];
  await writeManifest(folder, { ...manifest, shards, models, sha256: manifestSha256(shards, models) });
}

async function problems(folder: string): Promise<string[]> {
  const found = await verify(folder);
  assert.equal(found.ok, found.problems.length === 0);
  return found.problems.map(({ file, problem }) => `${file} ${problem}`);
}

test('a whole data set passes, and the bytes read are those of its files', async (t) => {
  const { folder, manifest } = await dataset(t);
  const progress: number[] = [];
  const found = await verify(folder, { onProgress: ({ done, total }) => progress.push(done / total) });
  const bytes = [...manifest.shards, ...manifest.models].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  assert.deepEqual(found, { ok: true, problems: [], checked: 7, undone: 0, bytes });
  assert.equal(progress.at(-1), 1);
  assert.equal((await verify(join(folder, 'manifest.json'))).checked, 7, 'by its manifest');
});

test('one flipped bit anywhere in a shard or a model is found', async (t) => {
  const { folder, manifest } = await dataset(t);
  for (const { file, sizeBytes } of [...manifest.shards, ...manifest.models]) {
    const whole = readFileSync(join(folder, file));
    for (const at of [0, sizeBytes >> 1, sizeBytes - 1]) {
      const bytes = Buffer.from(whole);
      bytes[at] ^= 1;
      writeFileSync(join(folder, file), bytes);
      const found = await problems(folder);
      assert.equal(found.length, 1, `byte ${at} of ${file}`);
      assert.match(found[0], new RegExp(`^${file} has other content`));
    }
    writeFileSync(join(folder, file), whole);
  }
  assert.deepEqual(await problems(folder), []);
});

test('all problems are named at once', async (t) => {
  const { folder, manifest } = await dataset(t);
  rmSync(join(folder, 'part-00000.arrow'));
  truncateSync(join(folder, 'part-00001.arrow'), 1000);
  writeFileSync(join(folder, 'financialNet.onnx'), '');
  await writeManifest(folder, { ...manifest, sha256: 'f'.repeat(64) });
  const found = await problems(folder);
  assert.equal(found.length, 4);
  assert.match(found[0], /^manifest\.json says that the data set is ffffffffffff…, and the hashes of its files make .*it was edited/);
  assert.equal(found[1], 'part-00000.arrow is missing');
  assert.match(found[2], /^part-00001\.arrow has 1000 bytes, and \d+ are expected$/);
  assert.match(found[3], /^financialNet\.onnx has 0 bytes, and \d+ are expected$/);
  const { checked, undone } = await verify(folder);
  assert.deepEqual([checked, undone], [4, 3], 'as many as of a whole data set');
});

test('sound checksums do not hide a file that is not what the manifest says', async (t) => {
  const { folder, manifest } = await dataset(t);
  const file = 'part-00001.arrow';
  const path = join(folder, file);

  writeShard(path, fraudColumns, 120, 79);
  await rehash(folder, manifest, file);
  assert.deepEqual(await problems(folder), [`${file} holds 79 rows, and the manifest says 80`]);

  writeShard(path, fraudColumns.slice(0, 5), 120, 80);
  await rehash(folder, manifest, file);
  assert.match((await problems(folder))[0], /has the columns .* time_s float64, and the manifest says .* expected float32\[2\]$/);

  writeFileSync(path, 'ARROW1, or so it says');
  await rehash(folder, manifest, file);
  assert.equal((await problems(folder)).length, 1);

  writeShard(path, fraudColumns, 120, 80);
  await writeFraudModels(folder, { seed: 1, referenceValues: 0 });
  copyFileSync(join(folder, 'financialNet_NoReference.onnx'), join(folder, 'financialNet.onnx'));
  await rehash(folder, manifest, 'financialNet.onnx');
  assert.deepEqual(await problems(folder), ['financialNet.onnx has the inputs transaction, and the manifest says transaction, reference']);
});

test('a record batch that is damaged behind a sound footer is found', async (t) => {
  const { folder, manifest } = await dataset(t);
  const file = 'part-00000.arrow';
  const bytes = readFileSync(join(folder, file));
  // The first record batch follows the schema: its message begins at the second continuation marker.
  const second = bytes.indexOf(Buffer.from([0xff, 0xff, 0xff, 0xff]), 16);
  bytes.fill(0x7f, second + 8, second + 200);
  writeFileSync(join(folder, file), bytes);
  await rehash(folder, manifest, file);
  assert.equal((await problems(folder)).length, 1);
});

test('a column that is shorter than its rows is found', async (t) => {
  const { folder, manifest } = await dataset(t);
  const file = 'part-00000.arrow';
  const bytes = readFileSync(join(folder, file));
  // In the first record batch's metadata the last buffer is that of `expected`: 50 rows of 8 bytes.
  const start = bytes.indexOf(Buffer.from([0xff, 0xff, 0xff, 0xff]), 16);
  const end = start + 8 + bytes.readInt32LE(start + 4);
  const length = bytes.subarray(0, end).lastIndexOf(Buffer.from([400 & 255, 400 >> 8, 0, 0, 0, 0, 0, 0]));
  assert.ok(length > start);
  bytes.writeUInt32LE(8, length);
  writeFileSync(join(folder, file), bytes);
  await rehash(folder, manifest, file);
  const found = await problems(folder);
  assert.equal(found.length, 1);
  assert.match(found[0], /column "expected" holds 8 bytes where 50 rows need 400/);
});

test('what has no checksums is refused: there is nothing to compare it with', async (t) => {
  const folder = temporaryFolder(t);
  await assert.rejects(verify(folder), (error) => error instanceof InferplayError && error.code === 'DATA');
  await assert.rejects(verify(join(folder, 'none')), { code: 'DATA', message: /there is no data set at/ });
  writeShard(join(folder, 'own.arrow'), fraudColumns, 0, 60);
  for (const path of [folder, join(folder, 'own.arrow')]) {
    await assert.rejects(verify(path), { code: 'DATA', message: /has no manifest\.json with checksums, so there is nothing to compare it with/ });
  }
  writeFileSync(join(folder, 'manifest.json'), '{');
  await assert.rejects(verify(folder), (error) => error instanceof InferplayError && error.code === 'DATA');
});

test('a signal stops the verification', async (t) => {
  const { folder } = await dataset(t);
  await assert.rejects(verify(folder, { signal: AbortSignal.abort() }), (error) => error instanceof InferplayError && error.code === 'INTERRUPTED');
});

test('texts are read, and a model is compared with the inputs that its graph has', async (t) => {
  const folder = join(temporaryFolder(t), 'images');
  const manifest = await generate('vision', { count: 3, size: 32, alpha: 0.25 }, { out: folder });
  assert.deepEqual(await problems(folder), []);
  const [model] = manifest.models;
  await writeManifest(folder, { ...manifest, models: [{ ...model, ports: [{ ...model.ports![0], name: 'pictures' }] }] });
  assert.deepEqual(await problems(folder), [`${model.file} has the inputs input, and the manifest says pictures`]);
});
