import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { InferplayError } from '../../core/errors.js';
import { readResult, refuseForeignFolder, resultFolderName, writeResult } from '../../core/result-folder.js';
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

test('a result goes neither into a data set, nor into a sweep, nor between the files of somebody else', async (t) => {
  const parent = temporaryFolder(t);
  for (const names of [['manifest.json', 'models'], ['runs', 'sweep.json'], ['thesis.tex'], ['20250102T030405Z-fraud-null']]) {
    const folder = join(parent, `a-${names[0]}`);
    for (const name of names) mkdirSync(join(folder, name), { recursive: true });
    for (const attempt of [refuseForeignFolder(folder), writeResult(folder, RESULT, ONE.recording)]) {
      await assert.rejects(attempt, { code: 'DATA', message: `${folder} holds files that are no result (${names.join(', ')}): name an empty or new folder with --out.` });
    }
    assert.deepEqual(readdirSync(folder).sort(), names);
  }
  const cut = join(parent, 'cut');
  mkdirSync(cut);
  for (const name of ['latency.hlog', '.result.json.part']) writeFileSync(join(cut, name), '');
  assert.equal((await writeResult(cut, RESULT, ONE.recording)).folder, cut, 'what a writing has left that was cut short');
  mkdirSync(join(`${cut}-2`, 'manifest.json'), { recursive: true });
  assert.equal((await writeResult(cut, RESULT, ONE.recording)).folder, `${cut}-3`, 'nor into a data set of the next name');
});

test('latest is the newest result of a folder', async (t) => {
  const parent = temporaryFolder(t);
  await assert.rejects(readResult(join(parent, 'latest')), { code: 'DATA', message: /There is no result in .* yet; run inferplay replay first\.$/ });
  for (const [name, minute] of [['term', 5], ['20250102T032000Z', 20], ['20250102T030900Z', 9]] as const) await writeAt(parent, name, Date.UTC(2025, 0, 2, 3, minute));
  mkdirSync(join(parent, '21000101-unfinished'));
  assert.equal((await readResult(join(parent, 'latest'))).folder, join(parent, '20250102T032000Z'), 'by its time, not by its name');
  mkdirSync(join(parent, 'zz-damaged'));
  writeFileSync(join(parent, 'zz-damaged', 'result.json'), '{');
  assert.equal((await readResult(join(parent, 'latest'))).folder, join(parent, '20250102T032000Z'), 'what cannot be read is passed over');
  const unmeasured = await writeAt(parent, 'aborted', null);
  for (const [year, newest] of [[2024, '20250102T032000Z'], [2026, 'aborted']] as const) {
    utimesSync(join(unmeasured, 'result.json'), new Date(), new Date(Date.UTC(year, 1, 1)));
    assert.equal((await readResult(join(parent, 'latest'))).folder, join(parent, newest), 'without a start the age of the file counts');
  }
});

async function writeAt(parent: string, name: string, startedMs: number | null): Promise<string> {
  const startedAt = startedMs === null ? null : new Date(startedMs).toISOString();
  const result = { ...RESULT, recording: { ...RESULT.recording, startedAt } };
  return (await writeResult(join(parent, name), result, ONE.recording)).folder;
}

test('of results that started together the last one made is the latest', async (t) => {
  const folder = join(temporaryFolder(t), 'run');
  for (let n = 0; n < 11; n++) await writeResult(folder, RESULT, ONE.recording);
  assert.equal((await readResult(join(folder, '..', 'latest'))).folder, `${folder}-11`);
});

test('latest among damaged results only says what is wrong with one', async (t) => {
  const parent = temporaryFolder(t);
  mkdirSync(join(parent, 'one'));
  writeFileSync(join(parent, 'one', 'result.json'), '{');
  await assert.rejects(readResult(join(parent, 'latest')), { code: 'DATA', message: /one.result\.json is not JSON/ });
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
    [(put('many/a', 'result.json', whole), join(folder, 'many')), /many is a folder of one result; name .*many.latest for the newest/],
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
