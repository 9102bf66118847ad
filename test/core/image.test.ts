import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { readImageHeader, resizeImage, resizePixels, writePng, type Resize } from '../../core/image.js';
import { temporaryFolder } from '../support/paths.js';

test('a picture becomes a PNG file of its size', async (t) => {
  const path = join(temporaryFolder(t), 'one.png');
  await writePng(path, new Uint8Array(5 * 2 * 3).fill(200), 5, 2);
  const bytes = readFileSync(path);
  assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
  assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [5, 2]);
});

test('a folder that is not there is said', async (t) => {
  const path = join(temporaryFolder(t), 'missing', 'one.png');
  await assert.rejects(writePng(path, new Uint8Array(3), 1, 1), { code: 'DATA', message: /one\.png cannot be written \(there is no folder [^)]*missing\); name a file in a folder that can be\.$/ });
});

const WIDTH = 64;
const HEIGHT = 48;
type Colour = readonly [number, number, number];
const CORNERS: readonly Colour[] = [[220, 40, 30], [40, 180, 60], [30, 60, 200], [200, 190, 60]];

/** Four quarters of known colours. */
function quarters(width = WIDTH, height = HEIGHT): Buffer {
  const rgb = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgb.set(CORNERS[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)], 3 * (y * width + x));
  return rgb;
}

function raw(rgb = quarters(), width = WIDTH, height = HEIGHT, channels: 1 | 2 | 3 | 4 = 3): Sharp {
  return sharp(rgb, { raw: { width, height, channels } });
}

function whole(width: number, height: number, background: Colour = [0, 0, 0]): Resize {
  return { width, height, box: { left: 0, top: 0, width, height }, kernel: 'linear', background: [...background] };
}

/** Colours in the middle of the four quarters of a file that was resized to 32 x 24. */
async function seen(file: Buffer, background?: Colour): Promise<number[][]> {
  const made = await resizeImage(file, await readImageHeader(file), whole(32, 24, background));
  assert.equal(made.length, 32 * 24 * 3);
  return [[8, 6], [24, 6], [8, 18], [24, 18]].map(([x, y]) => [...made.subarray(3 * (y * 32 + x), 3 * (y * 32 + x) + 3)]);
}

function near(colours: number[][], wanted: readonly Colour[], within: number, what: string): void {
  const far = colours.some((colour, at) => colour.some((value, channel) => Math.abs(value - wanted[at][channel]) > within));
  assert.ok(!far, `${what}: ${JSON.stringify(colours)}, not ${JSON.stringify(wanted)}`);
}

test('every way of writing a picture gives its colours', async () => {
  const formats: readonly [string, Buffer, number][] = [
    ['JPEG', await raw().jpeg({ quality: 95 }).toBuffer(), 4],
    ['progressive JPEG', await raw().jpeg({ quality: 95, progressive: true }).toBuffer(), 4],
    ['PNG', await raw().png().toBuffer(), 1],
    ['interlaced PNG', await raw().png({ progressive: true }).toBuffer(), 1],
    ['palette PNG', await raw().png({ palette: true }).toBuffer(), 4],
    ['16-bit PNG', await raw().toColourspace('rgb16').png().toBuffer(), 2],
    ['WebP', await raw().webp({ lossless: true }).toBuffer(), 1],
    ['GIF', await raw().gif().toBuffer(), 4],
    ['TIFF', await raw().tiff({ compression: 'lzw' }).toBuffer(), 1],
    ['AVIF', await raw().avif({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer(), 8],
    ['a profile that is passed over', await raw().withIccProfile('srgb').jpeg({ quality: 95 }).toBuffer(), 4],
  ];
  for (const [name, file, within] of formats) near(await seen(file), CORNERS, within, name);
  assert.equal((await sharp(formats[5][1]).metadata()).depth, 'ushort');
  const reds = raw(quarters().filter((_, at) => at % 3 === 0) as Buffer, WIDTH, HEIGHT, 1).toColourspace('b-w');
  for (const file of [await reds.clone().jpeg({ quality: 95 }).toBuffer(), await reds.clone().png().toBuffer()]) {
    assert.equal((await sharp(file).metadata()).channels, 1);
    near(await seen(file), CORNERS.map(([red]) => [red, red, red]), 4, 'grey');
  }
});

test('a grey of 16 bits is not cut off', async () => {
  const levels = new Uint16Array(WIDTH * HEIGHT).map((_, at) => (at % WIDTH < WIDTH / 2 ? 257 * 30 : 257 * 220));
  const file = await sharp(levels, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } }).toColourspace('grey16').png().toBuffer();
  assert.equal((await sharp(file).metadata()).space, 'grey16');
  near(await seen(file), [[30, 30, 30], [220, 220, 220], [30, 30, 30], [220, 220, 220]], 1, '16 bits');
});

