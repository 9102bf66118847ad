import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { InferplayError } from '../../core/errors.js';
import { readResult, resultFolderName, writeResult } from '../../core/result-folder.js';
import { makeResult } from '../../core/result.js';
import { temporaryFolder } from '../support/paths.js';
import { CASES } from '../support/results.js';

const ONE = CASES['valid-open'];
const RESULT = makeResult(ONE);

test('what is written is what is read, whole and with checksums', async (t) => {
  const folder = join(temporaryFolder(t), 'results', 'one');
  const written = await writeResult(folder, RESULT, ONE.recording);
  assert.equal(written.folder, folder);
  assert.deepEqual(readdirSync(folder).sort(), ['latency.hlog', 'result.json', 'timeline.csv']);
  const read = await readResult(folder);
  assert.deepEqual(read, written);
  for (const [name, { sizeBytes, sha256 }] of Object.entries(read.result.files)) {
    const bytes = readFileSync(join(folder, name));
    assert.deepEqual([bytes.length, createHash('sha256').update(bytes).digest('hex')], [sizeBytes, sha256], name);
  }
  assert.deepEqual({ ...read.result, files: {} }, RESULT);
  assert.deepEqual((await readResult(join(folder, 'result.json'))).folder, folder);
});

test('a result is never overwritten', async (t) => {
  const folder = join(temporaryFolder(t), 'mine');
  const folders = [];
  for (let n = 0; n < 3; n++) folders.push((await writeResult(folder, RESULT, ONE.recording)).folder);
  assert.deepEqual(folders, [folder, `${folder}-2`, `${folder}-3`]);
});

test('latest is the newest result of a folder', async (t) => {
  const parent = temporaryFolder(t);
  await assert.rejects(readResult(join(parent, 'latest')), { code: 'DATA', message: /There is no result in .* yet; run inferplay replay first\.$/ });
  for (const minute of [5, 20, 9]) {
    await writeResult(join(parent, `2025010203${String(minute).padStart(2, '0')}Z`), RESULT, ONE.recording);
  }
  mkdirSync(join(parent, '21000101-unfinished'));
  assert.equal((await readResult(join(parent, 'latest'))).folder, join(parent, '202501020320Z'));
});

test('the name of a folder has the time, the use case and the scheme, and no secret', () => {
  const now = new Date(Date.UTC(2025, 0, 2, 3, 4, 5, 678));
  assert.equal(resultFolderName(now, 'fraud', 'redisai://u:hunter2@127.0.0.1:6379?model=m'), join('results', '20250102T030405Z-fraud-redisai'));
  assert.equal(resultFolderName(now, null, 'null:'), join('results', '20250102T030405Z-data-null'));
  assert.equal(resultFolderName(now, '../../etc', '://'), join('results', '20250102T030405Z--etc-target'));
});

test('a folder that cannot be written is said with a way out', async (t) => {
  const file = join(temporaryFolder(t), 'file');
  writeFileSync(file, '');
  await assert.rejects(writeResult(join(file, 'inside'), RESULT, ONE.recording), { code: 'DATA', message: /cannot be written to .*--out\.$/ });
});

test('what is no result gets its own sentence', async (t) => {
  const folder = temporaryFolder(t);
  const put = (name: string, file: string, text: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, file), text);
    return join(folder, name);
  };
  const whole = JSON.stringify(RESULT);
  const cases: [string, RegExp][] = [
    [join(folder, 'nowhere'), /There is no folder /],
    [put('dataset', 'manifest.json', '{}'), /is a data set, not a result/],
    [put('empty', 'notes.txt', ''), /holds no result\.json/],
    [join(folder, 'empty', 'notes.txt'), /is a file/],
    [put('cut', 'result.json', whole.slice(0, 500)), /is not JSON/],
    [put('null', 'result.json', 'null'), /is not a result of inferplay/],
    [put('other', 'result.json', '{"format":"k6"}'), /is not a result of inferplay/],
    [put('newer', 'result.json', whole.replace('"version":1', '"version":2')), /is of version 2, and this inferplay reads version 1/],
    [put('damaged', 'result.json', whole.replace('"ok":20000', '"ok":"many"')), /is damaged: recording\.requests\.ok is "many"/],
    [put('empty-file', 'result.json', ''), /is not JSON/],
  ];
  for (const [path, message] of cases) await assert.rejects(readResult(path), { name: 'InferplayError', code: 'DATA', message }, path);
});

test('whatever is in result.json, the error is ours', async (t) => {
  const folder = temporaryFolder(t);
  const text = JSON.stringify(RESULT);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: text.length - 1 }), fc.nat({ max: 20 }), fc.string({ maxLength: 5 }), async (from, length, instead) => {
      writeFileSync(join(folder, 'result.json'), text.slice(0, from) + instead + text.slice(from + length));
      await readResult(folder).catch((error: unknown) => assert.ok(error instanceof InferplayError, String(error)));
    }),
    { numRuns: 200 },
  );
});
