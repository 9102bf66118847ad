import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readBlocks } from '../../core/footer.js';
import type { Column } from '../../core/manifest.js';
import { RecordMemory, schemaMessage } from '../../core/record-memory.js';
import { schemaOf } from '../../core/schema.js';
import { batchBuffers, openShard } from '../../core/writer.js';
import { temporaryFolder } from '../support/paths.js';

const columns: readonly Column[] = [{ name: 'x', dtype: 'uint8', shape: [5], nullable: false }];

test('each record batch is decoded where the last one was, whatever their sizes; a file that ends too early is an error', async (t) => {
  const file = join(temporaryFolder(t), 'x.arrow');
  const buffers = batchBuffers(columns, 100);
  const shard = openShard(file, columns, {});
  for (const [at, rows] of [3, 100, 1].entries()) {
    buffers.get('x')!.data.fill(at + 1);
    shard.write(buffers, rows);
  }
  shard.close();
  const handle = await open(file);
  t.after(() => handle.close());
  const { records } = await readBlocks(handle, file);
  const schema = schemaMessage(schemaOf(columns, {}));
  assert.equal(schema.length % 8, 0);
  const memory = new RecordMemory();
  const read = (at: number): Uint8Array => memory.read(handle.fd, schema, records[at])!.data.children[0].children[0].values as Uint8Array;
  assert.deepEqual([...read(0).subarray(0, 15)], new Array(15).fill(1));
  const large = read(1);
  assert.ok(large.subarray(0, 500).every((value) => value === 2));
  const small = read(2);
  assert.equal(small.buffer, large.buffer);
  assert.deepEqual([...small.subarray(0, 5), ...read(0).subarray(0, 5)], [3, 3, 3, 3, 3, 1, 1, 1, 1, 1]);
  truncateSync(file, records[2].offset + 8);
  assert.throws(() => read(2), /ends in the middle/);
});
