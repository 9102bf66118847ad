import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkFooter, checkMessage, fieldAt, FOOTER, vectorAt } from '../../core/flatbuffer.js';
import { batchBuffers, openShard } from '../../core/writer.js';
import { temporaryFolder } from '../support/paths.js';

/** Footer and first message of a file with one batch of 9 rows. */
function parts(t: { after(fn: () => void): void }): { footer: Buffer; message: Buffer } {
  const file = join(temporaryFolder(t), 'x.arrow');
  const columns = [{ name: 'x', dtype: 'float32', shape: [3], nullable: true }] as const;
  const shard = openShard(file, columns, { key: 'value' });
  shard.write(batchBuffers(columns, 9), 9);
  shard.close();
  const bytes = readFileSync(file);
  const length = bytes.readInt32LE(bytes.length - 10);
  return { footer: bytes.subarray(bytes.length - 10 - length, bytes.length - 10), message: bytes.subarray(16, 16 + bytes.readInt32LE(12)) };
}

test('what apache-arrow writes is found in order', (t) => {
  const { footer, message } = parts(t);
  checkFooter(footer);
  assert.equal(checkMessage(message).rows, 9);
  assert.equal(checkMessage(message).bodyBytes % 8, 0);
  const blocks = fieldAt(footer, footer.readUInt32LE(0), 3);
  assert.equal(vectorAt(footer, blocks, 24).count, 1);
  assert.ok(3 in FOOTER);
});

test('a list that is longer than its bytes, and tables that go round in circles, are refused', (t) => {
  const { footer } = parts(t);
  const root = footer.readUInt32LE(0);
  const schemaAt = fieldAt(footer, root, 1);
  const fields = fieldAt(footer, schemaAt + footer.readUInt32LE(schemaAt), 1);
  const { start } = vectorAt(footer, fields, 4);
  const long = Buffer.from(footer);
  long.writeUInt32LE(0x00ffffff, start - 4);
  assert.throws(() => checkFooter(long), /a list is longer/);
  const field = start + footer.readUInt32LE(start);
  const children = fieldAt(footer, field, 5);
  const round = Buffer.from(footer);
  // The field's list of children becomes the list that the field itself is in.
  round.writeInt32LE(start - 4 - children, children);
  assert.throws(() => checkFooter(round));
});

test('no flipped byte is more than an error', (t) => {
  const { footer, message } = parts(t);
  for (const [check, bytes] of [[checkFooter, footer], [checkMessage, message]] as const) {
    for (let at = 0; at < bytes.length; at += 1) {
      for (const flip of [1, 16, 127, 128, 255]) {
        const damaged = Buffer.from(bytes);
        damaged[at] ^= flip;
        try {
          check(damaged);
        } catch (error) {
          assert.ok(error instanceof Error);
        }
      }
    }
  }
});
