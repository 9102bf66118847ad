import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openDataset, type Batch, type Dataset } from '../../core/dataset.js';
import { InferplayError } from '../../core/errors.js';
import { AIBENCH_ROW_BYTES, exportAibench, openAibench } from '../../generate/aibench.js';
import { generate } from '../../generate/generate.js';
import { fraudColumns, writeShard } from '../support/datasets.js';
import { temporaryFolder } from '../support/paths.js';

function isData(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof InferplayError && error.code === 'DATA' && pattern.test(error.message);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** One row in aibench's format, written value by value. */
function aibenchRow(id: number, transaction: readonly number[], reference: readonly number[]): Buffer {
  const row = Buffer.alloc(AIBENCH_ROW_BYTES);
  row.writeBigUInt64LE(BigInt(id), 0);
  transaction.forEach((value, index) => row.writeFloatLE(value, 8 + 4 * index));
  reference.forEach((value, index) => row.writeFloatLE(value, 128 + 4 * index));
  return row;
}

/** A data set in memory with the two columns that the export reads. */
function datasetOf(ids: readonly number[], transactions: Float32Array, references: Float32Array, batchRows: number): Dataset {
  const columns = fraudColumns.filter(({ name }) => ['id', 'transaction', 'reference'].includes(name));
  const bytes: { [name: string]: { values: Float32Array; each: number } } = { transaction: { values: transactions, each: 30 }, reference: { values: references, each: 256 } };
  return {
    path: 'memory', manifest: null, rows: ids.length, columns,
    async *batches() {
      for (let firstRow = 0; firstRow < ids.length; firstRow += batchRows) {
        const rows = Math.min(batchRows, ids.length - firstRow);
        const batch: Batch = {
          firstRow, rows, ids: Float64Array.from(ids.slice(firstRow, firstRow + rows)), text: () => null, isNull: () => false,
          bytes: (name) => new Uint8Array(bytes[name].values.slice(firstRow * bytes[name].each, (firstRow + rows) * bytes[name].each).buffer),
        };
        yield batch;
      }
    },
  };
}

test('rows are taken apart at the documented offsets, whatever range is read', async (t) => {
  const path = join(temporaryFolder(t), 'rows.dat');
  const rows = Array.from({ length: 50 }, (_, row) => {
    const transaction = Array.from({ length: 30 }, (_, column) => row + column / 32);
    const reference = Array.from({ length: 256 }, (_, column) => column / 256 - row);
    return { id: row === 49 ? 2 ** 53 - 1 : row * 3, transaction, reference };
  });
  writeFileSync(path, Buffer.concat(rows.map(({ id, transaction, reference }) => aibenchRow(id, transaction, reference))));
  const file = await openAibench(path);
  assert.deepEqual([file.rows, file.sizeBytes, file.referenceValues], [50, 50 * 1152, 256]);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }), async (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const batch = await file.readBatch(from, to - from);
      const part = rows.slice(from, to);
      assert.deepEqual(Array.from(batch.ids), part.map(({ id }) => id));
      assert.deepEqual(Array.from(batch.transactions), part.flatMap(({ transaction }) => transaction));
      assert.deepEqual(Array.from(batch.references), part.flatMap(({ reference }) => reference));
    }),
    { numRuns: 50 },
  );
  await assert.rejects(file.readBatch(49, 2), isData(/has 50 rows; rows 49 to 51 are beyond it/));
  await file.close();
  assert.equal(await file.sha256(), sha256(readFileSync(path)));
});

test('what is exported is imported again, bit for bit, for any values and batch sizes', async (t) => {
  const folder = temporaryFolder(t);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2500 }), fc.integer({ min: 1, max: 2000 }), fc.integer(), async (rows, batchRows, salt) => {
      const random = Buffer.alloc(rows * 286 * 4, createHash('sha256').update(String(salt)).digest());
      const values = new Float32Array(random.buffer, random.byteOffset, rows * 286);
      const [transactions, references] = [values.slice(0, rows * 30), values.slice(rows * 30)];
      const ids = Array.from({ length: rows }, (_, row) => row * 2 ** 32 + row);
      const out = join(folder, 'out.dat');
      await exportAibench(datasetOf(ids.slice(0, 2 ** 20), transactions, references, batchRows), out);
      const file = await openAibench(out);
      const batch = await file.readBatch(0, rows);
      await file.close();
      assert.deepEqual(Array.from(batch.ids), ids);
      // As bytes, because NaN has many forms and each must stay what it was.
      assert.equal(Buffer.compare(Buffer.from(batch.transactions.slice().buffer), Buffer.from(transactions.buffer)), 0);
      assert.equal(Buffer.compare(Buffer.from(batch.references.slice().buffer), Buffer.from(references.buffer)), 0);
    }),
    { numRuns: 20 },
  );
  assert.deepEqual(readdirSync(folder), ['out.dat']);
});

