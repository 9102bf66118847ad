/** COCO's instance annotations: what the largest object in an image is. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InferplayError, reasonOf } from '../core/errors.js';
import { pathAt, shown, type ImageList } from './image-list.js';
import { readJsonLists } from './json-lists.js';

const FILE_BYTES_MAX = 512 << 20;

/** Stands for no label. */
const NO_LABEL = -(2 ** 31);

/** Shared with the worker threads. */
export interface Labels {
  /** An int32 category id for each image of the list, or NO_LABEL. */
  readonly ids: SharedArrayBuffer;
  readonly names: { readonly [id: number]: string };
}

/** Category id of an image; null where it has none. */
export function sharedLabel({ ids }: Labels, image: number): number | null {
  const [id] = new Int32Array(ids, 4 * image, 1);
  return id === NO_LABEL ? null : id;
}

type Raw = { readonly [name: string]: unknown };

/**
 * Largest is the object with the largest `area`, or box where the area is absent; of equal ones the first. A crowd is not an object.
 * Images are found by their relative path, else by its last part, else by the last part of what the annotations call them, where that is only one.
 * @returns the labels, and the SHA-256 of the file as hex text
 * @throws InferplayError DATA for a file that is not there, too large, or not of COCO's form, with the place
 */
export async function readCoco(path: string, list: ImageList, signal: AbortSignal): Promise<{ labels: Labels; sha256: string }> {
  const size = await stat(path).then((stats) => stats.size, (error: unknown) => {
    throw new InferplayError('DATA', `${path} cannot be read: ${reasonOf(error)}; check the path in --annotations.`, { cause: error });
  });
  if (size > FILE_BYTES_MAX) throw new InferplayError('DATA', `${path} has ${size} bytes; annotations may have ${FILE_BYTES_MAX} at most.`);
  const idOf = new Map<string, number>();
  /** By the last part of the name; null where several images have the same. */
  const idOfLast = new Map<string, number | null>();
  const areas = new Map<number, number>();
  const categories = new Map<number, number>();
  const names: { [id: number]: string } = {};
  const { found, sha256 } = await readJsonLists(path, {
    images(raw, where) {
      const [name, id] = [textOf(raw, 'file_name', where), numberOf(raw, 'id', where)];
      const other = idOf.get(name);
      if (other !== undefined && other !== id) throw new InferplayError('DATA', `${where}: ${name} is the image ${id}, and the image ${other} before it; no label would be certain.`);
      idOf.set(name, id);
      const last = basename(name);
      const before = idOfLast.get(last);
      idOfLast.set(last, before === undefined || before === id ? id : null);
    },
    annotations(raw, where) {
      if ((raw as Raw).iscrowd === 1 || (raw as Raw).iscrowd === true) return;
      const image = numberOf(raw, 'image_id', where);
      const area = areaOf(raw as Raw, where);
      if (area <= (areas.get(image) ?? -1)) return;
      areas.set(image, area);
      categories.set(image, categoryOf(raw, 'category_id', where));
    },
    categories: (raw, where) => (names[categoryOf(raw, 'id', where)] = textOf(raw, 'name', where)),
  }, signal);
  for (const needed of ['images', 'annotations', 'categories']) {
    if (!found.has(needed)) throw new InferplayError('DATA', `${path} has no list "${needed}"; --annotations takes COCO's instances_*.json.`);
  }
  const ids = new SharedArrayBuffer(4 * list.count);
  const labels = new Int32Array(ids);
  let known = 0;
  for (let image = 0; image < list.count; image++) {
    const relative = pathAt(list, image);
    const id = idOf.get(relative) ?? idOf.get(basename(relative)) ?? idOfLast.get(basename(relative)) ?? undefined;
    if (id !== undefined) known += 1;
    labels[image] = (id === undefined ? undefined : categories.get(id)) ?? NO_LABEL;
    if (labels[image] !== NO_LABEL && names[labels[image]] === undefined) throw new InferplayError('DATA', `${path}: category ${labels[image]} of ${shown(relative)} is not in the list "categories"; download or copy it again.`);
  }
  if (known === 0) throw new InferplayError('DATA', `${path} knows none of the images (it has ${[...idOf.keys()].slice(0, 2).map(shown).join(', ') || 'none'}, and the first of --images is ${shown(pathAt(list, 0))}); give the annotations of these images.`);
  return { labels: { ids, names }, sha256 };
}

function areaOf(raw: Raw, where: string): number {
  if (typeof raw.area === 'number') return raw.area;
  const box = raw.bbox;
  if (Array.isArray(box) && box.length === 4 && box.every((value) => typeof value === 'number')) return (box[2] as number) * (box[3] as number);
  throw new InferplayError('DATA', `${where}: it has neither a number "area" nor a "bbox" of four; download or copy it again.`);
}

function numberOf(raw: unknown, name: string, where: string): number {
  const value = (raw as Raw)[name];
  if (typeof value === 'number') return value;
  throw new InferplayError('DATA', `${where}: "${name}" is ${shown(JSON.stringify(value) ?? 'absent')}, and must be a number; download or copy it again.`);
}

function categoryOf(raw: unknown, name: string, where: string): number {
  const value = numberOf(raw, name, where);
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) return value;
  throw new InferplayError('DATA', `${where}: "${name}" is ${value}, and must be a whole number of 32 bits; download or copy it again.`);
}

function textOf(raw: unknown, name: string, where: string): string {
  const value = (raw as Raw)[name];
  if (typeof value === 'string') return value;
  throw new InferplayError('DATA', `${where}: "${name}" is ${shown(JSON.stringify(value) ?? 'absent')}, and must be a text; download or copy it again.`);
}
