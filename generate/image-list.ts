/**
 * Which pictures there are: a folder with all that is below it, a text file of paths, or one picture. The paths are kept as one text and
 * offsets in shared memory, so that worker threads have them without copies, and a million of them are some tens of megabytes.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync, type Dirent, type Stats } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { InferplayError, reasonOf } from '../core/errors.js';

/** Survives structured clone, and is shared by it. */
export interface ImageList {
  readonly root: string;
  readonly count: number;
  /** Paths relative to the root, in UTF-8, one after the other. */
  readonly text: SharedArrayBuffer;
  /** count + 1 float64: where in the text each path begins. */
  readonly offsets: SharedArrayBuffer;
}

export interface Listing {
  readonly list: ImageList;
  readonly name: string;
  readonly sizeBytes: number;
  /** The pictures' paths and sizes; what else belongs to the source is added to it. */
  readonly hash: ReturnType<typeof createHash>;
}

const KNOWN = /\.(?:jpe?g|jpe|jfif|png|webp|gif|tiff?|avif)$/i;
const IMAGES_MAX = 10_000_000;
/** No system takes longer paths. */
const PATH_MAX = 4096;
const SHOWN_MAX = 300;
/** Files looked at before other work has its turn. */
const BREATHE_EVERY = 1000;

export class ImageListBuilder {
  readonly #parts: Buffer[] = [];
  readonly #offsets: number[] = [0];

  add(path: string): void {
    const bytes = Buffer.from(path);
    this.#parts.push(bytes);
    this.#offsets.push(this.#offsets[this.#offsets.length - 1] + bytes.length);
    if (this.#parts.length >= BREATHE_EVERY) this.#parts.splice(0, Infinity, Buffer.concat(this.#parts));
  }

  get count(): number {
    return this.#offsets.length - 1;
  }

  finish(root: string): ImageList {
    const text = new SharedArrayBuffer(this.#offsets[this.count]);
    const offsets = new SharedArrayBuffer(8 * this.#offsets.length);
    let at = 0;
    for (const part of this.#parts) {
      new Uint8Array(text).set(part, at);
      at += part.length;
    }
    new Float64Array(offsets).set(this.#offsets);
    return { root, count: this.count, text, offsets };
  }
}

/** Path of a picture, relative to the list's root unless the list has it otherwise. */
export function pathAt({ text, offsets }: ImageList, image: number): string {
  const [start, end] = new Float64Array(offsets, 8 * image, 2);
  return Buffer.from(text, start, end - start).toString('utf8');
}

/**
 * Lists the pictures, the first `count` of them where that is given.
 * @throws InferplayError DATA for a path that is not there, no list and no picture, or holds none
 */
export async function listImages(path: string, count: number | undefined, signal: AbortSignal): Promise<Listing> {
  const stats = statOf(path);
  if (stats === null) throw new InferplayError('DATA', `there is no file or folder ${path} that can be read; check the path in --images, or leave the option out to have pictures painted.`);
  const single = !stats.isDirectory() && KNOWN.test(path);
  const root = stats.isDirectory() ? path : dirname(path);
  const paths = stats.isDirectory() ? walk(path, '') : single ? [basename(path)] : readList(path);
  const builder = new ImageListBuilder();
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const relative of paths) {
    if (builder.count === count) break;
    if (builder.count === IMAGES_MAX) throw new InferplayError('DATA', `${path} names more than ${IMAGES_MAX} images, which is the most that a data set may have; take the first of them with --count.`);
    const size = statOf(fileOf(root, relative))?.size;
    hash.update(`${relative}\0${size ?? '-'}\n`);
    sizeBytes += size ?? 0;
    builder.add(relative);
    if (builder.count % BREATHE_EVERY === 0) await breathe();
    signal.throwIfAborted();
  }
  if (builder.count === 0) throw new InferplayError('DATA', `${path} ${stats.isDirectory() ? 'holds no picture (JPEG, PNG, WebP, GIF, TIFF or AVIF, by the extension)' : 'names no image'}; check the path in --images.`);
  if (count !== undefined && builder.count < count) {
    throw new InferplayError('DATA', `${path} has ${builder.count} image${builder.count === 1 ? '' : 's'}, not ${count}; give a smaller --count, or more rows of each image with --copies.`);
  }
  return { list: builder.finish(root), name: basename(resolve(path)), sizeBytes, hash };
}

/** null where there is nothing, or nothing that we may look at: whoever wants to read it finds out why. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** The file that a path of a list means. */
export function fileOf(root: string, relative: string): string {
  return isAbsolute(relative) ? relative : join(root, relative);
}

/**
 * Paths of a folder's pictures, in the byte order of their UTF-8. Links to files are followed, links to folders are not: they could go round.
 * Sorting each folder, with a slash behind the names of folders, sorts the whole.
 */
function* walk(folder: string, prefix: string): Generator<string> {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new InferplayError('DATA', `the folder ${folder} cannot be read: ${reasonOf(error)}; check its permissions.`, { cause: error });
  }
  const names = entries
    .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || (KNOWN.test(entry.name) && isFile(folder, entry))))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort(byBytes);
  for (const name of names) {
    if (name.endsWith('/')) yield* walk(join(folder, name), prefix + name);
    else yield prefix + name;
  }
}

