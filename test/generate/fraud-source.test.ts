import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { openDataset } from '../../core/dataset.js';
import { InferplayError } from '../../core/errors.js';
import type { Manifest } from '../../core/manifest.js';
import { generate } from '../../generate/generate.js';
import { csvText, expectedRow, fieldsOf, lines, NAMES, writeCsv } from '../support/fraud-csv.js';
import { missing, sharedData, temporaryFolder } from '../support/paths.js';
import { readRows } from '../support/read-rows.js';
import type { Row } from '../support/read-rows.js';

type Test = { after(fn: () => void): void };

async function made(t: Test, input: string, options: object = {}): Promise<{ manifest: Manifest; rows: Row[] }> {
  const out = join(temporaryFolder(t), 'out');
  const manifest = await generate('fraud', { input, referenceValues: 0, ...options }, { out, rowsPerShard: 1_000, threads: 1 });
  return { manifest, rows: await readRows(await openDataset(out)) };
}

function check(rows: readonly Row[], numbers: readonly number[], labelled = true): void {
  assert.equal(rows.length, numbers.length);
  for (const [at, number] of numbers.entries()) {
    const wanted = expectedRow(number);
    assert.deepEqual([rows[at].transaction, rows[at].timeS, rows[at].label], [[...wanted.transaction], wanted.timeS, labelled ? wanted.label : null]);
  }
}

async function refused(t: Test, input: string, pattern: RegExp, options: object = {}): Promise<void> {
  const out = join(temporaryFolder(t), 'out');
  await assert.rejects(generate('fraud', { input, ...options }, { out, threads: 2 }), (error: unknown) => {
    assert.ok(error instanceof InferplayError, String(error));
    assert.match(error.message, pattern);
    return error.code === 'DATA';
  });
  assert.equal(existsSync(out), false, 'nothing half-written');
}

const all = [0, 1, 2, 3, 4, 5];
const shuffled = [...NAMES].reverse();
const header = NAMES.join(',');
const quoted = (text: string): string => text.split('\n').map((line) => line.split(',').map((field) => (line === '' ? field : `"${field}"`)).join(',')).join('\n');
const good: readonly [string, string | Buffer][] = [
  ['Kaggle\'s own', [`"${NAMES.join('","')}"`, ...lines(6).map((line) => line.replace(/(\d)$/, '"$1"'))].join('\n')],
  ['columns in another order', [shuffled.join(','), ...lines(6, shuffled)].join('\n')],
  ['an unnamed index column', [`"",${header}`, ...lines(6).map((line, at) => `"${at}",${line}`)].join('\n')],
  ['other columns, with text in quotes', [`note,${header},more`, ...lines(6).map((line) => `"a, b",${line},hello`)].join('\n')],
  ['a byte order mark', '\ufeff' + csvText(6)],
  ['CRLF', csvText(6).replaceAll('\n', '\r\n')],
  ['CR alone', csvText(6).replaceAll('\n', '\r')],
  ['no newline at its end', csvText(6).trimEnd()],
  ['empty lines at its end', csvText(6) + '\n\r\n\n'],
  ['every field in quotes', quoted(csvText(6))],
  ['scientific notation', csvText(6).replace('\n1,', '\n1E0,').replace('\n2,', '\n0.2e+1,')],
  ['blanks about the numbers', csvText(6).replaceAll(',', ', ')],
  ['semicolons', csvText(6).replaceAll(',', ';')],
  ['tabs', csvText(6).replaceAll(',', '\t')],
  ['a line break in a quoted field', [`note,${header}`, ...lines(6).map((line) => `"one\ntwo",${line}`)].join('\n')],
  ['a quote in a quoted field', [`note,${header}`, ...lines(6).map((line) => `"say ""hi""",${line}`)].join('\n')],
  ['a line break in the header', [`"no\nte",${header}`, ...lines(6).map((line) => `1,${line}`)].join('\n')],
  ['gzip', gzipSync(csvText(6))],
];
for (const [what, text] of good) {
  test(`a CSV with ${what} is read`, async (t) => {
    const input = writeCsv(temporaryFolder(t), text);
    const { manifest, rows } = await made(t, input);
    check(rows, all);
    const sha256 = createHash('sha256').update(readFileSync(input)).digest('hex');
    assert.deepEqual(manifest.source, { name: 'input.csv', sha256, sizeBytes: readFileSync(input).length, rows: 6 });
  });
}

test('without the column Class the labels are null', async (t) => {
  const { rows } = await made(t, writeCsv(temporaryFolder(t), [header.replace(',Class', ''), ...lines(6).map((line) => line.replace(/,\d$/, ''))].join('\n')));
  check(rows, all, false);
});

