import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCoco, sharedLabel, type Labels } from '../../generate/coco.js';
import { ImageListBuilder, type ImageList } from '../../generate/image-list.js';
import { missing, sharedData, temporaryFolder } from '../support/paths.js';

const { signal } = new AbortController();

function listOf(names: readonly string[]): ImageList {
  const builder = new ImageListBuilder();
  for (const name of names) builder.add(name);
  return builder.finish('.');
}

function named(labels: Labels, list: ImageList): (string | null)[] {
  return Array.from({ length: list.count }, (_, image) => {
    const label = sharedLabel(labels, image);
    return label === null ? null : `${label} ${labels.names[label]}`;
  });
}

const FILE = {
  images: [{ id: 1, file_name: 'one.jpg' }, { id: 2, file_name: 'sub/two.jpg' }, { id: 3, file_name: 'three.jpg' }],
  annotations: [
    { image_id: 1, category_id: 7, area: 5, bbox: [0, 0, 1, 1] }, { image_id: 1, category_id: 8, area: 6.5 }, { image_id: 1, category_id: 7, area: 6.5 },
    { image_id: 1, category_id: 7, area: 900, iscrowd: 1 }, { image_id: 2, category_id: 7, bbox: [5, 5, 2, 3] }, { image_id: 2, category_id: 8, area: 5.9 }, { image_id: 99, category_id: 8, area: 1 },
  ],
  categories: [{ id: 7, name: 'cat' }, { id: 8, name: 'dog' }],
};

test('an image has the category of its largest object, crowds apart', async (t) => {
  const path = join(temporaryFolder(t), 'instances.json');
  writeFileSync(path, JSON.stringify(FILE));
  const list = listOf(['val/one.jpg', 'sub/two.jpg', 'three.jpg', 'unknown.jpg']);
  const { labels, sha256 } = await readCoco(path, list, signal);
  assert.deepEqual(named(labels, list), ['8 dog', '7 cat', null, null]);
  assert.equal(sha256, createHash('sha256').update(readFileSync(path)).digest('hex'));
});

test('an image is found though its annotations name a folder that --images does not, or the other way round', async (t) => {
  const path = join(temporaryFolder(t), 'instances.json');
  writeFileSync(path, JSON.stringify({
    ...FILE,
    images: [{ id: 1, file_name: 'val/one.jpg' }, { id: 2, file_name: 'a/same.jpg' }, { id: 3, file_name: 'b/same.jpg' }],
    annotations: [{ image_id: 1, category_id: 7, area: 1 }, { image_id: 1, category_id: 8, area: 5, iscrowd: true }, { image_id: 2, category_id: 8, area: 1 }, { image_id: 3, category_id: 7, area: 1 }],
  }));
  const list = listOf(['one.jpg', 'other/one.jpg', 'same.jpg', 'b/same.jpg']);
  assert.deepEqual(named((await readCoco(path, list, signal)).labels, list), ['7 cat', '7 cat', null, '7 cat']);
});

test('a file that is not of the form is refused with the place', async (t) => {
  const path = join(temporaryFolder(t), 'instances.json');
  const list = listOf(['one.jpg']);
  const refused = async (changes: object, message: RegExp): Promise<void> => {
    writeFileSync(path, JSON.stringify({ ...FILE, ...changes }));
    await assert.rejects(readCoco(path, list, signal), { code: 'DATA', message });
  };
  await refused({ categories: undefined }, /has no list "categories"; --annotations takes COCO's/);
  await refused({ images: [{ id: '1', file_name: 'one.jpg' }] }, /images\[0\]: "id" is "1", and must be a number/);
  await refused({ images: [{ id: 1 }] }, /images\[0\]: "file_name" is absent, and must be a text/);
  await refused({ images: [{ id: 1, file_name: 'one.jpg' }, { id: 1, file_name: 'one.jpg' }, { id: 4, file_name: 'one.jpg' }] }, /images\[2\]: one\.jpg is the image 4, and the image 1 before it/);
  await refused({ annotations: [{ image_id: 1, category_id: 7 }] }, /annotations\[0\]: it has neither a number "area" nor a "bbox"/);
  await refused({ annotations: [{ image_id: 1, category_id: 7.5, area: 1 }] }, /"category_id" is 7\.5, and must be a whole number of 32 bits/);
  await refused({ annotations: [{ image_id: 1, category_id: 9, area: 1 }] }, /category 9 of one\.jpg is not in the list "categories"/);
  await refused({ images: [{ id: 1, file_name: 'other.jpg' }] }, /knows none of the images \(it has other\.jpg, and the first of --images is one\.jpg\)/);
  await assert.rejects(readCoco(`${path}.gone`, list, signal), { code: 'DATA', message: /cannot be read: there is no such file or folder; check the path in --annotations/ });
});

const real = join(sharedData, 'coco', 'instances.json');

test("COCO's own file gives what a plain reading of it gives", { skip: missing(real) }, async () => {
  interface Coco { images: { id: number; file_name: string }[]; annotations: { image_id: number; category_id: number; area: number; iscrowd: number }[]; categories: { id: number; name: string }[] }
  const coco = JSON.parse(readFileSync(real, 'utf8')) as Coco;
  const list = listOf(coco.images.map((image) => image.file_name));
  const wanted = coco.images.map(({ id }) => {
    const [largest] = coco.annotations.filter((object) => object.image_id === id && object.iscrowd === 0).sort((a, b) => b.area - a.area);
    return `${largest.category_id} ${coco.categories.find((category) => category.id === largest.category_id)!.name}`;
  });
  assert.deepEqual(named((await readCoco(real, list, signal)).labels, list), wanted);
});