function isFile(folder: string, entry: Dirent): boolean {
  return entry.isFile() || (entry.isSymbolicLink() && statOf(join(folder, entry.name))?.isDirectory() === false);
}

/** Order of the UTF-8 bytes: as that of JavaScript's 16-bit units, but that surrogate pairs come after all single units. */
export function byBytes(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const [a, b] = [one.charCodeAt(at), other.charCodeAt(at)];
    if (a === b) continue;
    const [highA, highB] = [a >= 0xd800 && a < 0xe000, b >= 0xd800 && b < 0xe000];
    return highA === highB ? a - b : highA ? 1 : -1;
  }
  return one.length - other.length;
}

async function* readList(path: string): AsyncGenerator<string> {
  let line = 0;
  let rest = '';
  const pathOf = (raw: string): string => {
    line += 1;
    const text = (line === 1 ? raw.replace(/^\ufeff/, '') : raw).trim();
    const fault = faultOf(text);
    if (fault !== null) throw new InferplayError('DATA', `line ${line} of ${path} is no path: ${fault}; --images takes a folder, a list of paths, or one picture (JPEG, PNG, WebP, GIF, TIFF or AVIF, by the extension), and COCO's annotations go to --annotations.`);
    return text;
  };
  const stream = createReadStream(path, 'utf8');
  try {
    // Not by node:readline: a file that is no list may be one line of hundreds of megabytes.
    for await (const piece of stream) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop()!;
      for (const raw of lines) {
        const text = pathOf(raw);
        if (text !== '') yield text;
      }
      if (rest.length > PATH_MAX) pathOf(rest);
    }
  } catch (error) {
    if (error instanceof InferplayError) throw error;
    throw new InferplayError('DATA', `${path} cannot be read: ${reasonOf(error)}; check its permissions.`, { cause: error });
  }
  const last = pathOf(rest);
  if (last !== '') yield last;
}

/** Why a line of a list can be no path, as a clause; null where it may be one. */
function faultOf(text: string): string | null {
  if (/[\0\ufffd]/.test(text)) return 'it is no text in UTF-8';
  const begins = `it begins with ${JSON.stringify(text.slice(0, 40))}`;
  if (/^[[{]\s*(?:["[{]|$)/.test(text)) return `${begins}, as JSON does`;
  return text.length > PATH_MAX ? `${begins} and is longer than ${PATH_MAX} characters` : null;
}

/** A path as messages name it: of a very long one the beginning and the end. */
export function shown(path: string): string {
  return path.length <= SHOWN_MAX ? path : `${path.slice(0, SHOWN_MAX / 2)}…${path.slice(-SHOWN_MAX / 2)}`;
}
