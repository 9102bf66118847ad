/** One picture file: read within its limits, and cut to what the rows need. Whatever is wrong with it is an error that names the file. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InferplayError, reasonOf } from '../core/errors.js';
import { readImageHeader, resizeImage, type Kernel } from '../core/image.js';
import { grouped } from '../core/quantity.js';
import { coveredBox, resizedSize, storedBox, turnedSize, type Corner, type Fit, type Size } from './fit.js';
import type { Patch } from './pixels.js';

/** Larger files are no pictures that somebody classifies. */
export const FILE_BYTES_MAX = 256 << 20;

export interface Cutting {
  readonly size: number;
  readonly fit: Fit;
  readonly kernel: Kernel;
  readonly background: readonly [number, number, number];
  readonly exifOrientation: boolean;
  /** Of the picture, and of what it is resized to. */
  readonly pixelLimit: number;
}

/** What several squares of one picture are cut from. */
export interface CutPicture extends Size {
  readonly sha256: string | null;
  /** Size of the source when it is upright. */
  /** What all squares show, and where each has its corner within it. */
  readonly patch: Omit<Patch, 'left' | 'top'>;
  readonly corners: readonly Corner[];
}

/** Where the squares of a picture lie in it, once its resized size is known. */
export type CornersOf = (resized: Size) => readonly Corner[];

/** A picture that cannot be used: the reason is the rest of a sentence that began with its name. */
export class BadPicture extends InferplayError {
  readonly reason: string;

  constructor(path: string, reason: string) {
    super('DATA', `${path}: ${reason}; replace the file, or leave such images out with --on-bad-image skip.`);
    this.reason = reason;
  }
}

/**
 * Reads, decodes, resizes and cuts.
 * @throws BadPicture
 */
export async function cutFile(root: string, relative: string, cutting: Cutting, cornersOf: CornersOf): Promise<CutPicture> {
  const path = join(root, relative);
  try {
    const bytes = readFile(path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const header = await readImageHeader(bytes);
    const orientation = cutting.exifOrientation ? header.orientation : 1;
    checkPixels(header, cutting.pixelLimit, '');
    const source = turnedSize(header, orientation);
    const resized = resizedSize(cutting.fit, source, cutting.size);
    checkPixels(resized, cutting.pixelLimit, ', resized,');
    const { box, corners } = squares(resized, cornersOf, cutting.size);
    const { kernel, background } = cutting;
    const rgb = await resizeImage(bytes, header, { ...turnedSize(resized, orientation), box: storedBox(box, resized, orientation), kernel, background });
    return { ...source, sha256, patch: { rgb, width: box.width, height: box.height, orientation }, corners };
  } catch (error) {
    if (error instanceof InferplayError) throw error;
    throw new BadPicture(path, reasonOf(error));
  }
}

/** What must be resized for the squares, and their corners in it. */
export function squares(resized: Size, cornersOf: CornersOf, size: number): { box: ReturnType<typeof coveredBox>; corners: Corner[] } {
  const corners = cornersOf(resized);
  const box = coveredBox(resized, corners, size);
  return { box, corners: corners.map(({ left, top }) => ({ left: box.left - left, top: box.top - top })) };
}

function checkPixels({ width, height }: Size, limit: number, what: string): void {
  if (width * height <= limit) return;
  throw new Error(`it has${what} ${grouped(width)} x ${grouped(height)} pixels, and the limit is ${grouped(limit)} (--pixel-limit)`);
}

/** The whole file at once: pictures are small, and the pool of threads that decodes is not asked for it. */
function readFile(path: string): Buffer {
  // A pipe would be waited for.
  if (!statSync(path).isFile()) throw new Error('it is no regular file');
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    if (size === 0) throw new Error('it is empty');
    if (size > FILE_BYTES_MAX) throw new Error(`it has ${grouped(size)} bytes, and the limit is ${grouped(FILE_BYTES_MAX)}`);
    const bytes = Buffer.allocUnsafeSlow(size);
    let read = 0;
    for (let now = -1; read < size && now !== 0; read += now) now = readSync(fd, bytes, read, size - read, null);
    return bytes.subarray(0, read);
  } finally {
    closeSync(fd);
  }
}
