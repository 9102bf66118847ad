import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeResult } from '../../core/result-folder.js';
import { makeResult } from '../../core/result.js';
import { report } from '../../report/report.js';
import { summarize } from '../../report/summary.js';
import { temporaryFolder } from '../support/paths.js';
import { CASES } from '../support/results.js';

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
  await assert.rejects(report('nowhere', { format: 'xml' }), { code: 'USAGE', message: 'There is no report format "xml"; there are: text, json, csv.' });
  await assert.rejects(report('nowhere'), { code: 'DATA' });
});
