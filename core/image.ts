/**
 * The only home of sharp: pictures in and out. sharp works in libuv's pool of four threads, whatever thread asks; its own threads
 * within one picture are switched off, because many pictures at a time need no help. It is loaded by the first call, not by importing this file.
 */
import type Sharp from 'sharp';
import { InferplayError, reasonOf } from './errors.js';

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

/**
 * Writes a picture as a PNG file.
 * @param rgb three bytes a pixel, row after row
 * @throws InferplayError DATA where the file cannot be written
 */
export async function writePng(path: string, rgb: Uint8Array, width: number, height: number): Promise<void> {
  const sharp = await loadSharp();
  try {
    await sharp(rgb, { raw: { width, height, channels: 3 } }).png().toFile(path);
  } catch (error) {
    throw new InferplayError('DATA', `${path} cannot be written (${reasonOf(error)}); name a file in a folder that can be.`, { cause: error });
  }
}
