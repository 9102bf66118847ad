import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openDataset } from '../../core/dataset.js';
import { InferplayError } from '../../core/errors.js';
import { JOURNAL_FILE } from '../../core/folder.js';
import { generate } from '../../generate/generate.js';
import { csvText, expectedRow, lines, NAMES, writeCsv } from '../support/fraud-csv.js';
import { temporaryFolder } from '../support/paths.js';
import { readRows } from '../support/read-rows.js';

const child = fileURLToPath(new URL('../support/generate-child.js', import.meta.url));

/** Names and checksums of a folder's files. */
function hashes(folder: string): { [name: string]: string } {
  return Object.fromEntries(readdirSync(folder).sort().map((name) => [name, createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')]));
}

function isData(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof InferplayError && error.code === 'DATA' && pattern.test(error.message);
}

test('the bytes are the same for 1, 2 and 3 threads', async (t) => {
  const folder = temporaryFolder(t);
  const input = writeCsv(folder, csvText(700));
  for (const options of [{ input, rows: 20_000, referenceValues: 5 }, { rows: 9_000, referenceValues: 3 }]) {
    const found = [];
    for (const threads of [1, 2, 3]) {
      const out = join(folder, `${threads}-${options.rows}`);
      await generate('fraud', options, { out, threads, seed: 5, rowsPerShard: 5_000 });
      found.push(hashes(out));
    }
    assert.equal(Object.keys(found[0]).length, Math.ceil(options.rows / 5_000) + 3);
    assert.deepEqual(found[1], found[0]);
    assert.deepEqual(found[2], found[0]);
  }
});

test('rows cycle the input, references do not', async (t) => {
  const folder = temporaryFolder(t);
  const input = writeCsv(folder, csvText(7));
  await generate('fraud', { input, rows: 20, referenceValues: 4 }, { out: join(folder, 'out'), rowsPerShard: 8 });
  const rows = await readRows(await openDataset(join(folder, 'out')));
  assert.equal(rows.length, 20);
  for (const [at, row] of rows.entries()) {
    const wanted = expectedRow(at % 7);
    assert.deepEqual([row.id, row.label, row.timeS, row.transaction], [at, wanted.label, wanted.timeS, [...wanted.transaction]]);
    assert.ok(Math.abs(row.expected[0] + row.expected[1] - 1) < 1e-5);
  }
  assert.equal(new Set(rows.map((row) => row.reference.join())).size, 20);
});

for (const afterRows of [1, 9_000, 17_000]) {
  test(`a generation that is killed after ${afterRows} rows goes on and ends with the same bytes`, async (t) => {
    const folder = temporaryFolder(t);
    const input = writeCsv(folder, csvText(600));
    const options = { input, rows: 72_000, referenceValues: 16 };
    const given = { seed: 3, threads: 2, rowsPerShard: 1_500 };
    await generate('fraud', options, { ...given, out: join(folder, 'straight') });
    const out = join(folder, 'killed');
    const running = spawn(process.execPath, [child, 'fraud', JSON.stringify(options), JSON.stringify({ ...given, out })], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(running, 'exit');
    for await (const text of running.stdout) {
      if (Number(String(text).trim().split('\n').at(-1)) >= afterRows) break;
    }
    running.kill('SIGKILL');
    await exited;
    assert.ok(existsSync(join(out, JOURNAL_FILE)) || afterRows > 20_000, 'it was stopped on its way');
    await assert.rejects(openDataset(out), isData(/was stopped before it was whole/));
    let first: number | null = null;
    await generate('fraud', options, { ...given, out, threads: 1, onProgress: ({ done }) => { first ??= done; } });
    assert.deepEqual(hashes(out), hashes(join(folder, 'straight')));
    if (afterRows > 9_000) assert.ok(first! > 1_500, 'finished shards were not made again');
  });
}

test('a stop by signal keeps the finished shards, and says how to go on', async (t) => {
  const folder = temporaryFolder(t);
  const options = { rows: 30_000, referenceValues: 8 };
  const stop = new AbortController();
  const out = join(folder, 'out');
  const running = generate('fraud', options, { out, rowsPerShard: 2_000, threads: 2, signal: stop.signal, onProgress: ({ done }) => { if (done >= 8_000) stop.abort(); } });
  await assert.rejects(running, (error: InferplayError) => error.code === 'INTERRUPTED' && /run the same command again/.test(error.message));
  assert.ok(readdirSync(out).some((name) => name.endsWith('.arrow')));
  assert.ok(!readdirSync(out).some((name) => name.endsWith('.part')));
  await generate('fraud', options, { out, rowsPerShard: 2_000 });
  await generate('fraud', options, { out: join(folder, 'straight'), rowsPerShard: 2_000 });
  assert.deepEqual(hashes(out), hashes(join(folder, 'straight')));
});

test('a shard that was damaged after the stop is made again', async (t) => {
  const folder = temporaryFolder(t);
  const out = join(folder, 'out');
  const options = { rows: 12_000, referenceValues: 0 };
  const stop = new AbortController();
  await generate('fraud', options, { out, rowsPerShard: 1_000, signal: stop.signal, onProgress: ({ done }) => { if (done >= 6_000) stop.abort(); } }).catch(() => {});
  const victim = readdirSync(out).filter((name) => name.endsWith('.arrow'))[0];
  const bytes = readFileSync(join(out, victim));
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(join(out, victim), bytes);
  await generate('fraud', options, { out, rowsPerShard: 1_000 });
  await generate('fraud', options, { out: join(folder, 'straight'), rowsPerShard: 1_000 });
  assert.deepEqual(hashes(out), hashes(join(folder, 'straight')));
});

test('the same command again leaves a whole data set as it is', async (t) => {
  const out = join(temporaryFolder(t), 'out');
  const first = await generate('fraud', { rows: 50 }, { out });
  const before = hashes(out);
  let progressed = false;
  assert.deepEqual(await generate('fraud', { rows: 50 }, { out, onProgress: () => { progressed = true; } }), first);
  assert.equal(progressed, false);
  assert.deepEqual(hashes(out), before);
});

test('a whole data set that lost a shard is named, and made again when asked for', async (t) => {
  const out = join(temporaryFolder(t), 'out');
  await generate('fraud', { rows: 50 }, { out, rowsPerShard: 10 });
  const before = hashes(out);
  rmSync(join(out, 'fraud-00003.arrow'));
  await assert.rejects(generate('fraud', { rows: 50 }, { out, rowsPerShard: 10 }), isData(/fraud-00003\.arrow is missing.*--overwrite/));
  await generate('fraud', { rows: 50 }, { out, rowsPerShard: 10, overwrite: true });
  assert.deepEqual(hashes(out), before);
});

test('another data set is not written over, unless asked for, and other files stay', async (t) => {
  const out = join(temporaryFolder(t), 'out');
  await generate('fraud', { rows: 50 }, { out, rowsPerShard: 10 });
  const before = hashes(out);
  await assert.rejects(generate('fraud', { rows: 51 }, { out, rowsPerShard: 10 }), isData(/holds another data set \(it has 50 rows, not 51\).*--overwrite/));
  await assert.rejects(generate('fraud', { rows: 50 }, { out, rowsPerShard: 10, seed: 2 }), isData(/its seed is 1, not 2/));
  assert.deepEqual(hashes(out), before);
  writeFileSync(join(out, 'notes.txt'), 'mine');
  await generate('fraud', { rows: 20, referenceValues: 0 }, { out, rowsPerShard: 10, overwrite: true });
  assert.deepEqual(readdirSync(out).sort(), ['financialNet_NoReference.onnx', 'fraud-00000.arrow', 'fraud-00001.arrow', 'manifest.json', 'notes.txt']);
});

test('a stopped generation is not gone on with by another command', async (t) => {
  const out = join(temporaryFolder(t), 'out');
  const stop = new AbortController();
  await generate('fraud', { rows: 9_000 }, { out, rowsPerShard: 1_000, signal: stop.signal, onProgress: ({ done }) => { if (done >= 3_000) stop.abort(); } }).catch(() => {});
  const before = hashes(out);
  await assert.rejects(generate('fraud', { rows: 9_001 }, { out, rowsPerShard: 1_000 }), isData(/stopped generation of another data set \(it has 9000 rows, not 9001\)/));
  assert.deepEqual(hashes(out), before);
  const manifest = await generate('fraud', { rows: 100 }, { out, rowsPerShard: 1_000, overwrite: true });
  assert.deepEqual(readdirSync(out).sort(), ['financialNet.onnx', 'financialNet_NoReference.onnx', 'fraud-00000.arrow', 'manifest.json']);
  assert.equal(manifest.rows, 100);
});

test('a folder with files of somebody else is refused and untouched', async (t) => {
  const out = temporaryFolder(t);
  writeFileSync(join(out, 'thesis.tex'), 'years of work');
  for (const overwrite of [false, true]) {
    await assert.rejects(generate('fraud', { rows: 5 }, { out, overwrite }), isData(/holds files that are no data set of ours \(thesis\.tex\)/));
  }
  assert.deepEqual(readdirSync(out), ['thesis.tex']);
});

test('a file in the place of the folder is refused', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(generate('fraud', { rows: 5 }, { out: join(folder, 'file') }), isData(/cannot be made/));
});

test('the earliest bad row is named, whatever the threads, and nothing stays', async (t) => {
  const folder = temporaryFolder(t);
  const rows = lines(20_000);
  for (const bad of [6_001, 9_500, 15_000, 19_999]) rows[bad] = rows[bad].replace(/,[^,]*/, ',oops');
  const input = writeCsv(folder, [NAMES.join(','), ...rows].join('\n'));
  for (const threads of [1, 2, 3, 8]) {
    const out = join(folder, 'out');
    await assert.rejects(generate('fraud', { input, referenceValues: 0 }, { out, rowsPerShard: 1_000, threads }), isData(/input\.csv, line 6003, column V1: not a number \("oops"\)/));
    assert.equal(existsSync(out), false);
  }
});

test('options that cannot be are refused', async (t) => {
  const out = join(temporaryFolder(t), 'out');
  const usage = (pattern: RegExp) => (error: unknown): boolean => error instanceof InferplayError && error.code === 'USAGE' && pattern.test(error.message);
  await assert.rejects(generate('fruad', {}, { out }), usage(/no use case "fruad"; there are: fraud/));
  await assert.rejects(generate('fraud', { rose: 1 }, { out }), usage(/does not know the option "rose"/));
  await assert.rejects(generate('fraud', { rows: 5 }, { out, seed: -1 }), usage(/seed is -1/));
  await assert.rejects(generate('fraud', { rows: 5 }, { out, threads: 0 }), usage(/threads is 0/));
  await assert.rejects(generate('fraud', { rows: 5 }, { out, rowsPerShard: 0.5 }), usage(/rowsPerShard is 0.5/));
  await assert.rejects(generate('fraud', { rows: 5_000_000 }, { out, rowsPerShard: 1 }), usage(/more than 100000 files/));
  assert.equal(existsSync(out), false);
});

test('each shard says what it is', async (t) => {
  const folder = temporaryFolder(t);
  const input = writeCsv(folder, csvText(9));
  await generate('fraud', { input }, { out: join(folder, 'out'), seed: 77 });
  const { arrow } = await import('../../core/arrow.js');
  const { metadata } = arrow.tableFromIPC(readFileSync(join(folder, 'out', 'fraud-00000.arrow'))).schema;
  const sha256 = createHash('sha256').update(readFileSync(input)).digest('hex');
  assert.deepEqual([metadata.get('inferplay.seed'), metadata.get('inferplay.use_case'), metadata.get('inferplay.source_sha256')], ['77', 'fraud', sha256]);
  rmSync(input);
});
