/** Data sets in the hands of others: pyarrow and DuckDB open a shard and see the same values. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDataset } from '../../core/dataset.js';
import { generate } from '../../generate/generate.js';
import { csvText, writeCsv } from '../support/fraud-csv.js';
import { temporaryFolder } from '../support/paths.js';
import { noPython, PYTHON } from '../support/python.js';
import { readRows } from '../support/read-rows.js';

function python(script: string, file: string): unknown {
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', script, file], { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const ROWS = `
import json, sys, pyarrow as pa
table = pa.ipc.open_file(sys.argv[1]).read_all()
`;

async function shard(t: { after(fn: () => void): void }, labelled: boolean): Promise<{ out: string; file: string }> {
  const folder = temporaryFolder(t);
  const text = csvText(50);
  const input = writeCsv(folder, labelled ? text : text.replace(',Class', '').replace(/,\d$/gm, ''));
  const out = join(folder, 'out');
  await generate('fraud', { input, rows: 5_000, referenceValues: 12 }, { out });
  return { out, file: join(out, 'fraud-00000.arrow') };
}

for (const labelled of [true, false]) {
  test(`pyarrow sees tensors, ids and ${labelled ? 'labels' : 'nulls for labels'}`, { skip: noPython('pyarrow') }, async (t) => {
    const { out, file } = await shard(t, labelled);
    const seen = python(`${ROWS}
table.validate(full=True)
print(json.dumps({
  'types': {field.name: str(field.type) for field in table.schema},
  'extension': table.schema.field('transaction').type.extension_name,
  'shape': table.schema.field('transaction').type.shape,
  'metadata': table.schema.metadata[b'inferplay.use_case'].decode(),
  'rows': [dict(id=i, label=l, timeS=s) for i, l, s in zip(table['id'].to_pylist(), table['label'].to_pylist(), table['time_s'].to_pylist())],
  'tensors': {name: [chunk.storage.to_pylist() for chunk in table[name].chunks] for name in ['transaction', 'reference', 'expected']},
  'nulls': table['label'].null_count,
}))`, file) as { types: object; extension: string; shape: number[]; metadata: string; nulls: number; rows: object[]; tensors: { [name: string]: number[][][] } };
    assert.deepEqual([seen.extension, seen.shape, seen.metadata, seen.nulls], ['arrow.fixed_shape_tensor', [30], 'fraud', labelled ? 0 : 5_000]);
    const rows = await readRows(await openDataset(out));
    assert.deepEqual(seen.rows, rows.map(({ id, label, timeS }) => ({ id, label, timeS })));
    for (const name of ['transaction', 'reference', 'expected'] as const) assert.deepEqual(seen.tensors[name].flat(), rows.map((row) => row[name]));
  });
}

test('DuckDB sees the same sums', { skip: noPython('duckdb') || noPython('pyarrow') }, async (t) => {
  const { out, file } = await shard(t, true);
  const seen = python(`${ROWS}
import duckdb
storage = pa.table({name: (pa.chunked_array([chunk.storage for chunk in table[name].chunks]) if hasattr(table[name].type, 'storage_type') else table[name]) for name in table.column_names})
print(json.dumps(duckdb.sql('select count(*), sum(id), sum(label), sum(time_s), sum(transaction[30]::double), max(reference[12]) from storage').fetchall()[0], default=float))`, file);
  const rows = await readRows(await openDataset(out));
  const sum = (value: (row: (typeof rows)[number]) => number): number => rows.reduce((total, row) => total + value(row), 0);
  const wanted = [rows.length, sum((row) => row.id), sum((row) => row.label!), sum((row) => row.timeS), sum((row) => row.transaction[29]), Math.max(...rows.map((row) => row.reference[11]))];
  for (const [at, value] of wanted.entries()) assert.ok(Math.abs((seen as number[])[at] - value) <= Math.abs(value) * 1e-12, `${at}: ${(seen as number[])[at]} is not ${value}`);
});

test('pyarrow sees images with the names of their dimensions, and texts', { skip: noPython('pyarrow', 'numpy') }, async (t) => {
  const out = join(temporaryFolder(t), 'out');
  await generate('vision', { count: 5, size: 32, alpha: 0.25, layout: 'NCHW' }, { out });
  const seen = python(`${ROWS}
table.validate(full=True)
image = table.schema.field('image').type
print(json.dumps([image.extension_name, image.shape, image.dim_names, list(table['image'].combine_chunks().to_numpy_ndarray().shape), table['file'].to_pylist(), table['sha256'].null_count,
  int(table['image'].combine_chunks().to_numpy_ndarray().astype('int64').sum())]))`, join(out, 'vision-00000.arrow'));
  let sum = 0;
  for await (const batch of (await openDataset(out)).batches()) for (const value of batch.bytes('image')) sum += value;
  const names = Array.from({ length: 5 }, (_, at) => `painted-00000${at}`);
  assert.deepEqual(seen, ['arrow.fixed_shape_tensor', [3, 32, 32], ['C', 'H', 'W'], [5, 3, 32, 32], names, 5, sum]);
});
