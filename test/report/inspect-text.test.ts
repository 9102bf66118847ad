import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Manifest } from '../../core/manifest.js';
import type { DatasetDescription } from '../../report/inspect.js';
import type { Column } from '../../core/manifest.js';
import { describeDataset } from '../../report/inspect-text.js';
import { fraudColumns } from '../support/datasets.js';

const manifest: Manifest = {
  format: 'inferplay-dataset', version: 1, useCase: 'fraud', generator: '0.1.0', options: { referenceValues: 256, input: 'creditcard.csv', model: null }, seed: 12345,
  source: { name: 'creditcard.csv', sha256: '76274b691b16a6c49d3f159c883398e03ccd6d1ee12d9d8ee38f4b4b98551a89', sizeBytes: 150_828_752, rows: 284_807 },
  rows: 284_807, rowsPerShard: 16_384, rowsPerBatch: 4096, columns: fraudColumns,
  shards: Array.from({ length: 18 }, (_, index) => ({
    file: `fraud-${String(index).padStart(5, '0')}.arrow`, firstRow: index * 16_384, rows: index < 17 ? 16_384 : 6279, sizeBytes: 19_171_842, sha256: String(index % 10).repeat(64),
  })),
  models: [
    { name: 'financialNet', file: 'financialNet.onnx', backend: 'ONNX', sizeBytes: 19_268, sha256: 'c'.repeat(64), inputs: ['transaction', 'reference'], outputs: ['output'], expected: true },
    { name: 'financialNet_NoReference', file: 'financialNet_NoReference.onnx', backend: 'ONNX', sizeBytes: 9913, sha256: 'd'.repeat(64), inputs: ['transaction'], outputs: ['output'], expected: false },
  ],
  badRows: { count: 3, listed: [{ line: 17, column: 'V3', reason: 'not a number', text: 'abc' }, { line: 40, column: null, reason: '30 fields instead of 31', text: '0,1' }] },
  sha256: 'e'.repeat(64),
};

const description: DatasetDescription = {
  kind: 'dataset', path: 'data/fraud', rows: 284_807, sizeBytes: 332_089_344, columns: fraudColumns, manifest,
  sample: [{
    row: 0,
    values: {
      id: 0, label: null, time_s: 0, expected: [Math.fround(0.12345678), Math.fround(0.87654322)],
      transaction: Array.from({ length: 30 }, (_, column) => Math.fround(Math.sin(column) * 10)), reference: Array.from({ length: 256 }, (_, column) => column / 256),
    },
  }],
};

const GOLDEN = `
data/fraud: data set of the use case fraud
284,807 rows, 332 MB in 18 shards

  made by    inferplay 0.1.0, seed 12345
  rows from  creditcard.csv (151 MB, 284,807 rows, sha256 76274b691b16…)
  options    reference-values 256, input creditcard.csv
  identity   eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee
  bad rows   3 skipped, the first:
             line 17, V3: not a number: "abc"
             line 40: 30 fields instead of 31: "0,1"

Columns
  name         type     shape    a row
  id           uint64              8 B
  transaction  float32  [30]     120 B
  reference    float32  [256]  1,024 B
  label        uint8               1 B  may be null
  time_s       float64             8 B
  expected     float32  [2]        8 B

Models
  financialNet              ONNX  19.3 kB  transaction, reference → output  its answers: expected
  financialNet_NoReference  ONNX  9.91 kB  transaction → output

Shards
  fraud-00000.arrow  rows 0 to 16,383         19.2 MB  sha256 000000000000…
  fraud-00001.arrow  rows 16,384 to 32,767    19.2 MB  sha256 111111111111…
  fraud-00002.arrow  rows 32,768 to 49,151    19.2 MB  sha256 222222222222…
  fraud-00003.arrow  rows 49,152 to 65,535    19.2 MB  sha256 333333333333…
  fraud-00004.arrow  rows 65,536 to 81,919    19.2 MB  sha256 444444444444…
  fraud-00005.arrow  rows 81,920 to 98,303    19.2 MB  sha256 555555555555…
  fraud-00006.arrow  rows 98,304 to 114,687   19.2 MB  sha256 666666666666…
  fraud-00007.arrow  rows 114,688 to 131,071  19.2 MB  sha256 777777777777…
  and 10 more shards

First row
  id 0   label none   time_s 0
    transaction  0 8.41471 9.092975 1.4112 -7.568025 -9.589243 -2.794155 … -6.6363387  (30 values)
    reference    0 0.00390625 0.0078125 0.01171875 0.015625 0.01953125 … 0.99609375  (256 values)
    expected     0.12345678 0.8765432`;

