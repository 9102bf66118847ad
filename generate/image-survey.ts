/** Which images cannot be used: all are decoded once, several at a time, before rows are numbered. */
import { InferplayError } from '../core/errors.js';
import type { BadRow, Manifest } from '../core/manifest.js';
import { ImageListBuilder, pathAt, shown, type ImageList } from './image-list.js';
import { BadPicture } from './picture.js';

/** Images listed in the manifest; all are counted. */
const LISTED_MAX = 100;
/** Images under way: twice what libuv's pool decodes at a time, so that none of its threads waits. */
const IN_FLIGHT = 8;

/**
 * @param check decodes one image
 * @returns the images that are left, in their order
 * @throws InferplayError DATA where none is left
 */
export async function surveyImages(list: ImageList, check: (path: string) => Promise<unknown>, signal: AbortSignal): Promise<{ list: ImageList; badRows: Manifest['badRows'] }> {
  const bad = new Map<number, string>();
  let next = 0;
  const look = async (image: number): Promise<void> => {
    signal.throwIfAborted();
    try {
      await check(pathAt(list, image));
    } catch (error) {
      if (!(error instanceof BadPicture)) throw error;
      bad.set(image, error.reason);
    }
  };
  const lane = async (): Promise<void> => {
    while (next < list.count) await look(next++);
  };
  const lanes = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, lane));
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
  const numbers = [...bad.keys()].sort((a, b) => a - b);
  // libvips has one list of complaints for all that it decodes at a time: only alone does a picture get its own, and each time the same.
  for (const image of numbers.slice(0, LISTED_MAX)) await look(image);
  if (bad.size === list.count) {
    throw new InferplayError('DATA', `none of the ${list.count} images in ${list.root} can be used; the first is ${shown(pathAt(list, 0))}: ${bad.get(0)}.`);
  }
  const listed = numbers.slice(0, LISTED_MAX).map((image): BadRow => ({ line: image + 1, column: null, reason: bad.get(image)!, text: pathAt(list, image).slice(0, 200) }));
  return { list: bad.size === 0 ? list : without(list, bad), badRows: { count: bad.size, listed } };
}

function without(list: ImageList, bad: ReadonlyMap<number, string>): ImageList {
  const builder = new ImageListBuilder();
  for (let image = 0; image < list.count; image++) if (!bad.has(image)) builder.add(pathAt(list, image));
  return builder.finish(list.root);
}
