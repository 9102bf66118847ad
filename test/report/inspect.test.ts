import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { emptyRecording } from '../../core/recording.js';
import { writeResult } from '../../core/result-folder.js';
import { makeResult } from '../../core/result.js';
import { writeFraudModels } from '../../generate/fraud-model.js';
import { describe, inspect } from '../../report/inspect.js';
import { report } from '../../report/report.js';
import { verify } from '../../report/verify.js';
import { fraudColumns, writeFraudDataset, writeShard } from '../support/datasets.js';
import { temporaryFolder } from '../support/paths.js';
import { planOf } from '../support/recordings.js';
import { SWEEPS, writeSweep } from '../support/sweeps.js';

async function dataset(t: { after(fn: () => void): void }): Promise<string> {
  const folder = temporaryFolder(t);
  await writeFraudModels(folder, { seed: 1, referenceValues: 256 });
  await writeFraudDataset(folder, readFileSync(join(folder, 'financialNet.onnx')));
  return folder;
}

test('a data set is described as data: rows, columns, manifest and first values', async (t) => {
  const folder = await dataset(t);
  const found = await describe(folder, { rows: 130 });
  assert.ok(found.kind === 'dataset');
  assert.equal(found.rows, 200);
  assert.equal(found.sizeBytes, found.manifest!.shards[0].sizeBytes + found.manifest!.shards[1].sizeBytes);
  assert.deepEqual(found.columns, fraudColumns);
  assert.equal(found.sample.length, 130, 'rows go on into the second shard');
  const { row, values } = found.sample[121];
  assert.deepEqual([row, values['id'], values['time_s']], [121, 121, 121]);
  assert.equal(found.sample[120].values['label'], null, 'a missing label');
  assert.equal((values['reference'] as number[]).length, 256);
  const few = await describe(folder);
  assert.ok(few.kind === 'dataset' && few.sample.length === 3);
});

test('Arrow files from elsewhere are described without a manifest', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'theirs.arrow');
  const { sizeBytes } = writeShard(file, fraudColumns, 0, 60);
  const found = await describe(file, { rows: 0 });
  assert.deepEqual(found, { kind: 'dataset', path: file, rows: 60, sizeBytes, columns: fraudColumns, manifest: null, sample: [] });
  const several = await describe(folder, { rows: 0 });
  assert.ok(several.kind === 'dataset' && several.sizeBytes === null);
  assert.match(await inspect(file), /Arrow data from elsewhere \(no manifest\)\n60 rows, /);
});

test('a result is described as data, and its text is the report', async (t) => {
  const platform = { inferplay: '0.1.0', node: 'v20.9.0', os: 'linux', cpu: 'none', cores: 2, memoryBytes: 1e9, hostname: 'host' };
  const facts = { path: 'data/fraud', rows: 100, rowName: null, useCase: 'fraud', sha256: null, seed: 1, source: null };
  const result = makeResult({ plan: planOf(), platform, server: {}, serverStatistics: null, dataset: facts, recording: emptyRecording() });
  const { folder } = await writeResult(join(temporaryFolder(t), 'run'), result, emptyRecording());
  const found = await describe(folder);
  assert.ok(found.kind === 'result' && found.result.plan.clients === 50);
  assert.equal(await inspect(folder), await report(folder, { width: 100 }));
});

test('a folder of results leads to its latest', async (t) => {
  const platform = { inferplay: '0.1.0', node: 'v20.9.0', os: 'linux', cpu: 'none', cores: 2, memoryBytes: 1e9, hostname: 'host' };
  const facts = { path: 'data/fraud', rows: 100, rowName: null, useCase: 'fraud', sha256: null, seed: 1, source: null };
  const result = makeResult({ plan: planOf(), platform, server: {}, serverStatistics: null, dataset: facts, recording: emptyRecording() });
  const results = join(temporaryFolder(t), 'results');
  for (const name of ['a', 'b']) await writeResult(join(results, name), result, emptyRecording());
  for (const act of [describe, inspect, verify]) {
    await assert.rejects(act(results), { code: 'DATA', message: /results is a folder of 2 results; name .*results.latest for the newest/ });
  }
});

test('what is neither is refused with a sentence', async (t) => {
  const folder = temporaryFolder(t);
  for (const path of [folder, join(folder, 'none'), join(folder, 'latest')]) {
    await assert.rejects(inspect(path), (error) => error instanceof InferplayError && error.code === 'DATA', path);
  }
});

test('a sweep is described as data, and its text is the report', async (t) => {
  const folder = join(temporaryFolder(t), 'sweep');
  await writeSweep(folder, SWEEPS.once);
  const found = await describe(folder);
  assert.ok(found.kind === 'sweep' && found.summary.runs.done === 2);
  assert.equal(await inspect(folder), await report(folder, { width: 100 }));
});
