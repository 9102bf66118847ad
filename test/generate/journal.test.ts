import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { JOURNAL_FILE } from '../../core/folder.js';
import { appendShard, beginJournal, readJournal, removeJournal, wholeShards } from '../../generate/journal.js';
import { temporaryFolder } from '../support/paths.js';

const signal = new AbortController().signal;
const shard = (file: string, text: string) => ({ file, firstRow: 0, rows: 3, sizeBytes: text.length, sha256: createHash('sha256').update(text).digest('hex') });

test('a journal is read as it was written, but for a line that was cut off', async (t) => {
  const folder = temporaryFolder(t);
  assert.equal(await readJournal(folder), null);
  await beginJournal(folder, '{"seed":1}');
  appendShard(folder, shard('a', 'text'));
  appendFileSync(join(folder, JOURNAL_FILE), '{"file":"b","firs');
  assert.deepEqual(await readJournal(folder), { identity: '{"seed":1}', shards: [shard('a', 'text')] });
  await removeJournal(folder);
  assert.equal(existsSync(join(folder, JOURNAL_FILE)), false);
});

test('a file that is no journal has no identity', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, JOURNAL_FILE), 'hello\n');
  assert.deepEqual(await readJournal(folder), { identity: '', shards: [] });
});

test('only shards that are on disk as written are whole', async (t) => {
  const folder = temporaryFolder(t);
  for (const [name, text] of [['good', 'text'], ['other', 'TEXT'], ['short', 'tex']]) writeFileSync(join(folder, name), text);
  const shards = ['good', 'other', 'short', 'gone'].map((name) => shard(name, 'text'));
  const whole = await wholeShards(folder, { identity: '', shards }, [...shards, { file: 'new', firstRow: 0, rows: 3 }, { file: 'good', firstRow: 1, rows: 3 }], signal);
  assert.deepEqual([...whole.keys()], ['good']);
});
