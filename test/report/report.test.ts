import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeResult } from '../../core/result-folder.js';
import { makeResult } from '../../core/result.js';
import { report } from '../../report/report.js';
import { summarize } from '../../report/summary.js';
import { sweepText } from '../../report/sweep-text.js';
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
