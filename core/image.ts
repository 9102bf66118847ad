/**
 * The only home of sharp: pictures in and out. sharp works in libuv's pool of four threads, whatever thread asks; its own threads
 * within one picture are switched off, because many pictures at a time need no help. It is loaded by the first call, not by importing this file.
 */
import type { default as Sharp, OutputInfo, Sharp as Pipeline } from 'sharp';
import { enlarge } from './enlarge.js';
import { InferplayError, messageOf, reasonOf, reasonUnwritable } from './errors.js';
import { writeWhole } from './folder.js';
import { readJpegHeader, type ImageHeader } from './jpeg-header.js';

export type { ImageHeader } from './jpeg-header.js';

/** Of a picture that becomes smaller: sharp's names. `linear` is the triangle filter. */
export const KERNELS = ['nearest', 'linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3', 'mks2013', 'mks2021'] as const;
export type Kernel = (typeof KERNELS)[number];

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Resize {
  /** Of the whole picture, as it is stored. */
  readonly width: number;
  readonly height: number;
  /** The part of the resized picture that is wanted. */
  readonly box: Box;
  readonly kernel: Kernel;
  /** Seen through what is transparent: red, green, blue. */
  readonly background: readonly [number, number, number];
}

let loaded: Promise<typeof Sharp> | undefined;

/** @throws InferplayError DATA where the package has no build for this machine */
function loadSharp(): Promise<typeof Sharp> {
  loaded ??= import('sharp').then(({ default: sharp }) => {
    sharp.concurrency(1);
    // Every picture is read once: a cache would only hold memory.
    sharp.cache(false);
    return sharp;
  }, (error: unknown) => {
    throw new InferplayError('DATA', `sharp cannot be loaded on ${process.platform} ${process.arch}: ${reasonOf(error)}; reinstall with "npm ci".`, { cause: error });
  });
  return loaded;
}

/** The first bytes of what is decoded; other formats of sharp's (SVG, PDF) are programs rather than pictures. */
const SIGNATURES = [/^\xff\xd8\xff/, /^\x89PNG\r\n\x1a\n/, /^GIF8[79]a/, /^RIFF[^]{4}WEBP/, /^(?:II[*+]\0|MM\0[*+])/, /^[^]{4}ftyp(?:avi[fs]|mif1|msf1|miaf)/];

/**
 * Reads the header alone.
 * @throws Error whose message is the rest of a sentence about the picture
 */
export async function readImageHeader(bytes: Uint8Array): Promise<ImageHeader> {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 16)).toString('latin1');
  if (!SIGNATURES.some((signature) => signature.test(head))) throw new Error('it is not a JPEG, PNG, WebP, GIF, TIFF or AVIF picture');
  const jpeg = readJpegHeader(bytes);
  if (jpeg !== null) return jpeg;
  const sharp = await loadSharp();
  const { width, height, orientation = 1, space, hasProfile, channels, depth } = await sharp(bytes, { limitInputPixels: false }).metadata().catch(undecodable);
  if (depth !== 'uchar' && depth !== 'ushort') throw new Error(`its values are of the type ${depth}, and only 8 and 16 bits can be read`);
  const colours = space === 'cmyk' ? 'cmyk' : channels < 3 ? 'grey' : 'rgb';
  return { width, height, orientation, colours, profile: hasProfile };
}

/**
 * Decodes a picture, resizes it and takes the part that is wanted. Of an animated one it is the first frame. The orientation is left alone,
 * and so are profiles, as training pipelines do (PIL, OpenCV, TensorFlow), except that of a CMYK picture: its numbers mean no colours without it.
 * @returns three bytes a pixel (red, green, blue), row after row
 * @throws Error whose message is the rest of a sentence about the picture
 */
export async function resizeImage(bytes: Uint8Array, header: Omit<ImageHeader, 'orientation'>, resize: Resize): Promise<Uint8Array> {
  const { width, height, colours, profile } = header;
  if (grows(width, height, resize)) return enlarge(await resizeImage(bytes, header, asItIs(width, height, resize)), width, height, resize);
  const sharp = await loadSharp();
  // What the decoder only warns of (a broken code in the middle) leaves a part of the picture grey; so a warning is a failure.
  const image = sharp(bytes, { failOn: 'warning', limitInputPixels: false, ignoreIcc: colours !== 'cmyk' });
  const bare = colours === 'cmyk' && !profile;
  if (bare) image.pipelineColourspace('cmyk').toColourspace('cmyk');
  else image.toColourspace('srgb');
  // What is seen through a transparent grey may have a colour. A JPEG is never transparent, and would no longer be decoded at a half.
  if (colours === 'grey' && bytes[0] !== 0xff) image.pipelineColourspace('srgb');
  const { data, info } = await resized(image, resize).catch(undecodable);
  if (info.channels !== (bare ? 4 : 3)) throw new Error(`it has ${info.channels} channels when it is decoded`);
  return bare ? fromInks(data) : data;
}

/** The same for pixels: three bytes each, row after row. */
export async function resizePixels(rgb: Uint8Array, width: number, height: number, resize: Resize): Promise<Uint8Array> {
  if (grows(width, height, resize)) return enlarge(rgb, width, height, resize);
  const sharp = await loadSharp();
  return (await resized(sharp(rgb, { raw: { width, height, channels: 3 } }), resize)).data;
}

function grows(width: number, height: number, resize: Resize): boolean {
  return resize.width > width || resize.height > height;
}

function asItIs(width: number, height: number, resize: Resize): Resize {
  return { ...resize, width, height, box: { left: 0, top: 0, width, height } };
}

function resized(image: Pipeline, { width, height, box, kernel, background: [r, g, b] }: Resize): Promise<{ data: Buffer; info: OutputInfo }> {
  return image
    .flatten({ background: { r, g, b } })
    // JPEGs may be decoded at a half or less, but no further than to twice the size: the filter then has enough to work with.
    .resize({ width, height, fit: 'fill', kernel, fastShrinkOnLoad: false })
    .extract({ left: box.left, top: box.top, width: box.width, height: box.height })
    .raw()
    .toBuffer({ resolveWithObject: true });
}

function undecodable(error: unknown): never {
  throw new Error(`it cannot be decoded (${messageOf(error).slice(0, 200).replace(/[.\s]+$/, '')})`, { cause: error });
}

/** Ink that no profile describes, as all that know no profiles take it: each of three colours is what its ink and black leave of white. */
function fromInks(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4) {
    const light = 255 - cmyk[from + 3];
    for (let ink = 0; ink < 3; ink++) rgb[to++] = Math.floor(((255 - cmyk[from + ink]) * light + 127) / 255);
  }
  return rgb;
}

/**
 * Writes a picture as a PNG file.
 * @param rgb three bytes a pixel, row after row
 * @throws InferplayError DATA where the file cannot be written
 */
export async function writePng(path: string, rgb: Uint8Array, width: number, height: number): Promise<void> {
  const sharp = await loadSharp();
  const png = await sharp(rgb, { raw: { width, height, channels: 3 } }).png().toBuffer();
  try {
    // Not by sharp: its own words for a file that cannot be written are those of libvips.
    await writeWhole(path, png);
  } catch (error) {
    throw new InferplayError('DATA', `${path} cannot be written (${reasonUnwritable(path, error)}); name a file in a folder that can be.`, { cause: error });
  }
}
