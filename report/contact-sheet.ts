/**
 * A contact sheet: what the tensors of a data set look like, side by side in one picture, so that a person sees whether crop, colours and
 * orientation are right. The pictures are the tensors' own values, and not the files that they were made from. Below each stand its row and
 * label, and what the model says of it where the data set has that.
 */
import { openDataset, type Batch, type Dataset } from '../core/dataset.js';
import { InferplayError } from '../core/errors.js';
import { writePng } from '../core/image.js';
import { clip } from './layout.js';
import { LETTER_WIDTH, LINE_HEIGHT, writeText, type Writing } from './letters.js';
import { pictureColumn, pictureOf, type PictureColumn } from './picture.js';
import { valuesOf } from './values.js';

/** Larger pictures are shrunk by a whole factor. */
const TILE_MAX = 256;
const GAP = 4;
const GREY = 64;
/** Tiles as wide as this have captions of twice the size. */
const WIDE = 192;
const WHITE = [255, 255, 255] as const;
const YELLOW = [255, 220, 110] as const;
const CAPTION_GAP = 2;
/** Columns of the model's stored answers. */
const TOP = 'expected_top1';
const TOP_LABEL = 'expected_label';
const ROWS_DEFAULT = 48;
export const SHEET_ROWS_MAX = 1000;

export interface SheetOptions {
  /** Pictures on the sheet, evenly spread over the rows of the data set; 48 by default. */
  readonly rows?: number;
}

export interface ContactSheet {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** Pictures in a line of the sheet. */
  readonly columns: number;
  /** From left to right and from top to bottom. */
  readonly pictures: readonly SheetPicture[];
}

export interface SheetPicture {
  readonly row: number;
  /** What the texts of the data set say of it: the file, and the category where there is one. */
  readonly texts: readonly string[];
  /** What the model says, by the stored answers: a label in quotes or `class 7`; null where there are none. */
  readonly answer: string | null;
}

/**
 * @param out path of the PNG file, which ends in .png
 * @throws InferplayError USAGE for another kind of file, DATA where the data set has no pictures or the file cannot be written
 */
export async function contactSheet(path: string, out: string, { rows = ROWS_DEFAULT }: SheetOptions = {}): Promise<ContactSheet> {
  if (!/\.png$/i.test(out)) throw new InferplayError('USAGE', `A contact sheet is a PNG: give it a name that ends in .png, not ${out}.`);
  const dataset = await openDataset(path);
  const picture = pictureColumn(dataset.columns, dataset.manifest);
  if (picture === null) throw new InferplayError('DATA', `${path} has no column of pictures: a tensor of height, width and one or three channels; a contact sheet needs one.`);
  if (dataset.rows === 0) throw new InferplayError('DATA', `${path} has no rows: there is nothing to show.`);
  const wanted = spread(dataset.rows, Math.max(1, Math.min(rows, SHEET_ROWS_MAX)));
  const sheet = newSheet(picture, wanted.length, dataset.columns.some(({ name }) => name === TOP || name === TOP_LABEL) ? 2 : 1);
  const pictures: SheetPicture[] = [];
  for await (const { batch, row } of eachRow(dataset, wanted)) {
    const rgb = pictureOf(picture, batch, row);
    const shown: SheetPicture = { row: batch.firstRow + row, texts: textsOf(dataset, batch, row), answer: answerOf(dataset, batch, row) };
    place(sheet, pictures.length, rgb === null ? null : shrunk(rgb, picture, sheet), shown);
    pictures.push(shown);
  }
  await writePng(out, sheet.rgb, sheet.width, sheet.height);
  return { path: out, width: sheet.width, height: sheet.height, columns: sheet.columns, pictures };
}

/** `count` rows from the first to the last, at even distances; all of them where there are fewer. */
function spread(rows: number, count: number): number[] {
  const wanted = Math.min(rows, count);
  return Array.from({ length: wanted }, (_, at) => (wanted === 1 ? 0 : Math.floor((at * (rows - 1)) / (wanted - 1))));
}

