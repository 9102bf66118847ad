import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { batchBuffers, openShard } from '../../core/writer.js';
import { contactSheet } from '../../report/contact-sheet.js';
import { temporaryFolder } from '../support/paths.js';

/** Rows of one colour each: row r is (r, 255 - r, 7). */
function dataset(folder: string, rows: number, size: number): string {
  const columns = [
    { name: 'image', dtype: 'uint8', shape: [size, size, 3], nullable: false },
    { name: 'file', dtype: 'utf8', shape: null, nullable: false },
    { name: 'sha256', dtype: 'utf8', shape: null, nullable: true },
  ] as const;
  const buffers = batchBuffers(columns, rows);
  const { data } = buffers.get('image')!;
  for (let at = 0; at < data.length; at++) {
    const row = Math.floor(at / (size * size * 3));
    data[at] = [row, 255 - row, 7][at % 3];
  }
  for (let row = 0; row < rows; row++) buffers.get('file')!.texts[row] = `${row}.jpg`;
  const path = join(folder, 'rows.arrow');
  const shard = openShard(path, columns, {});
  shard.write(buffers, rows);
  shard.close();
  return path;
}

for (const [size, tile] of [[20, 20], [600, 200]]) {
  test(`pictures of ${size} pixels stand in lines, each where the list says`, async (t) => {
    const folder = temporaryFolder(t);
    const out = join(folder, 'sheet.png');
    const sheet = await contactSheet(dataset(folder, 9, size), out, { rows: 5 });
    assert.deepEqual(sheet.pictures, [0, 2, 4, 6, 8].map((row) => ({ row, texts: [`${row}.jpg`] })));
    const { data, info } = await sharp(out).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, info.channels], [sheet.width, sheet.height, 3]);
    assert.deepEqual([sheet.width, sheet.height], [3 * (tile + 4) + 4, 2 * (tile + 4) + 4]);
    for (const [number, { row }] of sheet.pictures.entries()) {
      const [left, top] = [4 + (number % 3) * (tile + 4), 4 + Math.floor(number / 3) * (tile + 4)];
      for (const [x, y] of [[left, top], [left + tile - 1, top + tile - 1]]) {
        const at = (y * sheet.width + x) * 3;
        assert.deepEqual([...data.subarray(at, at + 3)], [row, 255 - row, 7], `picture ${number}`);
      }
    }
  });
}

test('fewer rows than asked for are all shown', async (t) => {
  const folder = temporaryFolder(t);
  const { pictures } = await contactSheet(dataset(folder, 2, 8), join(folder, 'sheet.png'));
  assert.deepEqual(pictures.map(({ row }) => row), [0, 1]);
});

test('a data set without pictures says so', async (t) => {
  const folder = temporaryFolder(t);
  const columns = [{ name: 'x', dtype: 'float32', shape: [30], nullable: false }] as const;
  const path = join(folder, 'rows.arrow');
  const shard = openShard(path, columns, {});
  shard.write(batchBuffers(columns, 1), 1);
  shard.close();
  await assert.rejects(contactSheet(path, join(folder, 'sheet.png')), { code: 'DATA', message: /has no column of pictures: .* a contact sheet needs one\.$/ });
});