test('rows after a quoted text of several lines are named with their first line', async (t) => {
  const text = (amount: string): string => '\n\n' + [`note,${header}`, ...lines(6).map((line, at) => `"one\r\ntwo",${at === 3 ? line.replace(/[^,]*(,\d)$/, amount + '$1') : line}`)].join('\n');
  await refused(t, writeCsv(temporaryFolder(t), text('much')), /input\.csv, line 10, column Amount: not a number \("much"\)/);
  check((await made(t, writeCsv(temporaryFolder(t), text('-3.295')))).rows, all);
});

const row3 = fieldsOf(3);
const broken = (change: (fields: string[]) => string[]): string => [header, ...lines(6).map((line, at) => (at === 3 ? change([...row3]).join(',') : line))].join('\n');
const bad: readonly [string, string, RegExp][] = [
  ['a field too few', broken((fields) => fields.slice(1)), /input\.csv, line 5: 30 fields where the header has 31/],
  ['a field too many', broken((fields) => [...fields, '1']), /line 5: 32 fields where the header has 31/],
  ['an empty field', broken((fields) => fields.with(4, '')), /line 5, column V4: the field is empty/],
  ['a word', broken((fields) => fields.with(29, 'much')), /line 5, column Amount: not a number \("much"\)/],
  ['nan', broken((fields) => fields.with(1, 'nan')), /line 5, column V1: not a number \("nan"\)/],
  ['hexadecimal', broken((fields) => fields.with(1, '0x1F')), /column V1: not a number/],
  ['half an exponent', broken((fields) => fields.with(2, '1e')), /column V2: not a number \("1e"\)/],
  ['a number beyond float32', broken((fields) => fields.with(2, '1e39')), /column V2: too large for float32/],
  ['a class that is none', broken((fields) => fields.with(30, '0.5')), /column Class: not a class/],
  ['an empty line', broken(() => []), /line 5: the line is empty/],
  ['a stray quote', broken((fields) => fields.with(3, '1"2')), /input\.csv, line 5, column V3: not a number \("1\\"2"\); correct the row, or leave bad rows out with --on-bad-row skip/],
  ['a quote that is never closed', broken((fields) => fields.with(3, '"12')), /input\.csv, line 5: a quote opens in this row and is never closed \(.*--on-bad-row skip/],
  ['a long line', broken((fields) => fields.with(3, '1'.repeat(2 << 20))), /input\.csv, line 5: the line is longer than 1048576 bytes/],
  ['a long number', broken((fields) => fields.with(3, '0.' + '1'.repeat(2000))), /line 5, column V3: longer than 1024 characters/],
];
for (const [what, text, message] of bad) {
  for (const [kind, change] of [['plain', (each: string) => each], ['irregular', (each: string) => each.replaceAll(',', ';')]] as const) {
    test(`${kind}: a row with ${what} fails with its place, or is skipped and listed`, async (t) => {
      const input = writeCsv(temporaryFolder(t), change(text));
      await refused(t, input, message);
      const { manifest, rows } = await made(t, input, { onBadRow: 'skip' });
      check(rows, [0, 1, 2, 4, 5]);
      assert.equal(manifest.badRows.count, 1);
      assert.equal(manifest.badRows.listed[0].line, 5);
      assert.equal(manifest.source!.rows, 5);
    });
  }
}

test('skipped rows stay dense over batches, shards and cycles, and the list is capped', async (t) => {
  const text = lines(7_000).map((line, at) => (at % 3 === 1 ? 'bad' : line));
  const { manifest, rows } = await made(t, writeCsv(temporaryFolder(t), [header, ...text].join('\n')), { onBadRow: 'skip', rows: 9_500 });
  const kept = Array.from({ length: 7_000 }, (_, at) => at).filter((at) => at % 3 !== 1);
  check(rows, Array.from({ length: 9_500 }, (_, at) => kept[at % kept.length]));
  assert.deepEqual([manifest.badRows.count, manifest.badRows.listed.length], [2_333, 100]);
});

const impossible: readonly [string, string | Buffer, RegExp][] = [
  ['nothing', '', /is empty/],
  ['blanks', '\n  \n', /is empty/],
  ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 150828752\n', /is a Git LFS pointer.*git lfs pull/],
  ['a web page', '<!DOCTYPE html>\n<html><body>Sign in</body></html>', /is a web page/],
  ['a header alone', header + '\n', /has a header and no row/],
  ['a header without its end', header, /has a header and no row/],
  ['only bad rows', `${header}\nbad\nbad\n`, /has a header and no good row \(2 bad ones were skipped\)/],
  ['too few columns', csvText(2).replace('V7', 'v7').replace('Amount', 'Sum'), /line 1: the header lacks the columns V7, Amount; it has: Time, V1/],
  ['a column twice', csvText(2).replace('V7', 'V8'), /lacks the column V7/],
  ['a column more than once', [`${header},V8`, ...lines(2).map((line) => `${line},1`)].join('\n'), /has the column V8 more than once/],
  ['zeros', Buffer.alloc(5_000), /is binary/],
  ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /is binary/],
  ['a zip archive', Buffer.from('PK\x03\x04 and more'), /is a zip archive/],
  ['a Parquet file', Buffer.from('PAR1 and more'), /is a Parquet file/],
  ['UTF-16', Buffer.from('\ufeff' + csvText(2), 'utf16le'), /is UTF-16 text/],
  ['half of a gzip file', gzipSync(csvText(500)).subarray(0, 900), /is a damaged gzip file/],
  ['a gzip file of nothing', gzipSync(''), /is empty/],
  ['a line of two megabytes', `${header}\n${'1'.repeat(2 << 20)}`, /line 2: the line is longer than 1048576 bytes/],
];
for (const [what, text, message] of impossible) {
  test(`an input of ${what} is refused with its own sentence`, (t) => refused(t, writeCsv(temporaryFolder(t), text), message, what === 'only bad rows' ? { onBadRow: 'skip' } : {}));
}

test('a missing file and a folder are refused with their own sentences', async (t) => {
  const folder = temporaryFolder(t);
  await refused(t, join(folder, 'none.csv'), /there is no file .*none\.csv/);
  mkdirSync(join(folder, 'some'));
  await refused(t, join(folder, 'some'), /some is a folder; name the CSV file in it/);
});

/** csv-parse, alone: what every reading must agree with. */
function oracle(text: Buffer): { values: number[][]; labels: (number | null)[] } {
  const records = parse(text, { bom: true, columns: true, relax_column_count: true }) as { [name: string]: string }[];
  const whole = records.filter((record) => Object.keys(record).length === Object.keys(records.at(-1)!).length);
  return { values: whole.map((record) => NAMES.slice(0, 30).map((name) => Math.fround(Number(record[name])))), labels: whole.map((record) => (record.Class === undefined ? null : Number(record.Class))) };
}

test('random tables in random dress are read as csv-parse reads them', async (t) => {
  const folder = temporaryFolder(t);
  const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }).map(String), fc.integer().map(String), fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toPrecision(17)));
  const row = fc.tuple(fc.array(number, { minLength: 30, maxLength: 30 }), fc.constantFrom('0', '1'), fc.string(), fc.nat(31));
  await fc.assert(fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), fc.constantFrom('\n', '\r\n'), fc.boolean(), async (table, end, final) => {
    const texts = table.map(([fields, label, note, at]) => {
      const all = [...fields, label].map((field, place) => (place === at ? `"${field}"` : field));
      return [...all, `"${note.replaceAll('"', '""')}"`].join(',');
    });
    const text = Buffer.from([`${header},note`, ...texts].join(end) + (final ? end : ''));
    const { rows } = await made(t, writeCsv(folder, text));
    const wanted = oracle(text);
    assert.deepEqual(rows.map((each) => each.transaction), wanted.values.map((each) => [...Float32Array.from(each)]));
    assert.deepEqual(rows.map((each) => each.label), wanted.labels);
  }), { numRuns: 25 });
});

const real = join(sharedData, 'creditcard');
for (const [name, rows, skipped] of [
  ['creditcard-2000.csv', 2_000, 0], ['creditcard-400-no-class-column.csv', 400, 0], ['creditcard-head-4998-rounded-crlf.csv', 4_998, 0],
  ['creditcard-head-373-rows-2-to-9-lack-class.csv', 366, 8],
] as const) {
  const file = join(real, name);
  test(`real rows: ${name}`, { skip: missing(file) }, async (t) => {
    if (skipped > 0) await refused(t, file, /line 2: 30 fields where the header has 31/);
    const { manifest, rows: read } = await made(t, file, skipped > 0 ? { onBadRow: 'skip' } : {});
    assert.deepEqual([read.length, manifest.badRows.count, manifest.badRows.listed.map((bad) => bad.line)], [rows, skipped, Array.from({ length: skipped }, (_, at) => at + 2)]);
    const wanted = oracle(readFileSync(file));
    assert.deepEqual(read.map((each) => each.transaction), wanted.values);
    assert.deepEqual(read.map((each) => each.label), wanted.labels);
    assert.ok(new Set(read.map((each) => each.expected[0])).size > read.length / 2, 'answers differ from row to row');
  });
}
