import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDataset } from '../../../core/dataset.js';
import { generate } from '../../../generate/generate.js';
import { useCaseByName, useCases } from '../../../generate/use-cases/index.js';
import { csvText, writeCsv } from '../../support/fraud-csv.js';
import { missing, sharedData, temporaryFolder } from '../../support/paths.js';
import { readRows } from '../../support/read-rows.js';

test('every use case is found by its name and has help for each option', () => {
  for (const useCase of useCases) {
    assert.equal(useCaseByName(useCase.name), useCase);
    for (const option of Object.values(useCase.options)) assert.ok(option.help.length > 10);
  }
});

test('without input rows are made up from the seed alone', async (t) => {
  const folder = temporaryFolder(t);
  const read = async (name: string, seed: number) => {
    await generate('fraud', { rows: 40, referenceValues: 3 }, { out: join(folder, name), seed });
    return readRows(await openDataset(join(folder, name)));
  };
  const one = await read('a', 1);
  assert.deepEqual(await read('b', 1), one);
  const two = await read('c', 2);
  assert.notDeepEqual(two[5].transaction, one[5].transaction);
  assert.notDeepEqual(two[5].reference, one[5].reference);
});

test('a model of the user\'s own gives the answers', { skip: missing(join(sharedData, 'models', 'fraud-logreg.onnx')) }, async (t) => {
  const out = join(temporaryFolder(t), 'out');
  const manifest = await generate('fraud', { rows: 100, model: join(sharedData, 'models', 'fraud-logreg.onnx') }, { out });
  assert.deepEqual(manifest.models.map(({ file, expected }) => [file, expected]), [['fraud-logreg.onnx', true]]);
  assert.ok(existsSync(join(out, 'fraud-logreg.onnx')));
  assert.equal(manifest.options.model, 'fraud-logreg.onnx');
  const rows = await readRows(await openDataset(out));
  assert.ok(new Set(rows.map((row) => row.expected[0])).size > 50);
});

test('contradictions and models that do not fit are refused', async (t) => {
  const folder = temporaryFolder(t);
  const input = writeCsv(folder, csvText(2));
  const out = join(folder, 'out');
  await assert.rejects(generate('fraud', { input, fromAibench: input }, { out }), { code: 'USAGE', message: /cannot both name the rows/ });
  await assert.rejects(generate('fraud', { rows: 5, model: input }, { out }), { code: 'DATA' });
  await assert.rejects(generate('fraud', { rows: 5, onBadRow: 'weep' }, { out }), { code: 'USAGE' });
  assert.equal(existsSync(out), false);
});
