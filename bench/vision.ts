/**
 * Generate of images against the library that decodes them and against PIL: JPEGs of 640 x 480 to tensors of 224 x 224. Ours is the whole
 * job, from the start of the process to its end (checksums of sources and shards, columns, files, a model); sharp's is a script that only
 * decodes, resizes and crops, four at a time; PIL's does the same in one process. Round by round in turn.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { createConvert } from '../core/conversion.js';
import { resizePixels } from '../core/image.js';
import { fillHash32 } from '../core/random.js';
import { affineOf } from '../core/scale.js';
import { paint } from '../generate/painter.js';
import { noPython, PYTHON } from '../test/support/python.js';
import { projectRoot } from '../test/support/paths.js';
import { median, type BenchRow, type Size } from './row.js';

const run = promisify(execFile);
/** `listed` is how often each picture is listed: reading and decoding begin anew every time. */
const SIZES = { smoke: { pictures: 8, listed: 2, rounds: 1 }, full: { pictures: 400, listed: 10, rounds: 5 } };
const WIDTH = 640;
const HEIGHT = 480;
const work = join(projectRoot, 'bench', '.work', 'vision');
const child = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

interface Ran {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
}

export async function benchVision(size: Size): Promise<BenchRow[]> {
  const { pictures, listed, rounds } = SIZES[size];
  mkdirSync(work, { recursive: true });
  const names = Array.from({ length: pictures }, (_, at) => `${String(at).padStart(4, '0')}.jpg`);
  for (const [at, name] of names.entries()) if (!existsSync(join(work, name))) await writePicture(join(work, name), at);
  const list = writeList('list.txt', names, listed);
  const few = writeList('few.txt', names, Math.max(1, Math.floor(listed / 10)));
  const rows = pictures * listed;
  const ours: Ran[] = [];
  const bare: Ran[] = [];
  const pil: Ran[] = [];
  const small: Ran[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await generated(list));
    bare.push(await timed(process.execPath, [child('vision-sharp'), list]));
    small.push(await generated(few));
    if (noPython('PIL') === false) pil.push(await timed(PYTHON, [join(projectRoot, 'bench', 'pil-resize.py'), few]));
  }
  rmSync(join(work, 'out'), { recursive: true, force: true });
  // PIL has nothing to warm up: a part of the list tells its speed.
  const fewer = Math.max(1, Math.floor(listed / 10)) / listed;
  const rss = (of: readonly Ran[]): number => median(of.map(({ rssBytes }) => rssBytes)) / 2 ** 20;
  const convertMs = convertCpuMs();
  return [
    { name: `whole job, ${rows} images of ${WIDTH} x ${HEIGHT}`, value: (1000 * rows) / median(ours.map(({ wallMs }) => wallMs)), unit: 'images/s' },
    { name: 'whole job / sharp alone', value: median(ours.map(({ wallMs }, at) => bare[at].wallMs / wallMs)), unit: 'x', target: { atLeast: 0.95 } },
    { name: 'CPU of the whole job / sharp alone', value: median(ours.map(({ cpuMs }, at) => cpuMs / bare[at].cpuMs)), unit: 'x' },
    ...(pil.length > 0
      ? [{ name: 'whole job / PIL in one process', value: median(ours.map(({ wallMs }, at) => pil[at].wallMs / fewer / wallMs)), unit: 'x', target: { atLeast: 1.25 } }]
      : [{ name: 'PIL is not there: pip install pillow', value: NaN, unit: '' }]),
    { name: 'uint8 to float32 / CPU of decoding and resizing', value: (100 * convertMs * rows) / median(bare.map(({ cpuMs }) => cpuMs)), unit: '%', target: { atMost: 2.5 } },
    { name: 'peak RSS', value: rss(ours), unit: 'MB', target: { atMost: 400 } },
    { name: 'peak RSS for a tenth of the images', value: rss(small), unit: 'MB', target: { atMost: 400 } },
  ];
}

async function writePicture(path: string, at: number): Promise<void> {
  const { width, height, rgb } = paint(1, at);
  const whole = { left: 0, top: 0, width: WIDTH, height: HEIGHT };
  const pixels = await resizePixels(rgb, width, height, { width: WIDTH, height: HEIGHT, box: whole, kernel: 'linear', background: [0, 0, 0] });
  addGrain(pixels, at);
  await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }).jpeg({ quality: 90 }).toFile(path);
}

/** Paintings are smoother than photographs. With this much grain the files are as large as COCO's pictures of that size and quality, 97 kB on average. */
function addGrain(pixels: Uint8Array, at: number): void {
  const grain = new Uint32Array(pixels.length);
  fillHash32(2, at, grain, 0, grain.length);
  for (const [index, word] of grain.entries()) pixels[index] = Math.max(0, Math.min(255, pixels[index] + (word >>> 27) - 16));
}

function writeList(name: string, names: readonly string[], times: number): string {
  const path = join(work, name);
  writeFileSync(path, `${names.join('\n')}\n`.repeat(times));
  return path;
}

function generated(list: string): Promise<Ran> {
  const out = join(work, 'out');
  rmSync(out, { recursive: true, force: true });
  return timed(process.execPath, [child('vision-child'), list, out]);
}

/** The last line of what the process prints is its CPU in milliseconds and its largest RSS in bytes. */
async function timed(command: string, args: readonly string[]): Promise<Ran> {
  const started = performance.now();
  const { stdout } = await run(command, args);
  const wallMs = performance.now() - started;
  const [cpuMs, rssBytes] = stdout.trim().split(' ').map(Number);
  return { wallMs, cpuMs, rssBytes };
}

/** CPU of one image's conversion, in milliseconds. */
function convertCpuMs(): number {
  const shape = [224, 224, 3];
  const convert = createConvert({ dtype: 'float32', axis: 2, ...affineOf({ scale: 'imagenet', channels: 'RGB' })! }, shape);
  const stored = Uint8Array.from({ length: 224 * 224 * 3 }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 24);
  const sent = new Float32Array(stored.length);
  for (let warm = 0; warm < 50; warm += 1) convert(stored, sent);
  const before = process.cpuUsage();
  for (let row = 0; row < 500; row += 1) convert(stored, sent);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / 500;
}
