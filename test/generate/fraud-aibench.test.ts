import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDataset } from '../../core/dataset.js';
import { exportAibench } from '../../generate/aibench.js';
import { generate } from '../../generate/generate.js';
import { temporaryFolder } from '../support/paths.js';
import { readRows } from '../support/read-rows.js';

const ROW = 1152;

function datFile(folder: string, rows: number): string {
  const bytes = Buffer.alloc(rows * ROW);
  for (let row = 0; row < rows; row += 1) {
    bytes.writeBigUInt64LE(BigInt(row) + 2n ** 33n, row * ROW);
    for (let value = 0; value < 286; value += 1) bytes.writeFloatLE(row + value / 1000, row * ROW + 8 + 4 * value);
  }
  const path = join(folder, 'x.dat');
  writeFileSync(path, bytes);
  return path;
}

test('aibench\'s rows keep their ids, transactions and references, also when they come again', async (t) => {
  const folder = temporaryFolder(t);
  const out = join(folder, 'out');
  await generate('fraud', { fromAibench: datFile(folder, 7), rows: 17 }, { out, rowsPerShard: 5 });
  const rows = await readRows(await openDataset(out));
  assert.equal(rows.length, 17);
  for (const [at, row] of rows.entries()) {
    const number = at % 7;
    assert.deepEqual([row.id, row.label, row.timeS], [number + 2 ** 33, null, number]);
    assert.deepEqual(row.transaction, Array.from({ length: 30 }, (_, value) => Math.fround(number + value / 1000)));
    assert.deepEqual(row.reference, Array.from({ length: 256 }, (_, value) => Math.fround(number + (30 + value) / 1000)));
  }
});

test('the way to aibench and back changes nothing', async (t) => {
  const folder = temporaryFolder(t);
  await generate('fraud', { rows: 300 }, { out: join(folder, 'ours'), rowsPerShard: 128 });
  await exportAibench(await openDataset(join(folder, 'ours')), join(folder, 'ours.dat'));
  await generate('fraud', { fromAibench: join(folder, 'ours.dat') }, { out: join(folder, 'back') });
  const [ours, back] = [await readRows(await openDataset(join(folder, 'ours'))), await readRows(await openDataset(join(folder, 'back')))];
  assert.deepEqual(back, ours.map((row) => ({ ...row, label: null })));
});

test('the file must have the wanted number of reference values, or none are wanted', async (t) => {
  const folder = temporaryFolder(t);
  const fromAibench = datFile(folder, 3);
  await assert.rejects(generate('fraud', { fromAibench, referenceValues: 8 }, { out: join(folder, 'out') }), /give --reference-values 256 or 0/);
  const manifest = await generate('fraud', { fromAibench, referenceValues: 0 }, { out: join(folder, 'out') });
  assert.equal(manifest.columns.some((column) => column.name === 'reference'), false);
});

for (const [value, at, message] of [[NaN, 0, /x\.dat, row 4, column Time: NaN is not a finite number/], [Infinity, 29, /row 4, column Amount: Infinity is not/], [-Infinity, 30 + 255, /row 4, reference value 255: -Infinity is not/]] as const) {
  test(`${value} at value ${at} of a row is refused with its place`, async (t) => {
    const folder = temporaryFolder(t);
    const fromAibench = datFile(folder, 7);
    const bytes = readFileSync(fromAibench);
    bytes.writeFloatLE(value, 4 * ROW + 8 + 4 * at);
    writeFileSync(fromAibench, bytes);
    await assert.rejects(generate('fraud', { fromAibench }, { out: join(folder, 'out'), rowsPerShard: 3 }), { code: 'DATA', message });
  });
}

test('a huge file can be let go of while it is hashed', async (t) => {
  const folder = temporaryFolder(t);
  const fromAibench = datFile(folder, 1);
  truncateSync(fromAibench, ROW * 2 ** 31);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 300);
  await assert.rejects(generate('fraud', { fromAibench, rows: 10 }, { out: join(folder, 'out'), signal: stop.signal }), { code: 'INTERRUPTED' });
});
