/** One picture file: read within its limits, and cut to what the rows need. Whatever is wrong with it is an error that names the file. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { InferplayError, reasonOf } from '../core/errors.js';
import { isCutShort } from '../core/image-end.js';
import { readImageHeader, resizeImage, type Kernel } from '../core/image.js';
import { grouped } from '../core/quantity.js';
import { coveredBox, resizedSize, storedBox, turnedSize, type Corner, type Fit, type Size } from './fit.js';
import { fileOf, shown } from './image-list.js';
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

/** What the squares of one picture are cut from; width and height are those of the source when it is upright, or as it is stored where orientations are left alone. */
export interface CutPicture extends Size {
  readonly sha256: string | null;
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
    super('DATA', `${shown(path)}: ${reason}; replace the file, or leave such images out with --on-bad-image skip.`);
    this.reason = reason;
  }
}

/**
 * Reads, decodes, resizes and cuts.
 * @throws BadPicture
 */
export async function cutFile(root: string, relative: string, cutting: Cutting, cornersOf: CornersOf): Promise<CutPicture> {
  const path = fileOf(root, relative);
  let bytes: Buffer | undefined;
  try {
    bytes = readFile(path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const header = await readImageHeader(bytes);
    const orientation = cutting.exifOrientation ? header.orientation : 1;
    checkPixels(header, cutting.pixelLimit, '');
    const source = turnedSize(header, orientation);
    const resized = resizedSize(cutting.fit, source, cutting.size);
    checkPixels(resized, cutting.pixelLimit, ', resized,');
    if (isCutShort(bytes)) throw new Error('it is cut short, its end is missing');
    const { box, corners } = squares(resized, cornersOf, cutting.size);
    const { kernel, background } = cutting;
    const rgb = await resizeImage(bytes, header, { ...turnedSize(resized, orientation), box: storedBox(box, resized, orientation), kernel, background });
    return { ...source, sha256, patch: { rgb, width: box.width, height: box.height, orientation }, corners };
  } catch (error) {
    // A mistake of ours is no picture's fault.
    if (error instanceof InferplayError || error instanceof TypeError) throw error;
    throw new BadPicture(path, reasonOf(error));
  } finally {
    if (bytes) giveBack(bytes);
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
  // A pipe would be waited for, but for the flag.
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(fd);
    const { size } = stats;
    if (!stats.isFile()) throw new Error('it is no regular file');
    if (size === 0) throw new Error('it is empty');
    if (size > FILE_BYTES_MAX) throw new Error(`it has ${grouped(size)} bytes, and the limit is ${grouped(FILE_BYTES_MAX)}`);
    const bytes = takeMemory(size);
    let read = 0;
    for (let now = -1; read < size && now !== 0; read += now) now = readSync(fd, bytes, read, size - read, null);
    return bytes.subarray(0, read);
  } finally {
    closeSync(fd);
  }
}

/** Memory of files that are decoded, for the next ones: new memory is paid for page by page, and again by the collector. */
const spare: ArrayBuffer[] = [];
const SPARE_MAX = 16;
const SPARE_BYTES_MIN = 256 << 10;
const SPARE_BYTES_MAX = 4 << 20;

function takeMemory(size: number): Buffer {
  const at = spare.findIndex(({ byteLength }) => byteLength >= size);
  const memory = at >= 0 ? spare.splice(at, 1)[0] : new ArrayBuffer(Math.max(size, SPARE_BYTES_MIN));
  return Buffer.from(memory);
}

/** To be called when nothing reads the file's bytes any more. */
function giveBack({ buffer }: Buffer): void {
  if (spare.length < SPARE_MAX && buffer.byteLength <= SPARE_BYTES_MAX) spare.push(buffer as ArrayBuffer);
}
