import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeResult } from '../../core/result-folder.js';
import { makeResult } from '../../core/result.js';
import { openSweep, writeRun } from '../../core/sweep-folder.js';
import { describe } from '../../report/inspect.js';
import { report } from '../../report/report.js';
import { summarize } from '../../report/summary.js';
import { sweepText } from '../../report/sweep-text.js';
import { verify } from '../../report/verify.js';
import { temporaryFolder } from '../support/paths.js';
import { CASES } from '../support/results.js';
import { SWEEPS, writeSweep } from '../support/sweeps.js';

test('a result reads as it did when it was made', async (t) => {
  for (const [name, one] of Object.entries(CASES)) {
    const folder = join(temporaryFolder(t), name);
    const made = makeResult(one);
    await writeResult(folder, made, one.recording);
    assert.equal(await report(folder, { width: 80 }), summarize(made, { color: false, width: 80 }));
    assert.equal(await report(folder, { format: 'text', width: 80, color: true }), summarize(made, { color: true, width: 80 }));
    assert.equal((JSON.parse(await report(folder, { format: 'json' })) as { format: string }).format, 'inferplay-result');
    assert.equal((await report(folder, { format: 'csv' })).split('\n').length, 2);
  }
});

test('an unknown format is refused before the folder is read', async () => {
  await assert.rejects(report('nowhere', { format: 'xml' }), { code: 'USAGE', message: 'There is no report format "xml"; there are: text, json, csv, markdown.' });
  await assert.rejects(report('nowhere'), { code: 'DATA' });
});

test('latest is what was measured last, a sweep or a single result, for report, inspect and verify alike', async (t) => {
  const parent = temporaryFolder(t);
  const latest = join(parent, 'latest');
  const one = CASES['valid-open'];
  const measuredAt = (name: string, minute: number) => {
    const recording = { ...one.recording, startedAtMs: Date.UTC(2025, 0, 2, 4, minute) };
    return writeResult(join(parent, name), makeResult({ ...one, recording }), recording);
  };
  await openSweep(join(parent, 'sweep-begun'), SWEEPS.once.state.definition, SWEEPS.once.state.runs);
  await assert.rejects(report(latest), { code: 'DATA', message: /There is no result/ }, 'a sweep without a run');
  const sweep = join(parent, 'sweep');
  await writeSweep(sweep, SWEEPS.once);
  const isSweep = async (): Promise<boolean> => {
    const described = await describe(latest);
    const text = await report(latest);
    assert.equal(text.startsWith('sweep of'), described.kind === 'sweep');
    assert.equal((await verify(latest)).checked > 10, described.kind === 'sweep', 'two runs have more to check than one');
    return described.kind === 'sweep';
  };
  assert.equal(await isSweep(), true, 'there is nothing else');
  await measuredAt('before', -120);
  assert.equal(await isSweep(), true);
  await measuredAt('after', 30);
  assert.equal(await isSweep(), false);
  const [, last] = SWEEPS.once.runs;
  const recording = { ...one.recording, startedAtMs: Date.UTC(2025, 0, 2, 5) };
  await writeRun(sweep, last.run, makeResult({ ...one, recording }), recording);
  assert.equal(await isSweep(), true, 'it went on');
});

test('a sweep reads as it did when it was made, as far as it got', async (t) => {
  const folder = join(temporaryFolder(t), 'sweep');
  const made = SWEEPS.troubled;
  await writeSweep(folder, made);
  const summary = { ...made.summary, folder };
  for (const path of [folder, join(folder, 'sweep.json')]) assert.equal(await report(path, { width: 80 }), sweepText(summary, { color: false, width: 80 }));
  assert.deepEqual(JSON.parse(await report(folder, { format: 'json' })), summary);
  assert.equal((await report(folder, { format: 'csv' })).split('\n').length, 9);
  assert.match(await report(folder, { format: 'markdown' }), /^Sweep of data\/fraud/);
});
