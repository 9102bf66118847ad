import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDataset } from '../../../core/dataset.js';
import { InferplayError } from '../../../core/errors.js';
import { generate } from '../../../generate/generate.js';
import { writeMeansModel } from '../../support/image-models.js';
import { missing, sharedData, temporaryFolder } from '../../support/paths.js';
import { writePicture, writePictures, writeTruncated } from '../../support/pictures.js';

const SMALL = { size: 32, alpha: 0.25 };

function hashes(folder: string): { [name: string]: string } {
  return Object.fromEntries(readdirSync(folder).sort().map((name) => [name, createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')]));
}

interface ImageRow {
  readonly id: number;
  readonly image: Uint8Array;
  readonly texts: { readonly [column: string]: string | null };
  readonly numbers: { readonly [column: string]: number | null };
}

async function readImages(folder: string): Promise<ImageRow[]> {
  const { columns, batches } = await openDataset(folder);
  const rows: ImageRow[] = [];
  for await (const batch of batches()) {
    const image = batch.bytes('image');
    const size = image.length / batch.rows;
    for (let row = 0; row < batch.rows; row++) {
      const texts: { [column: string]: string | null } = {};
      const numbers: { [column: string]: number | null } = {};
      for (const { name, dtype, shape } of columns) {
        if (dtype === 'utf8') texts[name] = batch.text(name, row);
        else if (dtype === 'int32' && shape === null) numbers[name] = batch.isNull(name, row) ? null : new Int32Array(batch.bytes(name).slice().buffer)[row];
      }
      rows.push({ id: batch.ids[row], image: image.slice(row * size, (row + 1) * size), texts, numbers });
    }
  }
  return rows;
}

test('the bytes are the same for 1, 2 and 5 threads, painted or not, and after a stop', async (t) => {
  const folder = temporaryFolder(t);
  await writePictures(join(folder, 'pictures'), 50);
  const cases = [{ ...SMALL, count: 100, crop: 'random' }, { ...SMALL, images: join(folder, 'pictures'), copies: 3, preset: 'aibench' }, { ...SMALL, images: join(folder, 'pictures'), answers: 'on' }];
  for (const [at, options] of cases.entries()) {
    const found = [];
    for (const threads of [1, 2, 5]) {
      const out = join(folder, `${at}-${threads}`);
      const stop = new AbortController();
      const given = { out, threads, seed: 5, rowsPerShard: 20 };
      if (threads === 5) await assert.rejects(generate('vision', options, { ...given, signal: stop.signal, onProgress: ({ done }) => { if (done >= 40) stop.abort(); } }), { code: 'INTERRUPTED' });
      await generate('vision', options, given);
      found.push(hashes(out));
    }
    assert.ok(Object.keys(found[0]).length > 4);
    assert.deepEqual(found[1], found[0]);
    assert.deepEqual(found[2], found[0]);
  }
});

test('rows are copies of images, with what is known of each', async (t) => {
  const folder = temporaryFolder(t);
  const pictures = join(folder, 'pictures');
  await writePictures(pictures, 3);
  mkdirSync(join(pictures, 'sub'));
  await writePicture(join(pictures, 'sub', 'ü.png'), 50, 90);
  const annotations = join(folder, 'instances.json');
  writeFileSync(annotations, JSON.stringify({ images: [{ id: 4, file_name: '0001.jpg' }], annotations: [{ image_id: 4, category_id: 18, area: 3 }], categories: [{ id: 18, name: 'dog' }] }));
  const out = join(folder, 'out');
  const manifest = await generate('vision', { ...SMALL, images: pictures, annotations, copies: 2, crop: 'random' }, { out });
  const rows = await readImages(out);
  assert.deepEqual(rows.map(({ id }) => id), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(rows.map(({ texts }) => texts.file), ['0000.jpg', '0001.jpg', '0002.jpg', 'sub/ü.png'].flatMap((name) => [name, name]));
  assert.deepEqual(rows.map(({ numbers }) => numbers.copy), [0, 1, 0, 1, 0, 1, 0, 1]);
  assert.deepEqual([rows[6].numbers.width, rows[6].numbers.height], [50, 90]);
  assert.deepEqual(rows.map(({ numbers, texts }) => [numbers.label, texts.category]).slice(0, 5), [[null, null], [null, null], [18, 'dog'], [18, 'dog'], [null, null]]);
  assert.equal(rows[6].texts.sha256, createHash('sha256').update(readFileSync(join(pictures, 'sub', 'ü.png'))).digest('hex'));
  assert.equal(new Set(rows.map(({ image }) => Buffer.from(image).toString('hex'))).size, 8, 'copies are cut elsewhere');
  const paths = ['0000.jpg', '0001.jpg', '0002.jpg', 'sub/ü.png'];
  const sizes = paths.map((path) => readFileSync(join(pictures, path)).length);
  const listing = paths.map((path, at) => `${path}\0${sizes[at]}\n`).join('') + `\0${createHash('sha256').update(readFileSync(annotations)).digest('hex')}\n`;
  assert.deepEqual(manifest.source, { name: 'pictures', sha256: createHash('sha256').update(listing).digest('hex'), sizeBytes: sizes.reduce((sum, size) => sum + size), rows: 4 });
  assert.equal(manifest.rowName, 'image');
});

test('painted images have names and no file', async (t) => {
  const out = join(temporaryFolder(t), 'out');
  const manifest = await generate('vision', { ...SMALL, count: 3 }, { out });
  assert.equal(manifest.source, null);
  assert.deepEqual((await readImages(out)).map(({ texts }) => [texts.file, texts.sha256]), [['painted-000000', null], ['painted-000001', null], ['painted-000002', null]]);
  assert.deepEqual(manifest.columns.find(({ name }) => name === 'image')!.sent!.multiply, [1 / 255, 1 / 255, 1 / 255]);
});

test('a bad image ends it with its name, or is left out, counted and listed', async (t) => {
  const folder = temporaryFolder(t);
  const pictures = join(folder, 'pictures');
  await writePictures(pictures, 40);
  for (const name of ['0003.jpg', '0030.jpg']) await writeTruncated(join(pictures, name));
  writeFileSync(join(pictures, '0017.jpg'), '');
  for (const threads of [1, 4]) {
    const out = join(folder, 'out');
    await assert.rejects(generate('vision', { ...SMALL, images: pictures }, { out, threads, rowsPerShard: 8 }), (error) => error instanceof InferplayError && error.code === 'DATA' && /0003\.jpg: it is cut short/.test(error.message));
    assert.equal(existsSync(out), false);
  }
  const manifest = await generate('vision', { ...SMALL, images: pictures, onBadImage: 'skip' }, { out: join(folder, 'skipped') });
  assert.equal(manifest.rows, 37);
  assert.deepEqual(manifest.badRows.listed.map(({ line, text, reason }) => [line, text, reason.slice(0, 12)]), [[4, '0003.jpg', 'it is cut sh'], [18, '0017.jpg', 'it is empty'], [31, '0030.jpg', 'it is cut sh']]);
  const rows = await readImages(join(folder, 'skipped'));
  assert.deepEqual([rows[3].id, rows[3].texts.file, rows[36].texts.file], [3, '0004.jpg', '0039.jpg']);
});

test('an image that is damaged where only some crops show it is left out for all of them', async (t) => {
  const pictures = join(temporaryFolder(t), 'pictures');
  await writePicture(join(pictures, 'good.png'), 40, 400);
  await writePicture(join(pictures, 'bad.png'), 40, 400);
  const bytes = readFileSync(join(pictures, 'bad.png'));
  writeFileSync(join(pictures, 'bad.png'), bytes.fill(0xaa, bytes.length - 100, bytes.length - 50));
  const options = { ...SMALL, images: pictures, copies: 20 };
  assert.equal((await generate('vision', options, { out: `${pictures}-middle` })).rows, 40);
  const manifest = await generate('vision', { ...options, crop: 'random', onBadImage: 'skip' }, { out: `${pictures}-random` });
  assert.deepEqual([manifest.rows, manifest.badRows.listed.map(({ text }) => text)], [20, ['bad.png']]);
});

test('the source, the labels and the options are what a data set is known by', async (t) => {
  const folder = temporaryFolder(t);
  const pictures = join(folder, 'pictures');
  await writePictures(pictures, 2);
  writeMeansModel(join(folder, 'means.onnx'), 32);
  const labels = join(folder, 'labels.txt');
  writeFileSync(labels, 'red\ngreen\nblue\n');
  const out = join(folder, 'out');
  const options = { size: 32, images: pictures, model: join(folder, 'means.onnx'), labels };
  const first = await generate('vision', options, { out });
  assert.deepEqual(first.models.map(({ name, inputs, expected }) => [name, inputs, expected]), [['means', ['image'], true]]);
  assert.ok((await readImages(out)).every(({ texts, numbers }) => texts.expected_label === ['red', 'green', 'blue'][numbers.expected_top1!]));
  assert.deepEqual(await generate('vision', options, { out }), first);
  await assert.rejects(generate('vision', { ...options, crop: 'random' }, { out }), { code: 'DATA', message: /its crop is center, not random/ });
  writeFileSync(labels, 'rot\ngrün\nblau\n');
  await assert.rejects(generate('vision', options, { out }), { code: 'DATA', message: /its labels sha256 is/ });
  writeFileSync(labels, 'red\ngreen\n');
  await assert.rejects(generate('vision', options, { out }), { code: 'DATA', message: /has 2 lines, and the model answers 3 classes/ });
  writeFileSync(labels, 'red\ngreen\nblue\n');
  await writePicture(join(pictures, '0001.jpg'), 99, 77);
  await assert.rejects(generate('vision', options, { out }), { code: 'DATA', message: /the content of its source pictures has changed/ });
});

const coco = join(sharedData, 'coco');

test("COCO's images and annotations", { skip: missing(coco) }, async (t) => {
  const out = join(temporaryFolder(t), 'out');
  const manifest = await generate('vision', { alpha: 0.25, images: join(coco, 'images'), annotations: join(coco, 'instances.json') }, { out });
  assert.equal(manifest.rows, 24);
  const known = JSON.parse(readFileSync(join(coco, 'manifest.json'), 'utf8')) as { file: string; width: number; height: number; sha256: string }[];
  for (const { texts, numbers } of await readImages(out)) {
    const { width, height, sha256 } = known.find(({ file }) => file === `images/${texts.file}`)!;
    assert.deepEqual([numbers.width, numbers.height, texts.sha256], [width, height, sha256]);
    assert.ok(texts.category !== null && numbers.label !== null);
  }
});

const models = join(sharedData, 'models');

test('the parrot is a macaw, and the cat a cat', { skip: missing(models) }, async (t) => {
  const folder = temporaryFolder(t);
  const answer = async (image: string, size: number, model: string): Promise<string | null> => {
    const out = join(folder, image);
    const labels = join(models, 'imagenet_labels.txt');
    await generate('vision', { images: join(models, image), preset: 'mobilenet-quant', size, model: join(models, model), labels }, { out });
    return (await readImages(out))[0].texts.expected_label;
  };
  assert.equal(await answer('parrot.jpg', 192, 'mobilenet_v1_0.75_192_quant.onnx'), 'macaw');
  assert.match((await answer('cat_720p.jpg', 128, 'mobilenet_v1_0.25_128_quant.onnx'))!, /cat/);
});