async function* eachRow(dataset: Dataset, wanted: readonly number[]): AsyncGenerator<{ batch: Batch; row: number }> {
  for (const row of wanted) {
    for await (const batch of dataset.batches({ fromRow: row, toRow: row + 1 })) yield { batch, row: 0 };
  }
}

interface Sheet {
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  /** Pixels of a picture that become one. */
  readonly factor: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Of the text below each tile, and of a dot of its letters. */
  readonly captionHeight: number;
  readonly scale: number;
}

/** Half as wide again as it is high, as screens are. */
function newSheet({ width: pictureWidth, height: pictureHeight }: PictureColumn, count: number, captionLines: number): Sheet {
  const factor = Math.ceil(Math.max(pictureWidth, pictureHeight) / TILE_MAX);
  const tileWidth = Math.max(1, Math.floor(pictureWidth / factor));
  const tileHeight = Math.max(1, Math.floor(pictureHeight / factor));
  const scale = tileWidth >= WIDE ? 2 : 1;
  const captionHeight = (captionLines * LINE_HEIGHT + CAPTION_GAP) * scale;
  const columns = Math.min(count, Math.max(1, Math.round(Math.sqrt((1.5 * count * (tileHeight + captionHeight)) / tileWidth))));
  const width = columns * (tileWidth + GAP) + GAP;
  const height = Math.ceil(count / columns) * (tileHeight + captionHeight + GAP) + GAP;
  return { rgb: new Uint8Array(width * height * 3).fill(GREY), width, height, columns, factor, tileWidth, tileHeight, captionHeight, scale };
}

/** Each pixel is the mean of a square of them. */
function shrunk(rgb: Uint8Array, { width }: PictureColumn, { factor, tileWidth, tileHeight }: Sheet): Uint8Array {
  if (factor === 1) return rgb;
  const tile = new Uint8Array(tileWidth * tileHeight * 3);
  for (let at = 0; at < tile.length; at++) {
    const x = Math.floor(at / 3) % tileWidth;
    const y = Math.floor(at / 3 / tileWidth);
    let sum = 0;
    for (let down = 0; down < factor; down++) {
      for (let right = 0; right < factor; right++) sum += rgb[((y * factor + down) * width + x * factor + right) * 3 + (at % 3)];
    }
    tile[at] = Math.round(sum / factor ** 2);
  }
  return tile;
}

function place(sheet: Sheet, number: number, tile: Uint8Array | null, { row, texts, answer }: SheetPicture): void {
  const { rgb, width, columns, tileWidth, tileHeight, captionHeight, scale } = sheet;
  const left = GAP + (number % columns) * (tileWidth + GAP);
  const top = GAP + Math.floor(number / columns) * (tileHeight + captionHeight + GAP);
  for (let y = 0; tile !== null && y < tileHeight; y++) rgb.set(tile.subarray(y * tileWidth * 3, (y + 1) * tileWidth * 3), ((top + y) * width + left) * 3);
  const letters = Math.max(1, Math.floor((tileWidth - GAP) / (LETTER_WIDTH * scale)));
  const write = (line: number, text: string, color: Writing['color']): void =>
    writeText(sheet, clip(text, letters), left, top + tileHeight + (CAPTION_GAP + line * LINE_HEIGHT) * scale, { scale, color });
  // The last text says most: the category where there is one, else the file.
  write(0, `${row} ${texts.at(-1) ?? ''}`, WHITE);
  if (answer !== null) write(1, `→ ${answer.replace(/^class |"/g, '')}`, YELLOW);
}

/** Checksums say nothing to a person who looks at pictures. */
function textsOf({ columns }: Dataset, batch: Batch, row: number): string[] {
  return columns.filter(({ name, dtype }) => dtype === 'utf8' && name !== 'sha256' && name !== TOP_LABEL).flatMap(({ name }) => batch.text(name, row) ?? []);
}

function answerOf({ columns }: Dataset, batch: Batch, row: number): string | null {
  const valueOf = (wanted: string) => columns.filter(({ name }) => name === wanted).map((column) => valuesOf(batch, column, row))[0] ?? null;
  const [label, top] = [valueOf(TOP_LABEL), valueOf(TOP)];
  return label !== null ? `"${String(label)}"` : top === null ? null : `class ${String(top)}`;
}