test('files that are not of the format are refused with their own sentences', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'x.dat');
  await assert.rejects(openAibench(path), isData(/x\.dat cannot be opened: there is no such file or folder; check the path\.$/));
  await assert.rejects(openAibench(folder), isData(/is not a file|cannot be opened/));
  writeFileSync(path, '');
  await assert.rejects(openAibench(path), isData(/is empty/));
  writeFileSync(path, Buffer.alloc(1152 * 3 - 1));
  await assert.rejects(openAibench(path), isData(/3455 bytes are 2 rows of 1152 bytes and 1151 bytes more/));
  writeFileSync(path, Buffer.alloc(1152, 'Time,V1,V2'));
  const text = await openAibench(path);
  await assert.rejects(text.readBatch(0, 1), isData(/row 0: the id is above 2\^53/));
  await text.close();
});

test('an export that cannot be whole leaves the old file and nothing else', async (t) => {
  const folder = temporaryFolder(t);
  const out = join(folder, 'out.dat');
  writeFileSync(out, 'old');
  const file = join(folder, 'part.arrow');
  writeShard(file, fraudColumns, 0, 120);
  const dataset = await openDataset(file);
  await assert.rejects(exportAibench(dataset, out, { signal: AbortSignal.abort() }), (error) => error instanceof InferplayError && error.code === 'INTERRUPTED');
  const narrow = join(folder, 'narrow.arrow');
  writeShard(narrow, fraudColumns.map((column) => (column.name === 'reference' ? { ...column, shape: [128] } : column)).filter(({ name }) => name !== 'reference'), 0, 10);
  await assert.rejects(exportAibench(await openDataset(narrow), out), isData(/the column "reference" is missing, and aibench's rows have float32 \[256\].*--reference-values 256/));
  assert.equal(readFileSync(out, 'utf8'), 'old');
  await exportAibench(dataset, out);
  assert.equal(readFileSync(out).length, 120 * 1152);
  assert.deepEqual(readdirSync(folder).sort(), ['narrow.arrow', 'out.dat', 'part.arrow']);
  await assert.rejects(exportAibench(dataset, join(folder, 'no', 'out.dat')), isData(/out\.dat cannot be written: there is no folder [^']*no; name another file\.$/));
});

/** aibench's own recipe: one math/rand stream, 256 Float32 a row, in row order. Transactions here are made up. */
const goProgram = `package main

import (
	"bufio"
	"encoding/binary"
	"math/rand"
	"os"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	source := rand.New(rand.NewSource(12345))
	for id := uint64(0); id < 1000; id++ {
		binary.Write(out, binary.LittleEndian, id)
		for column := 0; column < 30; column++ {
			binary.Write(out, binary.LittleEndian, float32(id)+float32(column)/64)
		}
		for column := 0; column < 256; column++ {
			binary.Write(out, binary.LittleEndian, source.Float32())
		}
	}
}
`;

const go = spawnSync('go', ['version']).status === 0;

test("aibench's own rows survive import and export byte for byte", { skip: go ? false : 'needs go, to write rows with math/rand as aibench does' }, async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'main.go'), goProgram);
  const made = spawnSync('go', ['run', 'main.go'], { cwd: folder, maxBuffer: 1 << 24 });
  assert.equal(made.status, 0, made.stderr.toString());
  const path = join(folder, 'aibench.dat');
  writeFileSync(path, made.stdout);

  const file = await openAibench(path);
  const { references } = await file.readBatch(0, 1000);
  await file.close();
  assert.deepEqual(Array.from(references.subarray(0, 3)), [0.848730624, 0.645108044, 0.738207996].map(Math.fround));
  const bytes = new Uint8Array(references.buffer, references.byteOffset, 1000 * 1024);
  assert.equal(sha256(bytes.subarray(0, 1024)), '7fe09e303937458b4b99f9eb222351f2a72eb68017d26b1e6e96bf7072f1a2e9');
  assert.equal(sha256(bytes), 'c4aeb183f2f23cfaef2a96c10756f9065cea130ed28cba788473038406f1e038');

  await generate('fraud', { fromAibench: path }, { out: join(folder, 'dataset') });
  const out = join(folder, 'again.dat');
  await exportAibench(await openDataset(join(folder, 'dataset')), out);
  assert.equal(Buffer.compare(readFileSync(out), made.stdout), 0);
});
