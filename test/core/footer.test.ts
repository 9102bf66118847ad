import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { InferplayError } from '../../core/errors.js';
import { readBlocks } from '../../core/footer.js';
import type { Column } from '../../core/manifest.js';
import { batchBuffers, openShard } from '../../core/writer.js';
import { temporaryFolder } from '../support/paths.js';

const columns: readonly Column[] = [{ name: 'x', dtype: 'float32', shape: [3], nullable: false }];

function write(file: string, rows: readonly number[]): void {
  const buffers = batchBuffers(columns, 100);
  const shard = openShard(file, columns, {});
  for (const count of rows) shard.write(buffers, count);
  shard.close();
}

async function blocksOf(file: string): ReturnType<typeof readBlocks> {
  const handle = await open(file);
  return readBlocks(handle, file).finally(() => handle.close());
}

test('every record batch is found with its rows', async (t) => {
  const file = join(temporaryFolder(t), 'x.arrow');
  for (const rows of [[], [5], [7, 1, 100]]) {
    write(file, rows);
    const { records, dictionaries } = await blocksOf(file);
    assert.deepEqual(records.map((block) => block.rows), rows);
    assert.equal(dictionaries, 0);
    const bytes = readFileSync(file);
    for (const { offset, sizeBytes } of records) assert.deepEqual([bytes.readInt32LE(offset), (offset + sizeBytes) % 8], [-1, 0]);
    for (let at = 1; at < records.length; at++) assert.equal(records[at].offset, records[at - 1].offset + records[at - 1].sizeBytes, 'they follow one another');
  }
});

const foreign: readonly [string, Buffer, RegExp][] = [
  ['nothing', Buffer.alloc(0), /is not an Arrow IPC file/],
  ['text', Buffer.from('hello, this is a text of some length'), /is not an Arrow IPC file/],
  ['Parquet', Buffer.from('PAR1 and so on and on PAR1'), /is a Parquet file/],
  ['an Arrow stream', Buffer.from('ffffffff10000000aabbccddeeff00112233', 'hex'), /is an Arrow stream/],
  ['only the beginning', Buffer.from('ARROW1\0\0 and then it stops'), /is cut short/],
  ['a footer of impossible length', Buffer.concat([Buffer.from('ARROW1\0\0'), Buffer.from([255, 255, 255, 127]), Buffer.from('ARROW1')]), /its footer says 2147483647 bytes/],
];
for (const [what, bytes, message] of foreign) {
  test(`a file of ${what} gets its own sentence`, async (t) => {
    const file = join(temporaryFolder(t), 'x.arrow');
    writeFileSync(file, bytes);
    await assert.rejects(blocksOf(file), (error: InferplayError) => error.code === 'DATA' && message.test(error.message));
  });
}

test('no damage leads to anything but our own error', async (t) => {
  const file = join(temporaryFolder(t), 'x.arrow');
  write(file, [3, 2]);
  const whole = readFileSync(file);
  await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(whole.length), async (at, flip, length) => {
    const bytes = Buffer.from(whole);
    bytes[at] ^= flip;
    writeFileSync(file, length % 3 === 0 ? bytes.subarray(0, length) : bytes);
    await blocksOf(file).catch((error: unknown) => assert.ok(error instanceof InferplayError, String(error)));
  }), { numRuns: 300 });
});

test('compressed buffers are told from damage, and how to do without them', async (t) => {
  const file = join(temporaryFolder(t), 'x.arrow');
  // The single-file build of the package has this option under another name.
  const arrow = await import('apache-arrow');
  for (const [compressionType, magic] of [[arrow.CompressionType.LZ4_FRAME, '04224d1840'], [arrow.CompressionType.ZSTD, '28b52ffd0000']] as const) {
    // The writer keeps buffers as they are where a codec does not make them smaller; the batch says that it is compressed all the same.
    arrow.compressionRegistry.set(compressionType, { encode: (bytes) => Buffer.concat([Buffer.from(magic, 'hex'), bytes]) });
    // A dictionary is compressed too, and comes first.
    for (const vector of [arrow.vectorFromArray([1, 2, 3]), arrow.vectorFromArray(['a', 'b'])]) {
      const writer = new arrow.RecordBatchFileWriter({ compressionType });
      writer.writeAll(new arrow.Table({ x: vector }));
      writeFileSync(file, await writer.toUint8Array());
      await assert.rejects(blocksOf(file), { code: 'DATA', message: /x\.arrow has compressed buffers, which are not read; write it uncompressed \(.*compression="uncompressed"\)/ });
    }
  }
});
