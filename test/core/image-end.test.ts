import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { isCutShort } from '../../core/image-end.js';
import { gradient } from '../support/pictures.js';

const picture = sharp(gradient(400, 300), { raw: { width: 400, height: 300, channels: 3 } });

test('a JPEG or PNG without its end is cut short, whatever follows the end', async () => {
  for (const file of [await picture.jpeg().toBuffer(), await picture.jpeg({ progressive: true }).toBuffer(), await picture.png().toBuffer()]) {
    assert.equal(isCutShort(file), false);
    assert.equal(isCutShort(Buffer.concat([file, Buffer.from('something else')])), false);
    for (const share of [0.6, 0.9, 0.99]) assert.equal(isCutShort(file.subarray(0, Math.floor(share * file.length))), true, `${file.length} bytes, ${share}`);
  }
});

test('the end of a small picture in the header is not that of the file', async () => {
  const whole = await picture.jpeg().toBuffer();
  const small = Buffer.concat([Buffer.from([0xff, 0xef, 0, 0]), whole]);
  small.writeUInt16BE(small.length - 2, 2);
  const file = Buffer.concat([whole.subarray(0, 2), small, whole.subarray(2)]);
  assert.equal(isCutShort(file), false);
  assert.equal(isCutShort(file.subarray(0, -2)), true);
});

test('of all else the decoder must judge', async () => {
  const webp = await picture.webp().toBuffer();
  const jpeg = await picture.jpeg().toBuffer();
  for (const bytes of [new Uint8Array(0), Buffer.from('GIF89a'), webp.subarray(0, 50), jpeg.subarray(0, 30)]) assert.equal(isCutShort(bytes), false);
});
