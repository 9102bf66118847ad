import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import type { Column } from '../../core/manifest.js';
import { batchBuffers, openShard } from '../../core/writer.js';
import { contactSheet } from '../../report/contact-sheet.js';
import { temporaryFolder } from '../support/paths.js';

/** Rows of one colour each: row r is (r, 255 - r, 7). Answers: class 10 + r, and its name unless `named` is false. */
function dataset(folder: string, rows: number, size: number, answers: 'none' | 'numbered' | 'named' = 'none'): string {
  const columns: Column[] = [
    { name: 'image', dtype: 'uint8', shape: [size, size, 3], nullable: false },
    { name: 'file', dtype: 'utf8', shape: null, nullable: false },
    { name: 'sha256', dtype: 'utf8', shape: null, nullable: true },
    ...(answers === 'none' ? [] : [{ name: 'expected_top1', dtype: 'int32', shape: null, nullable: false } as const]),
    ...(answers === 'named' ? [{ name: 'expected_label', dtype: 'utf8', shape: null, nullable: false } as const] : []),
  ];
  const buffers = batchBuffers(columns, rows);
  const { data } = buffers.get('image')!;
  for (let at = 0; at < data.length; at++) {
    const row = Math.floor(at / (size * size * 3));
    data[at] = [row, 255 - row, 7][at % 3];
  }
  for (let row = 0; row < rows; row++) {
    buffers.get('file')!.texts[row] = `${row}.jpg`;
    if (answers !== 'none') new Int32Array(buffers.get('expected_top1')!.data.buffer)[row] = 10 + row;
    if (answers === 'named') buffers.get('expected_label')!.texts[row] = `tench ${row}, Tinca tinca`;
  }
  const path = join(folder, 'rows.arrow');
  const shard = openShard(path, columns, {});
  shard.write(buffers, rows);
  shard.close();
  return path;
}

for (const [size, tile, caption] of [[20, 20, 12], [600, 200, 24]]) {
  test(`pictures of ${size} pixels stand in lines, each where the list says`, async (t) => {
    const folder = temporaryFolder(t);
    const out = join(folder, 'sheet.png');
    const sheet = await contactSheet(dataset(folder, 9, size), out, { rows: 5 });
    assert.deepEqual(sheet.pictures, [0, 2, 4, 6, 8].map((row) => ({ row, texts: [`${row}.jpg`], answer: null })));
    const { data, info } = await sharp(out).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, info.channels], [sheet.width, sheet.height, 3]);
    assert.deepEqual([sheet.width, sheet.height], [3 * (tile + 4) + 4, 2 * (tile + caption + 4) + 4]);
    for (const [number, { row }] of sheet.pictures.entries()) {
      const [left, top] = [4 + (number % 3) * (tile + 4), 4 + Math.floor(number / 3) * (tile + caption + 4)];
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

test('what the model says is told apart from what the data set says, in the list and in a second line of captions', async (t) => {
  const folder = temporaryFolder(t);
  const out = join(folder, 'sheet.PNG');
  const colours = async (answers: 'none' | 'numbered' | 'named') => {
    const { pictures, width, height } = await contactSheet(dataset(folder, 1, 64, answers), out);
    const data = await sharp(out).raw().toBuffer();
    const below = data.subarray(width * 3 * (4 + 64));
    const has = (...rgb: number[]) => below.indexOf(Buffer.from(rgb)) >= 0;
    return [pictures[0].answer, height, has(255, 255, 255), has(255, 220, 110)];
  };
  assert.deepEqual(await colours('none'), [null, 64 + 12 + 8, true, false]);
  assert.deepEqual(await colours('numbered'), ['class 10', 64 + 22 + 8, true, true]);
  assert.deepEqual(await colours('named'), ['"tench 0, Tinca tinca"', 64 + 22 + 8, true, true]);
});

test('a file that cannot be written, or that is named as no PNG, is told in a clause', async (t) => {
  const folder = temporaryFolder(t);
  const path = dataset(folder, 2, 8);
  const refused = (out: string, code: string, message: RegExp) => assert.rejects(contactSheet(path, join(folder, out)), { code, message });
  await refused('no/such/x.png', 'DATA', /x\.png cannot be written \(there is no folder .*no.such\); name a file/);
  await refused('rows.arrow/x.png', 'DATA', /cannot be written \(a part of its path is a file, not a folder\)/);
  await refused('coco.jpg', 'USAGE', /a name that ends in \.png, not .*coco\.jpg\.$/);
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