test('CMYK with a profile has the colours that the profile says', async () => {
  const file = await raw().withIccProfile('cmyk').jpeg({ quality: 98, chromaSubsampling: '4:4:4' }).toBuffer();
  const { space, hasProfile } = await sharp(file).metadata();
  assert.deepEqual([space, hasProfile], ['cmyk', true]);
  // The profile is of a press, which cannot print this blue.
  const printed: readonly Colour[] = [CORNERS[0], CORNERS[1], [30, 60, 135], CORNERS[3]];
  near(await seen(file), printed, 30, 'CMYK');
});

test('CMYK without a profile is white less its ink, less black', async () => {
  const inks = [[0, 255, 255, 0], [255, 0, 0, 51], [0, 0, 0, 255], [51, 102, 0, 0]];
  const cmyk = Buffer.alloc(WIDTH * HEIGHT * 4);
  for (let y = 0; y < HEIGHT; y++) for (let x = 0; x < WIDTH; x++) cmyk.set(inks[(y < HEIGHT / 2 ? 0 : 2) + (x < WIDTH / 2 ? 0 : 1)], 4 * (y * WIDTH + x));
  const file = tiffFile(4, 8, 5, 1, cmyk);
  assert.equal((await readImageHeader(file)).colours, 'cmyk');
  near(await seen(file), [[255, 0, 0], [0, 204, 204], [0, 0, 0], [204, 153, 255]], 1, 'inks');
});

/** A TIFF by hand, for what sharp does not write: inks without a profile, and floats. One strip, not compressed. */
function tiffFile(samples: number, bits: number, photometric: number, format: number, pixels: Buffer): Buffer {
  const directory = 8 + 2 + 10 * 12 + 4;
  const tags: readonly (readonly [tag: number, type: number, count: number, value: number])[] = [
    [256, 3, 1, WIDTH], [257, 3, 1, HEIGHT], samples === 1 ? [258, 3, 1, bits] : [258, 3, samples, directory], [259, 3, 1, 1], [262, 3, 1, photometric],
    [273, 4, 1, directory + 8], [277, 3, 1, samples], [278, 3, 1, HEIGHT], [279, 4, 1, pixels.length], [339, 3, 1, format],
  ];
  const head = Buffer.alloc(directory + 8);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(tags.length, 8);
  for (const [at, [tag, type, count, value]] of tags.entries()) {
    head.writeUInt16LE(tag, 10 + at * 12);
    head.writeUInt16LE(type, 12 + at * 12);
    head.writeUInt32LE(count, 14 + at * 12);
    head.writeUInt32LE(value, 18 + at * 12);
  }
  for (let sample = 0; sample < 4; sample++) head.writeUInt16LE(bits, directory + 2 * sample);
  return Buffer.concat([head, pixels]);
}

