import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { checkText, decompress, isGzip, readHead, spoolError } from '../../generate/source.js';
import { writeCsv } from '../support/fraud-csv.js';
import { temporaryFolder } from '../support/paths.js';

const signal = new AbortController().signal;

test('the head is the beginning, the size is the whole', async (t) => {
  const head = await readHead(writeCsv(temporaryFolder(t), 'x'.repeat(100_000)));
  assert.deepEqual([head.bytes.length, head.sizeBytes, isGzip(head.bytes)], [65_536, 100_000, false]);
});

test('text passes', () => checkText('x.csv', Buffer.from('a,b\n1,2\n')));

test('a full disk has its own sentence', () => {
  const full = spoolError('in.gz', 'spool', Object.assign(new Error('no space left'), { code: 'ENOSPC' }), signal) as InferplayError;
  assert.equal(full.code, 'DATA');
  assert.match(full.message, /the disk is full: the text of in\.gz did not fit into spool/);
  const other = spoolError('in.gz', 'spool', Object.assign(new Error('read only'), { code: 'EROFS' }), signal) as InferplayError;
  assert.match(other.message, /could not be written to spool \(read only\)/);
});

test('a stop is not taken for a fault of the file', async (t) => {
  const folder = temporaryFolder(t);
  const input = writeCsv(folder, Buffer.from('1f8b', 'hex'));
  await assert.rejects(decompress(input, folder, AbortSignal.abort()), { name: 'AbortError' });
  await assert.rejects(decompress(input, join(folder), signal), /is a damaged gzip file/);
});
