import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyRecording } from '../../core/recording.js';
import { abandonSweep, openSweep, readRuns, readSweep, sweepFolderName, writeRun } from '../../core/sweep-folder.js';
import { temporaryFolder } from '../support/paths.js';
import { recordingOf } from '../support/recordings.js';
import { resultOf, stateOf } from '../support/sweeps.js';

const state = stateOf({ axes: [{ name: 'clients', values: [1, 10] }, { name: 'serverBatch', values: [0, 16] }], repeat: 2, store: { device: 'CPU', modelForm: 'MODELSTORE' } });
const { definition, runs } = state;

test('a sweep is begun once and found again', async (t) => {
  const folder = join(temporaryFolder(t), 'a', 'b');
  assert.deepEqual(await openSweep(folder, definition, runs), state);
  assert.deepEqual(readdirSync(folder), ['sweep.json']);
  const before = readFileSync(join(folder, 'sweep.json'), 'utf8');
  assert.deepEqual(await openSweep(folder, JSON.parse(JSON.stringify(definition)), []), state);
  assert.equal(readFileSync(join(folder, 'sweep.json'), 'utf8'), before);
  assert.deepEqual(await readSweep(join(folder, 'sweep.json')), { folder, state });
});

test('another definition, and files of somebody else, are refused with what is there', async (t) => {
  const folder = temporaryFolder(t);
  await openSweep(folder, definition, runs);
  const other = stateOf({ axes: [{ name: 'clients', values: [1, 20] }, { name: 'serverBatch', values: [0, 16] }], repeat: 3, store: definition.store });
  await assert.rejects(openSweep(folder, other.definition, other.runs), { code: 'DATA', message: /holds another sweep: its clients are 1, 10 \(here 1, 20\), its repetitions are 2 \(here 3\)\. Name another folder with --out/ });
  const busy = temporaryFolder(t);
  writeFileSync(join(busy, 'thesis.doc'), '');
  await assert.rejects(openSweep(busy, definition, runs), { code: 'DATA', message: /holds files that are no sweep \(thesis\.doc\)/ });
  rmSync(join(busy, 'thesis.doc'));
  writeFileSync(join(busy, '.sweep.json.part'), '{');
  await openSweep(busy, definition, runs);
  writeFileSync(join(busy, 'file'), '');
  await assert.rejects(openSweep(join(busy, 'file'), definition, runs), { code: 'DATA', message: /cannot be written to .*file: a part of its path is a file/ });
});

test('a folder that cannot be written is said', { skip: process.getuid?.() === 0 && 'root may write anywhere' }, async (t) => {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o500);
  await assert.rejects(openSweep(join(folder, 'a'), definition, runs), { code: 'DATA', message: /permission denied/ });
});

test('what is not a sweep, or is damaged, is refused with where', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'sweep.json');
  await assert.rejects(readSweep(folder), { code: 'DATA', message: /sweep\.json cannot be read: there is no such file/ });
  const damaged = async (text: string, message: RegExp): Promise<void> => {
    writeFileSync(file, text);
    await assert.rejects(readSweep(folder), (error: Error & { code: string }) => error.code === 'DATA' && message.test(error.message), text.slice(0, 80));
  };
  await damaged('{', /cannot be read/);
  await damaged('null', /is not a sweep/);
  await damaged(JSON.stringify({ ...state, version: 2 }), /is of version 2/);
  await damaged(JSON.stringify({ ...state, definition: { ...definition, repeat: 0 } }), /damaged: definition\.repeat is 0, below 1/);
  await damaged(JSON.stringify({ ...state, definition: { ...definition, axes: [{ name: 'colour', values: [1] }] } }), /damaged: definition\.axes\[0\]\.name is "colour"/);
  const changed = (change: object): string => JSON.stringify({ ...state, runs: [{ ...runs[0], ...change }, ...runs.slice(1)] });
  for (const change of [{ folder: '../elsewhere' }, { folder: 'runs/../../elsewhere' }, { run: 2 }, { point: { clients: 1 } }]) await damaged(changed(change), /damaged: runs\[0\] is not one of its runs/);
  await damaged(changed({ point: { colour: 1 } }), /damaged: runs\[0\]\.point\.colour is unknown/);
});

test('runs are done when their result is whole: not without result.json, not damaged, not interrupted', async (t) => {
  const folder = temporaryFolder(t);
  await openSweep(folder, definition, runs);
  const write = (index: number, ending: 'complete' | 'interrupted' = 'complete') => writeRun(folder, runs[index], resultOf(runs[index], { changes: { ending } }), { ...recordingOf(1000, 1000, 2e6), ending });
  await write(0);
  await write(1, 'interrupted');
  await write(2);
  rmSync(join(folder, runs[2].folder, 'result.json'));
  await write(3);
  writeFileSync(join(folder, runs[3].folder, 'result.json'), '{"format":"infer');
  mkdirSync(join(folder, runs[4].folder));
  const found = await readRuns(folder, runs);
  assert.deepEqual(found.done.map(({ run }) => run.run), [1]);
  assert.deepEqual(found.left.map(({ run }) => run), [2, 3, 4, 5, 6, 7, 8]);
  assert.equal(found.done[0].result.recording.requests.ok, 1000);
  assert.deepEqual(found.done[0].result.recording.series.points, []);
});

test('a run that is done again takes the place of what was left', async (t) => {
  const folder = temporaryFolder(t);
  await openSweep(folder, definition, runs);
  await writeRun(folder, runs[0], resultOf(runs[0], { changes: { ending: 'interrupted' } }), emptyRecording());
  const written = await writeRun(folder, runs[0], resultOf(runs[0], {}), recordingOf(1000, 1000, 2e6));
  assert.deepEqual(readdirSync(join(folder, 'runs')), [runs[0].folder.slice('runs/'.length)]);
  assert.deepEqual((await readRuns(folder, runs)).done[0].result.files, written.files);
  assert.ok(existsSync(join(folder, runs[0].folder, 'latency.hlog')));
});

test('a sweep without any run is abandoned, one with a run is not', async (t) => {
  const folder = join(temporaryFolder(t), 'sweep');
  await abandonSweep(folder);
  await openSweep(folder, definition, runs);
  await writeRun(folder, runs[0], resultOf(runs[0], {}), recordingOf(1000, 1000, 2e6));
  await abandonSweep(folder);
  assert.deepEqual((await readSweep(folder)).state, state);
  rmSync(join(folder, 'runs'), { recursive: true });
  await abandonSweep(folder);
  assert.ok(!existsSync(folder));
});

test('the folder is named by what the sweep is: the same one is found again, another one is not', () => {
  const name = sweepFolderName(definition, 'fraud');
  assert.match(name, /^results.sweep-fraud-redisai-[0-9a-f]{8}$/);
  const moved = { ...definition, plan: { ...definition.plan, dataset: '/elsewhere/fraud' } };
  assert.equal(sweepFolderName(moved, 'fraud'), name);
  assert.notEqual(sweepFolderName({ ...definition, repeat: 9 }, 'fraud'), name);
  const theirs = (dataset: string) => sweepFolderName({ ...definition, plan: { ...definition.plan, datasetSha256: null, dataset } }, null);
  assert.notEqual(theirs('a'), theirs('b'));
  assert.match(theirs('a'), /sweep-data-redisai-/);
});
