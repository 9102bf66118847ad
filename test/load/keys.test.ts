import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Batch, Dataset } from '../../core/dataset.js';
import { InferplayError } from '../../core/errors.js';
import type { Column } from '../../core/manifest.js';
import type { Bulk, Slot } from '../../load/bulk.js';
import { bufferBytesOf, bulkWriter, formsOf } from '../../load/keys.js';
import { decodeReply, scanReply } from '../../wire/resp.js';

const VALUES = 2;

function dataset(column: Partial<Column> | null): Dataset {
  const columns: Column[] = [{ name: 'id', dtype: 'uint64', shape: null, nullable: false }];
  if (column) columns.push({ name: 'reference', dtype: 'float32', shape: [VALUES], nullable: false, ...column });
  return { path: 'x', manifest: null, rows: 0, columns, async *batches() {} };
}

function batchOf(firstRow: number, rows: number): Batch {
  const data = Buffer.alloc(rows * VALUES * 4);
  for (let row = 0; row < rows; row++) data.writeUInt32LE(firstRow + row, row * VALUES * 4);
  return { firstRow, rows, ids: Float64Array.from({ length: rows }, (_, at) => firstRow + at), bytes: () => data, text: () => null, isNull: () => false };
}

interface Sent {
  readonly row: number;
  readonly keys: number[];
  readonly commands: string[][];
}

/** Takes what would go to a server, and reads it as a server would. */
function recorder(bufferBytes: number, commandsMax: number): { bulk: Bulk; sent: Sent[] } {
  const sent: Sent[] = [];
  const slot: Slot = { buffer: Buffer.alloc(bufferBytes), keys: new Uint32Array(commandsMax) };
  const bulk: Bulk = {
    acquire: () => slot,
    send({ buffer, keys }, bytes, commands, row) {
      const seen: string[][] = [];
      for (let at = 0; at < bytes; ) {
        const end = scanReply(buffer, at, bytes);
        assert.ok(end > at);
        seen.push((decodeReply(buffer, at) as Buffer[]).map((arg) => arg.toString('latin1')));
        at = end;
      }
      assert.equal(seen.length, commands);
      sent.push({ row, keys: [...keys.subarray(0, commands)], commands: seen });
    },
    call: async () => null,
    flush: async () => {},
    unstoredRow: () => null,
    close() {},
  };
  return { bulk, sent };
}

test('whatever the batches and sizes, each key is put once, in whole rows, within the limits', async () => {
  const some = fc.record({ batches: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }), batchKeys: fc.integer({ min: 1, max: 400 }), both: fc.boolean(), many: fc.boolean() });
  await fc.assert(fc.asyncProperty(some, async ({ batches, batchKeys, both, many }) => {
    const forms = formsOf(dataset({}), both ? ['blob', 'tensor'] : ['blob'], many);
    const { bulk, sent } = recorder(bufferBytesOf(forms, batchKeys), batchKeys + 1);
    const writer = bulkWriter(bulk, forms, batchKeys);
    let rows = 0;
    for (const count of batches) {
      await writer.put(batchOf(rows, count));
      rows += count;
    }
    await writer.flush();
    assert.equal(writer.storedRow(), rows);
    const put = new Map<string, string>();
    for (const { keys, commands, row } of sent) {
      const total = keys.reduce((sum, count) => sum + count, 0);
      assert.ok(total <= Math.max(batchKeys, forms.length), `${total} keys in one write`);
      assert.equal(total % forms.length, 0);
      assert.equal(put.size, row * forms.length);
      commands.forEach(([name, ...args], at) => {
        const pairs: string[][] = name === 'MSET' ? args.flatMap((arg, i) => (i % 2 === 0 ? [[arg, args[i + 1]]] : [])) : [[args[0], args.at(-1)!]];
        assert.equal(pairs.length, keys[at]);
        for (const [key, value] of pairs) assert.equal(put.has(key), false), put.set(key, value);
        if (name === 'AI.TENSORSET') assert.deepEqual(args.slice(1, -1), ['FLOAT', '1', '2', 'BLOB']);
      });
    }
    assert.equal(put.size, rows * forms.length);
    for (let row = 0; row < rows; row++) assert.equal(Buffer.from(put.get(`referenceBLOB:{${row}}`)!, 'latin1').readUInt32LE(0), row);
  }));
});

test('columns that cannot be stored are refused, and no column is nothing to store', () => {
  assert.deepEqual(formsOf(dataset(null), ['blob'], true), []);
  assert.throws(() => formsOf(dataset({ nullable: true }), ['blob'], true), /may hold nulls/);
  assert.throws(() => formsOf(dataset({ dtype: 'float16' }), ['tensor'], true), /no tensors of type float16.*--put blob/);
  assert.equal(formsOf(dataset({ dtype: 'float16' }), ['blob'], true).length, 1);
});

test('large values do not make large buffers, but a row always fits', () => {
  const huge = formsOf(dataset({ shape: [3, 224, 224] }), ['blob', 'tensor'], true);
  assert.ok(bufferBytesOf(huge, 100_000) <= 4 << 20);
  const giant = formsOf(dataset({ shape: [4_000_000] }), ['blob'], true);
  assert.ok(bufferBytesOf(giant, 500) >= 16_000_000 && bufferBytesOf(giant, 500) < 16_001_000);
});

test('a negative id is refused: it could not be found again', async () => {
  const forms = formsOf(dataset({}), ['blob'], false);
  const { bulk } = recorder(bufferBytesOf(forms, 10), 11);
  const batch = { ...batchOf(5, 2), ids: Float64Array.of(1, -1) };
  await assert.rejects(bulkWriter(bulk, forms, 10).put(batch), (error: unknown) => error instanceof InferplayError && error.code === 'DATA' && /Row 6 has the id -1/.test(error.message));
});
