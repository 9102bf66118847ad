import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { INDEX_ROWS, LINE_BYTES_MAX, scanCsv } from '../../generate/csv-scan.js';
import { writeCsv } from '../support/fraud-csv.js';
import { temporaryFolder } from '../support/paths.js';

const signal = new AbortController().signal;

test('every thousandth row is found, over the edges of the pieces that are read', async (t) => {
  const folder = temporaryFolder(t);
  const line = fc.integer({ min: 1, max: 4_000 });
  await fc.assert(fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 20 }), fc.constantFrom('\n', '\r\n'), fc.boolean(), async (lengths, end, final) => {
    const rows = Array.from({ length: 5_000 }, (_, at) => '7'.repeat(lengths[at % lengths.length]));
    const input = writeCsv(folder, 'head\n' + rows.join(end) + (final ? end : ''));
    const index = await scanCsv(input, 5, signal);
    const bytes = readFileSync(input);
    assert.deepEqual([index.rows, index.regular, index.endOffset, index.offsets.length], [5_000, true, bytes.length, Math.ceil(5_000 / INDEX_ROWS)]);
    for (const [at, offset] of index.offsets.entries()) {
      assert.equal(offset, 5 + rows.slice(0, at * INDEX_ROWS).reduce((sum, row) => sum + row.length + end.length, 0));
      assert.equal(bytes[offset - 1], 10);
    }
  }), { numRuns: 6 });
});

for (const [text, regular] of [['1,"2",3', true], ['"1","2"', true], ['"a b",""', true], ['1,2"3', false], ['"1""2"', false], ['"1', false], ['"1"2', false], ['"1\n2"', false], ['""""', false]] as const) {
  test(`${JSON.stringify(text)} is ${regular ? 'regular' : 'for csv-parse'}`, async (t) => {
    const folder = temporaryFolder(t);
    for (const end of ['', '\n', '\r\n']) assert.equal((await scanCsv(writeCsv(folder, `h\n1,2\n${text}${end}`), 2, signal)).regular, regular);
  });
}

test('a scan can be stopped', async (t) => {
  await assert.rejects(scanCsv(writeCsv(temporaryFolder(t), 'x'), 0, AbortSignal.abort()), { name: 'AbortError' });
});

test('a line above a mebibyte is not regular, wherever it is', async (t) => {
  const folder = temporaryFolder(t);
  const long = '1'.repeat(LINE_BYTES_MAX);
  for (const [text, regular] of [[`1\n${long}\n1\n`, true], [`1\n${long}1\n1\n`, false], [`1\n${long}1`, false], [`1\n${long.repeat(9)}\n1`, false]] as const) {
    assert.equal((await scanCsv(writeCsv(folder, text), 0, signal)).regular, regular);
  }
});
