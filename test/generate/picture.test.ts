import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { centred, type Size } from '../../generate/fit.js';
import { BadPicture, cutFile, FILE_BYTES_MAX, type Cutting } from '../../generate/picture.js';
import { createPack } from '../../generate/pixels.js';
import { missing, sharedData, temporaryFolder } from '../support/paths.js';
import { gradient, turned, writePicture, writeTruncated } from '../support/pictures.js';

const SIZE = 24;
const CUTTING: Cutting = { size: SIZE, fit: { kind: 'crop', shorter: 28 }, kernel: 'linear', background: [0, 0, 0], exifOrientation: true, pixelLimit: 100_000_000 };
const inTheMiddle = (resized: Size) => [centred(resized, SIZE)];

/** The square as RGB. */
async function square(folder: string, name: string, cutting = CUTTING, size = cutting.size): Promise<Uint8Array> {
  const { patch, corners } = await cutFile(folder, name, cutting, (resized) => [centred(resized, size)]);
  const row = new Uint8Array(size * size * 3);
  createPack({ size, layout: 'NHWC', channels: 'RGB', dtype: 'uint8', scale: 'none', background: [0, 0, 0] })({ ...patch, ...corners[0] }, row);
  return row;
}

function meanDifference(one: Uint8Array, other: Uint8Array): number {
  return one.reduce((sum, value, at) => sum + Math.abs(value - other[at]), 0) / one.length;
}

const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8];

test('all orientations give the upright picture, its size, and the same crop', async (t) => {
  const folder = temporaryFolder(t);
  const [width, height] = [120, 80];
  for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
    for (const orientation of ORIENTATIONS) {
      const stored = turned(gradient(width, height), width, height, orientation);
      await sharp(stored.rgb, { raw: { ...stored, channels: 3 } }).withMetadata({ orientation }).toFormat(format, { quality: 97 }).toFile(join(folder, `${orientation}.${format}`));
    }
    const upright = await square(folder, `1.${format}`);
    assert.ok(new Set(upright).size > 50);
    for (const orientation of ORIENTATIONS) {
      const name = `${orientation}.${format}`;
      const made = await cutFile(folder, name, CUTTING, inTheMiddle);
      assert.deepEqual([made.width, made.height], [width, height], name);
      assert.ok(meanDifference(await square(folder, name), upright) < 1.5, `${name}: ${meanDifference(await square(folder, name), upright)}`);
      const asStored = await cutFile(folder, name, { ...CUTTING, exifOrientation: false }, inTheMiddle);
      assert.deepEqual([asStored.width, asStored.height], orientation >= 5 ? [height, width] : [width, height]);
      assert.equal(meanDifference(await square(folder, name, { ...CUTTING, exifOrientation: false }), upright) > 10, orientation !== 1, name);
    }
  }
});

test('several squares are cut from one decoding', async (t) => {
  const folder = temporaryFolder(t);
  await writePicture(join(folder, 'a.png'), 90, 60);
  const corners = [{ left: 0, top: 0 }, { left: 18, top: 4 }, { left: 7, top: 2 }];
  const three = await cutFile(folder, 'a.png', CUTTING, () => corners);
  const pack = createPack({ size: SIZE, layout: 'NHWC', channels: 'RGB', dtype: 'uint8', scale: 'none', background: [0, 0, 0] });
  for (const [at, corner] of corners.entries()) {
    const [together, alone] = [new Uint8Array(SIZE * SIZE * 3), new Uint8Array(SIZE * SIZE * 3)];
    pack({ ...three.patch, ...three.corners[at] }, together);
    const one = await cutFile(folder, 'a.png', CUTTING, () => [corner]);
    pack({ ...one.patch, ...one.corners[0] }, alone);
    assert.deepEqual(together, alone);
  }
  assert.equal(three.sha256, createHash('sha256').update(readFileSync(join(folder, 'a.png'))).digest('hex'));
});

test('what cannot be used says why, with its name', async (t) => {
  const folder = temporaryFolder(t);
  const path = (name: string): string => join(folder, name);
  writeFileSync(path('empty.jpg'), '');
  writeFileSync(path('text.jpg'), 'a download that needed a login');
  mkdirSync(path('folder.jpg'));
  await writeTruncated(path('cut.jpg'));
  await writePicture(path('tall.jpg'), 50, 500);
  writeFileSync(path('tall.jpg'), readFileSync(path('tall.jpg')).subarray(0, -200));
  await writePicture(path('broken.jpg'), 60, 60);
  const broken = readFileSync(path('broken.jpg'));
  writeFileSync(path('broken.jpg'), broken.fill(0xaa, broken.length - 300, broken.length - 2));
  await writePicture(path('large.png'), 101, 100);
  await writePicture(path('strip.png'), 3000, 1);
  writeFileSync(path('heavy.jpg'), '');
  truncateSync(path('heavy.jpg'), FILE_BYTES_MAX + 1);
  spawnSync('mkfifo', [path('pipe.jpg')]);
  const cases: readonly [string, RegExp, Partial<Cutting>?][] = [
    ['gone.jpg', /there is no such file or folder/], ['empty.jpg', /it is empty/], ['text.jpg', /it is not a JPEG, PNG/], ['folder.jpg', /it is no regular file/],
    ['cut.jpg', /it is cut short/], ['tall.jpg', /it is cut short/], ['broken.jpg', /it cannot be decoded \(VipsJpeg: Corrupt JPEG data/],
    ['large.png', /it has 101 x 100 pixels, and the limit is 10,000 \(--pixel-limit\)/, { pixelLimit: 10_000 }],
    ['strip.png', /it has, resized, 84,000 x 28 pixels/, { pixelLimit: 1_000_000 }], ['heavy.jpg', /it has 268,435,457 bytes, and the limit is 268,435,456/],
    ['pipe.jpg', /it is no regular file/],
  ];
  for (const [name, reason, changes] of cases) {
    await assert.rejects(cutFile(folder, name, { ...CUTTING, ...changes }, inTheMiddle), (error) => {
      assert.ok(error instanceof BadPicture && error.code === 'DATA');
      assert.match(error.reason, reason);
      assert.equal(error.message, `${path(name)}: ${error.reason}; replace the file, or leave such images out with --on-bad-image skip.`);
      return true;
    }, name);
  }
});

const edge = join(sharedData, 'coco', 'edge');

test('photographs of one scene, upright and turned by Exif, give nearly the same tensor', { skip: missing(edge) }, async () => {
  const cutting: Cutting = { ...CUTTING, size: 224, fit: { kind: 'crop', shorter: 256 } };
  const [one, six] = [await square(edge, 'Landscape_1.jpg', cutting), await square(edge, 'Landscape_6.jpg', cutting)];
  // The number of the orientation is painted into the middle of each: there they differ.
  const differences = [...one].map((value, at) => Math.abs(value - six[at])).sort((a, b) => a - b);
  assert.ok(differences[Math.floor(differences.length * 0.9)] <= 4, String(differences[Math.floor(differences.length * 0.9)]));
  const upright = await square(edge, 'Landscape_6.jpg', { ...cutting, exifOrientation: false });
  assert.ok(meanDifference(one, upright) > 20);
});

test('a grey, a CMYK and a truncated photograph', { skip: missing(edge) }, async () => {
  const grey = await square(edge, 'hopper_gray.jpg');
  assert.ok(grey.every((value, at) => value === grey[at - (at % 3)]));
  assert.ok(new Set(await square(edge, 'pil_sample_cmyk.jpg')).size > 100);
  await assert.rejects(square(edge, 'truncated_jpeg.jpg'), { message: /truncated_jpeg\.jpg: it is cut short/ });
});
