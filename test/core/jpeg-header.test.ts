import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { readJpegHeader } from '../../core/jpeg-header.js';

function picture(width: number, height: number): Sharp {
  return sharp({ create: { width, height, channels: 3, background: '#4080c0' } });
}

test('the header says what sharp finds in the file', async () => {
  const files = [
    await picture(31, 17).jpeg().toBuffer(),
    await picture(17, 31).jpeg({ progressive: true }).toBuffer(),
    await picture(8, 9).greyscale().toColourspace('b-w').jpeg().toBuffer(),
    await picture(40, 30).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer(),
    await picture(40, 30).withIccProfile('p3').jpeg().toBuffer(),
    ...(await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => picture(5, 7).withMetadata({ orientation }).jpeg().toBuffer()))),
  ];
  for (const [at, file] of files.entries()) {
    const { width, height, orientation = 1, channels, space, hasProfile } = await sharp(file).metadata();
    const colours = space === 'cmyk' ? 'cmyk' : channels === 1 ? 'grey' : 'rgb';
    assert.deepEqual(readJpegHeader(file), { width, height, colours, orientation, profile: hasProfile }, `file ${at}`);
  }
});

test('an orientation is read in either byte order, and is 1 where it means nothing', async () => {
  const plain = await picture(5, 7).jpeg().toBuffer();
  const withExif = (tiff: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
    const head = Buffer.from([0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(body.length + 2, 2);
    return Buffer.concat([plain.subarray(0, 2), head, body, plain.subarray(2)]);
  };
  const big = (value: number, type = 3): Buffer => Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, type, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0]);
  const little = (value: number): Buffer => Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0]);
  const seen = [big(6), little(8), big(0), big(9), big(6, 2), little(3).subarray(0, 12), Buffer.alloc(3)].map((tiff) => readJpegHeader(withExif(tiff))?.orientation);
  assert.deepEqual(seen, [6, 8, 1, 1, 1, 1, 1]);
  assert.equal(readJpegHeader(Buffer.concat([plain.subarray(0, 2), Buffer.from([0xff, 0xff]), plain.subarray(2)]))?.width, 5, 'bytes of filling are passed over');
});

test('damaged files are no error, and never read beyond their end', async () => {
  const file = await picture(64, 48).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  fc.assert(fc.property(fc.nat(file.length), fc.nat(file.length - 1), fc.nat(255), (length, at, value) => {
    const damaged = Buffer.from(file);
    damaged[at] = value;
    const header = readJpegHeader(damaged.subarray(0, length));
    assert.ok(header === null || (header.width > 0 && header.height > 0 && header.orientation >= 1 && header.orientation <= 8));
  }));
  assert.equal(readJpegHeader(Buffer.from('GIF89a')), null);
  assert.equal(readJpegHeader(new Uint8Array(0)), null);
});