test('what is transparent shows the background, also in greys and palettes', async () => {
  const background: Colour = [16, 192, 48];
  const alpha = Buffer.alloc(WIDTH * HEIGHT * 4, 255);
  for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
    alpha.set(quarters().subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
    alpha[4 * pixel + 3] = pixel % WIDTH < WIDTH / 2 ? 0 : 255;
  }
  const rgba = raw(alpha, WIDTH, HEIGHT, 4);
  for (const file of [await rgba.clone().png().toBuffer(), await rgba.clone().webp({ lossless: true }).toBuffer(), await rgba.clone().gif().toBuffer(), await rgba.clone().png({ palette: true }).toBuffer()]) {
    near(await seen(file, background), [background, CORNERS[1], background, CORNERS[3]], 4, 'transparent');
  }
  const greys = Buffer.from(Array.from({ length: WIDTH * HEIGHT }, (_, at) => [90, at % WIDTH < WIDTH / 2 ? 0 : 255]).flat());
  const file = await raw(greys, WIDTH, HEIGHT, 2).toColourspace('b-w').png().toBuffer();
  assert.equal((await sharp(file).metadata()).channels, 2);
  near(await seen(file, background), [background, [90, 90, 90], background, [90, 90, 90]], 1, 'transparent grey');
});

test('of an animation it is the first frame', async () => {
  const frames = Buffer.concat([quarters(), Buffer.alloc(WIDTH * HEIGHT * 3, 255)]);
  for (const format of ['gif', 'webp'] as const) {
    const file = await sharp(frames, { raw: { width: WIDTH, height: 2 * HEIGHT, channels: 3, pageHeight: HEIGHT } }).toFormat(format).toBuffer();
    assert.equal((await sharp(file).metadata()).pages, 2);
    assert.deepEqual((await readImageHeader(file)).height, HEIGHT);
    near(await seen(file), CORNERS, 12, format);
  }
});

test('small pictures are enlarged, huge ones made small, and a part is the part of the whole', async () => {
  const tiny = await raw(Buffer.from([10, 20, 30]), 1, 1).png().toBuffer();
  assert.ok((await resizeImage(tiny, await readImageHeader(tiny), whole(9, 7))).every((value, at) => value === [10, 20, 30][at % 3]));
  const huge = await raw(quarters(5120, 3840), 5120, 3840).jpeg({ quality: 90 }).toBuffer();
  near(await seen(huge), CORNERS, 4, 'huge');
  const [width, height] = [300, 200];
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 24);
  const box = { left: 13, top: 21, width: 40, height: 30 };
  const all = await resizePixels(rgb, width, height, whole(150, 90));
  const part = await resizePixels(rgb, width, height, { ...whole(150, 90), box });
  for (let y = 0; y < box.height; y++) {
    const from = 3 * ((y + box.top) * 150 + box.left);
    assert.deepEqual([...part.subarray(3 * y * 40, 3 * (y + 1) * 40)], [...all.subarray(from, from + 120)]);
  }
});

test('what is no picture says so, and what is damaged fails', async () => {
  for (const text of ['', 'hello', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', '%PDF-1.4', 'BM\x36\0\0\0']) {
    await assert.rejects(readImageHeader(Buffer.from(text, 'latin1')), { message: 'it is not a JPEG, PNG, WebP, GIF, TIFF or AVIF picture' });
  }
  const noisy = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 24);
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff'] as const) {
    const file = await raw(Buffer.from(noisy)).toFormat(format).toBuffer();
    const cut = file.subarray(0, Math.floor(file.length * 0.6));
    const decode = async (): Promise<unknown> => resizeImage(cut, await readImageHeader(cut), whole(32, 24));
    await assert.rejects(decode, { message: /^it cannot be decoded \(.*[^.\s]\)$/s }, format);
  }
  await assert.rejects(readImageHeader(Buffer.from('\xff\xd8\xff', 'latin1')), { message: /^it cannot be decoded/ });
  const floats = tiffFile(1, 32, 1, 3, Buffer.alloc(WIDTH * HEIGHT * 4));
  await assert.rejects(readImageHeader(floats), { message: 'its values are of the type float, and only 8 and 16 bits can be read' });
});
