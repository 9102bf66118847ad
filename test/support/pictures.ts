/** Picture files for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** A gradient with a bright square in the upper left corner: every turn and every mirroring of it looks different. */
export function gradient(width: number, height: number, seed = 0): Buffer {
  const rgb = Buffer.alloc(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const corner = x < width / 4 && y < height / 4;
      rgb[at] = corner ? 250 : (200 * x) / width;
      rgb[at + 1] = corner ? 240 : (200 * y) / height;
      rgb[at + 2] = corner ? 230 : (seed * 37) % 200;
    }
  }
  return rgb;
}

/** Writes a picture; the extension says in which format. */
export async function writePicture(path: string, width: number, height: number, seed = 0): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await sharp(gradient(width, height, seed), { raw: { width, height, channels: 3 } }).toFile(path);
}

/** A folder of so many JPEGs of different sizes, `0000.jpg` and on. */
export async function writePictures(folder: string, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, at) => `${String(at).padStart(4, '0')}.jpg`);
  for (const [at, name] of names.entries()) await writePicture(join(folder, name), 40 + 7 * (at % 5), 30 + 5 * (at % 7), at);
  return names;
}

/** A JPEG that ends in the middle. */
export async function writeTruncated(path: string): Promise<void> {
  const bytes = await sharp(gradient(80, 60), { raw: { width: 80, height: 60, channels: 3 } }).jpeg().toBuffer();
  writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
}

/** Where Exif says that the pixel (x, y) of an upright picture of a size is stored. */
export const STORED_AT: { readonly [orientation: number]: (x: number, y: number, width: number, height: number) => [number, number] } = {
  1: (x, y) => [x, y], 2: (x, y, w) => [w - 1 - x, y], 3: (x, y, w, h) => [w - 1 - x, h - 1 - y], 4: (x, y, _, h) => [x, h - 1 - y],
  5: (x, y) => [y, x], 6: (x, y, w) => [y, w - 1 - x], 7: (x, y, w, h) => [h - 1 - y, w - 1 - x], 8: (x, y, _, h) => [h - 1 - y, x],
};

/** The upright picture as it is stored with the orientation. */
export function turned(rgb: Buffer, width: number, height: number, orientation: number): { rgb: Buffer; width: number; height: number } {
  const stored = Buffer.alloc(rgb.length);
  const stride = orientation >= 5 ? height : width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = STORED_AT[orientation](x, y, width, height);
      stored.set(rgb.subarray(3 * (y * width + x), 3 * (y * width + x) + 3), 3 * (v * stride + u));
    }
  }
  return { rgb: stored, width: stride, height: orientation >= 5 ? width : height };
}
