import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { InferplayError } from '../../core/errors.js';
import { fillKaggleRows, writeKaggleCsv } from '../../generate/kaggle.js';
import { missing, sharedData, temporaryFolder } from '../support/paths.js';

function fill(seed: number, firstRow: number, rows: number, totalRows: number): { transaction: Float32Array; labels: Uint8Array; timeS: Float64Array } {
  const batch = { transaction: new Float32Array(rows * 30), labels: new Uint8Array(rows), timeS: new Float64Array(rows) };
  fillKaggleRows(seed, firstRow, rows, batch.transaction, batch.labels, batch.timeS, totalRows);
  return batch;
}

test('a batch made alone equals the same rows of the whole', () => {
  const whole = fill(5, 0, 1000, 1000);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 1, max: 100 }), (firstRow, length) => {
      const rows = Math.min(length, 1000 - firstRow);
      const part = fill(5, firstRow, rows, 1000);
      assert.deepEqual(part.transaction, whole.transaction.slice(firstRow * 30, (firstRow + rows) * 30));
      assert.deepEqual(part.labels, whole.labels.slice(firstRow, firstRow + rows));
      assert.deepEqual(part.timeS, whole.timeS.slice(firstRow, firstRow + rows));
    }),
  );
});

test('the CSV file says exactly the numbers of the batches', async (t) => {
  const rows = 60_000;
  const path = join(temporaryFolder(t), 'creditcard.csv');
  const progress: number[] = [];
  const { sizeBytes } = await writeKaggleCsv(path, { rows, seed: 9, onProgress: ({ done }) => progress.push(done) });
  const text = readFileSync(path, 'latin1');
  assert.equal(text.length, sizeBytes);
  assert.ok(progress.length > 10 && progress.at(-1) === rows);
  const { transaction, labels, timeS } = fill(9, 0, rows, rows);
  const lines = text.split('\n');
  assert.equal(lines.length, rows + 2);
  assert.equal(lines.at(-1), '', 'the last line ends with a line feed');
  for (let row = 0; row < rows; row++) {
    const fields = lines[row + 1].split(',');
    assert.equal(fields.length, 31);
    assert.equal(fields[30], `"${labels[row]}"`);
    assert.equal(Number(fields[0]), timeS[row]);
    for (let column = 0; column < 30; column++) {
      if (Math.fround(Number(fields[column])) !== transaction[row * 30 + column]) assert.fail(`row ${row}, column ${column}: ${fields[column]}`);
    }
  }
});

test('numbers are written as R wrote the real file', async (t) => {
  const path = join(temporaryFolder(t), 'creditcard.csv');
  await writeKaggleCsv(path, { rows: 20_000, seed: 1 });
  const lines = readFileSync(path, 'latin1').split('\n');
  const fields = lines.slice(1, -1).flatMap((line) => line.split(',').slice(0, 30));
  // Plain or scientific, no trailing zeros after the point, at most 15 significant digits.
  const form = /^-?(0|[1-9]\d*)(\.\d*[1-9])?$|^-?[1-9](\.\d*[1-9])?e[+-]\d\d$/;
  for (const field of fields) {
    if (!form.test(field)) assert.fail(`"${field}" is not in R's form`);
    const digits = field.replace(/^-|e.*$|\./g, '').replace(/^0+/, '');
    if (digits.length > 15) assert.fail(`"${field}" has ${digits.length} significant digits`);
  }
  assert.ok(fields.some((field) => /^-?\d\.\d+e-05$/.test(field)), 'small numbers are scientific');
  assert.ok(fields.some((field) => /^-?0\.000[1-9]\d{10,}$/.test(field)), 'from 1e-4 on they are plain');
});

const real = join(sharedData, 'creditcard/creditcard-head-373-rows-2-to-9-lack-class.csv');

test('the header is that of the real file, and its rows match the same forms', { skip: missing(real) }, async (t) => {
  const path = join(temporaryFolder(t), 'creditcard.csv');
  await writeKaggleCsv(path, { rows: 100, seed: 1 });
  const ours = readFileSync(path, 'latin1').split('\n');
  const theirs = readFileSync(real, 'latin1').split('\r\n');
  assert.equal(ours[0], theirs[0]);
  const lengths = (lines: string[]): number => lines.reduce((sum, line) => sum + line.length, 0) / lines.length;
  assert.ok(Math.abs(lengths(ours.slice(1, 90)) / lengths(theirs.slice(10, 99)) - 1) < 0.05, 'rows are about as long');
});

test('a stopped or impossible file leaves nothing behind', async (t) => {
  const folder = temporaryFolder(t);
  await assert.rejects(
    writeKaggleCsv(join(folder, 'a.csv'), { rows: 100_000, seed: 1, signal: AbortSignal.abort() }),
    (error) => error instanceof InferplayError && error.code === 'INTERRUPTED',
  );
  await assert.rejects(
    writeKaggleCsv(join(folder, 'no', 'such', 'a.csv'), { rows: 1, seed: 1 }),
    (error) => error instanceof InferplayError && error.code === 'DATA' && error.message.includes('cannot be written'),
  );
  assert.deepEqual(readdirSync(folder), []);
});