test('a data set as a page of text', () => {
  assert.equal('\n' + describeDataset(description), GOLDEN);
});

test('of the answers for many classes the largest are told, the first of equal ones first', () => {
  const values = Array.from({ length: 1001 }, (_, at) => ({ 7: NaN, 9: 30, 533: 141, 534: 30, 900: 2 })[at] ?? 0);
  const shown = (dtype: Column['dtype'], name = 'expected') => describeDataset({ ...description, columns: [{ name, dtype, shape: [1001], nullable: false }], sample: [{ row: 0, values: { [name]: values } }] }).split('\n').at(-1);
  assert.equal(shown('uint8'), '    expected  largest: 533 is 141, 9 is 30, 534 is 30, 900 is 2, 0 is 0  (1,001 values)');
  assert.match(shown('uint8', 'other')!, /^ {4}other {2}0 0 0 0 .* … 0 {2}\(1,001 values\)$/);
});

test('whose answers they are stands in a line of its own where the line is full', () => {
  const [model] = manifest.models;
  const page = describeDataset({ ...description, manifest: { ...manifest, models: [{ ...model, outputs: ['MobilenetV1/Predictions/Reshape_1'] }] } });
  assert.match(page, /→ MobilenetV1\/Predictions\/Reshape_1\n {4}its answers: expected\n/);
});

test('options that are longer than a line go on in the next, whole', () => {
  const options = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`optionNumber${at}`, `value-${at}`]));
  const page = describeDataset({ ...description, manifest: { ...manifest, options: { ...options, last: 'x'.repeat(200) } } });
  const facts = page.split('\n\n')[1];
  assert.doesNotMatch(facts.replace('76274b691b16…', ''), /…/);
  const text = facts.replace(/\n {13}/g, ' ');
  for (let at = 0; at < 12; at++) assert.ok(text.includes(`option-number${at} value-${at},`), text);
  assert.ok(facts.replace(/\n {13}/g, '').includes(`last ${'x'.repeat(20)}`) || facts.replace(/\s/g, '').includes(`last${'x'.repeat(200)}`));
});

test('scalars go on in a second line where they are many, and of a checksum the beginning is told', () => {
  const scalar = (name: string, dtype: Column['dtype']): Column => ({ name, dtype, shape: null, nullable: true });
  const columns = [scalar('id', 'uint64'), scalar('file', 'utf8'), scalar('sha256', 'utf8'), scalar('category', 'utf8')];
  const values = { id: 7, file: `${'a'.repeat(60)}.jpg`, sha256: '0123456789ab'.repeat(5), category: null };
  const page = describeDataset({ ...description, columns, sample: [{ row: 7, values }] });
  assert.ok(page.endsWith(`First row\n  id 7   file ${'a'.repeat(60)}.jpg\n    sha256 0123456789ab…   category none`), page.slice(-300));
});

test('no line is longer than 100 characters or can move the cursor, whatever the names and values are', () => {
  const text = fc.oneof(fc.string({ maxLength: 150 }), fc.constantFrom('\x1b[2J', 'a\nb', '\u202e'));
  fc.assert(
    fc.property(text, text, text, fc.array(fc.double(), { maxLength: 300 }), fc.nat(20), (name, path, option, values, models) => {
      const page = describeDataset({
        ...description, path, columns: [{ name, dtype: 'float64', shape: [values.length], nullable: true }],
        manifest: { ...manifest, useCase: name, options: { [name]: option }, models: Array.from({ length: models }, () => ({ ...manifest.models[0], name })) },
        sample: [{ row: 0, values: { [name]: values } }],
      });
      for (const line of page.split('\n')) {
        assert.ok(line.length <= 100, line);
        assert.ok(!/[\p{Cc}\u202e]/u.test(line), JSON.stringify(line));
      }
    }),
  );
});
