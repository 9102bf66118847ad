import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import type { Platform } from '../../core/platform.js';
import { writeResult } from '../../core/result-folder.js';
import { makeResult, type Result } from '../../core/result.js';
import { verify } from '../../report/verify.js';
import { temporaryFolder } from '../support/paths.js';
import { planOf, recordingOf } from '../support/recordings.js';
import { SWEEPS, writeSweep } from '../support/sweeps.js';

const platform: Platform = { inferplay: '0.1.0', node: 'v20.9.0', os: 'linux', cpu: 'none', cores: 2, memoryBytes: 1e9, hostname: 'host' };

async function resultFolder(t: { after(fn: () => void): void }): Promise<string> {
  const recording = recordingOf(20_000, 5000, 200_000);
  const dataset = { path: 'data/fraud', rows: 100, rowName: null, useCase: 'fraud', sha256: 'a'.repeat(64), seed: 1, source: null };
  const result = makeResult({ plan: planOf(), platform, server: {}, serverStatistics: null, dataset, recording });
  return (await writeResult(join(temporaryFolder(t), 'run'), result, recording)).folder;
}

/** Changes a file and the entry of it in result.json, so that only what is inside it can be wrong. */
function change(folder: string, file: string, edit: (text: string) => string): void {
  const text = edit(readFileSync(join(folder, file), 'utf8'));
  writeFileSync(join(folder, file), text);
  const path = join(folder, 'result.json');
  const result = JSON.parse(readFileSync(path, 'utf8'));
  result.files[file] = { sizeBytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
  writeFileSync(path, JSON.stringify(result));
}

async function problems(folder: string): Promise<string[]> {
  return (await verify(folder)).problems.map(({ file, problem }) => `${file} ${problem}`);
}

/** Checks that were made or left out: as many whatever is damaged. */
async function whole(folder: string): Promise<number> {
  const { checked, undone } = await verify(folder);
  return checked + undone;
}

test('a whole result passes: two files, five histograms, and the counts', async (t) => {
  const folder = await resultFolder(t);
  const found = await verify(folder);
  assert.deepEqual([found.ok, found.problems, found.checked, found.undone], [true, [], 8, 0]);
  assert.ok(found.bytes > 1000);
  assert.equal((await verify(join(folder, 'result.json'))).ok, true);
  assert.equal((await verify(join(folder, '..', 'latest'))).ok, true);
});

test('changed and missing files are found', async (t) => {
  const folder = await resultFolder(t);
  const timeline = join(folder, 'timeline.csv');
  writeFileSync(timeline, readFileSync(timeline, 'latin1').replace('5000', '5001'));
  writeFileSync(join(folder, 'latency.hlog'), '');
  const found = await problems(folder);
  assert.match(found[0], /^latency\.hlog has 0 bytes/);
  assert.match(found[1], /^timeline\.csv has other content/);
  assert.equal(found.length, 2);
  assert.deepEqual(await whole(folder), 8);
});

test('rows that do not follow from the requests are found', async (t) => {
  const damaged = async (edit: (rows: { sent: number; ok: number; shortRequests: number; shortRows: number }) => void): Promise<string[]> => {
    const folder = await resultFolder(t);
    const path = join(folder, 'result.json');
    const result = JSON.parse(readFileSync(path, 'utf8')) as Result;
    edit(result.recording.rows as never);
    writeFileSync(path, JSON.stringify(result));
    return problems(folder);
  };
  assert.deepEqual(await damaged((rows) => (rows.sent = 20_001)), ['result.json counts 20001 rows sent, and its requests carried 20000']);
  assert.deepEqual(await damaged((rows) => (rows.shortRequests = 2)), ['result.json counts 20000 rows sent, and its requests carried 19998']);
  assert.deepEqual(await damaged((rows) => (rows.ok = 20_001)), ['result.json counts 20001 rows answered, and only 20000 sent']);
});

test('histograms that do not decode, lack a tag, or have other counts are found', async (t) => {
  const folder = await resultFolder(t);
  const log = readFileSync(join(folder, 'latency.hlog'), 'utf8');
  change(folder, 'latency.hlog', () => log.replace(/(Tag=response,.*,)[^,]*\n/, '$1not base64\n'));
  assert.equal((await problems(folder)).length, 1);
  change(folder, 'latency.hlog', () => log.replace('Tag=service', 'Tag=other'));
  assert.deepEqual(await problems(folder), ['latency.hlog has no line with the tag service']);
  const failed = /Tag=failed,.*,([^,]*)\n/.exec(log)?.[1] ?? '';
  change(folder, 'latency.hlog', () => log.replace(/(Tag=lateness,.*,)[^,]*\n/, `$1${failed}\n`));
  assert.deepEqual(await problems(folder), ['latency.hlog holds 0 values with the tag lateness, and result.json says 20000']);
});

test('counts that contradict each other are found', async (t) => {
  const folder = await resultFolder(t);
  const path = join(folder, 'result.json');
  const result = JSON.parse(readFileSync(path, 'utf8'));
  result.recording.requests.ok++;
  writeFileSync(path, JSON.stringify(result));
  assert.deepEqual(await problems(folder), ['result.json counts 20001 successes, and its outcomes have 20000']);
});

test('everything that came due has an outcome, no more and no less, and every failure a time', async (t) => {
  const folder = await resultFolder(t);
  const path = join(folder, 'result.json');
  const text = readFileSync(path, 'utf8');
  const wrong = async (edit: (recording: Result['recording']) => void): Promise<string[]> => {
    const result = JSON.parse(text) as Result;
    edit(result.recording);
    writeFileSync(path, JSON.stringify(result));
    return problems(folder);
  };
  assert.deepEqual(await wrong((recording) => Object.assign(recording.outcomes, { 'not-sent': { count: 1, messages: {} } })), ['result.json counts 20000 requests due, and its outcomes have 20001']);
  assert.deepEqual(await wrong((recording) => Object.assign(recording.requests, { due: 20_001 })), ['result.json counts 20001 requests due, and its outcomes have 20000']);
  assert.deepEqual(await wrong((recording) => Object.assign(recording.requests, { notSent: 2 })), ['result.json counts 20000 requests due, and 20000 done and 2 not sent']);
  assert.deepEqual(await wrong((recording) => Object.assign(recording.requests, { failed: 3 })), ['result.json has 0 service times of 3 failed requests']);
});

test('a result.json that cannot be read stops with a sentence', async (t) => {
  const folder = await resultFolder(t);
  writeFileSync(join(folder, 'result.json'), '{');
  await assert.rejects(verify(folder), (error) => error instanceof InferplayError && error.code === 'DATA');
});

test('of a sweep every result is checked, and a problem is told with its run', async (t) => {
  const folder = join(temporaryFolder(t), 'sweep');
  await writeSweep(folder, SWEEPS.once);
  const sound = await verify(folder);
  assert.deepEqual([sound.ok, sound.checked], [true, 16]);
  const [first, second] = SWEEPS.once.state.runs.map((run) => run.folder);
  writeFileSync(join(folder, first, 'result.json'), '{');
  writeFileSync(join(folder, second, 'timeline.csv'), '');
  const found = await problems(folder);
  assert.equal(found.length, 2);
  assert.match(found[0], new RegExp(`^${first}/result.json .*is not JSON`));
  assert.ok(found[1].startsWith(`${second}/timeline.csv `), found[1]);
  assert.equal(await whole(folder), 16);
});
