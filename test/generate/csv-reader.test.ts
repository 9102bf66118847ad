import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { badRowError, openCsv, surveyCsv } from '../../generate/csv-reader.js';
import type { CsvFile } from '../../generate/csv-reader.js';
import { scanCsv } from '../../generate/csv-scan.js';
import { writeCsv } from '../support/fraud-csv.js';
import { temporaryFolder } from '../support/paths.js';

const signal = new AbortController().signal;

async function fileOf(folder: string, lines: readonly string[], skipBad = false): Promise<CsvFile> {
  const path = writeCsv(folder, lines.join('\n'));
  const { offsets, endOffset, rows } = await scanCsv(path, 0, signal);
  return { path, name: 'x.csv', layout: { names: ['x'], slots: [0], kinds: ['float32'] }, offsets, endOffset, rows, firstLine: 1, skipBad };
}

const numbers = Array.from({ length: 3_000 }, (_, at) => String(at).padEnd(1 + (at % 900), ' '));

for (const skipped of [false, true]) {
  test(`any row is found, in any order${skipped ? ', bad rows left out' : ''}`, async (t) => {
    const lines = skipped ? numbers.flatMap((line, at) => (at % 5 === 0 ? ['bad', line] : [line])) : numbers;
    let file = await fileOf(temporaryFolder(t), lines, skipped);
    if (skipped) {
      const survey = await surveyCsv(file, file.rows, 7, signal);
      assert.deepEqual([survey.badRows.count, survey.badRows.listed.length, survey.badRows.listed[1].line], [600, 7, 7]);
      file = survey.file;
    }
    const reader = openCsv(file);
    t.after(() => reader.close());
    fc.assert(fc.property(fc.nat(2_999), fc.integer({ min: 1, max: 40 }), (row, count) => {
      reader.seek(row);
      for (let at = 0; at < count; at += 1) {
        reader.next();
        assert.equal(reader.values[0], (row + at) % 3_000);
      }
    }));
  });
}

test('a bad row has its line, column and text', async (t) => {
  const reader = openCsv(await fileOf(temporaryFolder(t), ['1', '2', 'three']));
  t.after(() => reader.close());
  reader.seek(1);
  reader.next();
  assert.throws(() => reader.next(), { code: 'DATA', message: badRowError('x.csv', { line: 3, column: 'x', reason: 'not a number', text: 'three' }).message });
});

test('a file that becomes shorter while it is read is noticed', async (t) => {
  const file = await fileOf(temporaryFolder(t), numbers);
  truncateSync(file.path, 10);
  const reader = openCsv(file);
  t.after(() => reader.close());
  reader.seek(0);
  assert.throws(() => { for (let row = 0; row < 3_000; row += 1) reader.next(); }, /became shorter|changed while it was read/);
});

test('a survey lets others run, and can be stopped', async (t) => {
  const stop = new AbortController();
  const file = await fileOf(temporaryFolder(t), numbers, true);
  setImmediate(() => stop.abort(new Error('enough')));
  await assert.rejects(surveyCsv(file, file.rows, 7, stop.signal), /enough/);
});
