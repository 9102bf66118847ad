import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isResult, isSweep, refuseManyResults } from '../../report/place.js';
import { temporaryFolder } from '../support/paths.js';

test('results are told from data sets by what is in the folder', (t) => {
  const folder = temporaryFolder(t);
  assert.equal(isResult(folder), false);
  assert.equal(isResult(join(folder, 'none')), false);
  assert.equal(isResult(join(folder, 'latest')), true, 'latest stands for the newest result');
  mkdirSync(join(folder, 'latest'));
  assert.equal(isResult(join(folder, 'latest')), false, 'unless it is a folder of that name');
  writeFileSync(join(folder, 'result.json'), '{}');
  assert.equal(isResult(folder), true);
  assert.equal(isResult(join(folder, 'result.json')), true);
});

test('a folder of results is refused, and a data set beside results is not', async (t) => {
  const folder = temporaryFolder(t);
  await refuseManyResults(folder);
  await refuseManyResults(join(folder, 'none'));
  mkdirSync(join(folder, 'run'));
  writeFileSync(join(folder, 'run', 'result.json'), '{}');
  await assert.rejects(refuseManyResults(folder), { code: 'DATA', message: /is a folder of one result; name .*latest/ });
  writeFileSync(join(folder, 'manifest.json'), '{}');
  await refuseManyResults(folder);
});

test('a sweep is known by its file', (t) => {
  const folder = temporaryFolder(t);
  assert.equal(isSweep(folder), false);
  writeFileSync(join(folder, 'sweep.json'), '{}');
  assert.deepEqual([folder, join(folder, 'sweep.json')].map(isSweep), [true, true]);
  assert.equal(isResult(folder), false);
});
