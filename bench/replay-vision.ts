/**
 * Images as requests of 602,112 bytes, floats made of stored uint8, against redis-benchmark's SET of the same size: both on the server that
 * answers at once, round after round in turn. Needs `cc` and `redis-benchmark`.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Column } from '../core/manifest.js';
import { batchBuffers, openShard } from '../core/writer.js';
import type { ReplayOptions } from '../replay/replay.js';
import { cpuOf, rateOf, run, startInstantServer } from './replay.js';
import { median, type BenchRow, type Size } from './row.js';

const CLIENTS = 8;
const SIDE = 224;
const VALUES = SIDE * SIDE * 3;
const REQUEST_BYTES = VALUES * 4;
const ROWS_PER_BATCH = 16;

/** Memory for frames: a ring of so much, and an arena in which all images find room. */
const SIZES = {
  smoke: { rows: 48, rounds: 1, requests: 60, ringBytes: 16 * 2 ** 20, arenaBytes: 64 * 2 ** 20 },
  full: { rows: 600, rounds: 5, requests: 4000, ringBytes: 256 * 2 ** 20, arenaBytes: 512 * 2 ** 20 },
};

const COLUMNS: readonly Column[] = [
  { name: 'id', dtype: 'uint64', shape: null, nullable: false },
  { name: 'image', dtype: 'uint8', shape: [SIDE, SIDE, 3], nullable: false, sent: { dtype: 'float32', axis: 2, multiply: [1 / 255, 1 / 255, 1 / 255], add: [0, 0, 0] } },
  { name: 'expected', dtype: 'float32', shape: [2], nullable: false },
];

interface Measured {
  readonly megabytes: number;
  readonly cpuUs: number;
}

export async function benchReplayVision(size: Size): Promise<BenchRow[]> {
  const { rows, rounds, requests, ringBytes, arenaBytes } = SIZES[size];
  const folder = mkdtempSync(join(tmpdir(), 'inferplay-bench-'));
  try {
    const server = await startInstantServer(folder);
    try {
      const data = writeImages(join(folder, 'images.arrow'), rows);
      const target = `redisai://127.0.0.1:${server.port}?model=mobilenet`;
      const ours = async (framesBytesMax: number, command: string): Promise<Measured> => {
        const options: ReplayOptions = { target: `${target}&command=${command}`, clients: CLIENTS, requests, warmupMs: 300, framesBytesMax };
        const { recording } = await run(data, options);
        return { megabytes: (rateOf(recording) * REQUEST_BYTES) / 1e6, cpuUs: cpuOf(recording) };
      };
      const measured: { [name: string]: Measured[] } = { ring: [], arena: [], pipeline: [], peer: [] };
      for (let round = 0; round < rounds; round++) {
        measured.peer.push(await redisBenchmark(server.port, requests));
        measured.ring.push(await ours(ringBytes, 'dagrun'));
        measured.pipeline.push(await ours(ringBytes, 'modelrun'));
        measured.arena.push(await ours(arenaBytes, 'dagrun'));
      }
      return describe(measured);
    } finally {
      server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ratios are taken within a round, where all met the same noise. */
function describe({ ring, arena, pipeline, peer }: { readonly [name: string]: readonly Measured[] }): BenchRow[] {
  const speed = (of: readonly Measured[]): number => median(of.map(({ megabytes }) => megabytes));
  const ratio = (of: readonly Measured[]): number => median(of.map(({ megabytes }, round) => megabytes / peer[round].megabytes));
  const cpu = (of: readonly Measured[]): number => median(of.map(({ cpuUs }) => cpuUs));
  return [
    { name: '602,112 bytes on 8 connections: redis-benchmark SET', value: speed(peer), unit: 'MB/s' },
    { name: 'from uint8 through a ring', value: speed(ring), unit: 'MB/s' },
    { name: 'the same as a pipeline with keys of the connection', value: speed(pipeline), unit: 'MB/s' },
    { name: 'from the arena', value: speed(arena), unit: 'MB/s' },
    { name: 'CPU a request: redis-benchmark', value: cpu(peer), unit: 'µs' },
    { name: 'CPU a request, ring', value: cpu(ring), unit: 'µs' },
    { name: 'CPU a request, arena', value: cpu(arena), unit: 'µs' },
    { name: 'ring against redis-benchmark', value: ratio(ring), unit: 'times', target: { atLeast: 0.6 } },
    { name: 'ring, pipeline, against redis-benchmark', value: ratio(pipeline), unit: 'times' },
    { name: 'arena against redis-benchmark', value: ratio(arena), unit: 'times' },
  ];
}

async function redisBenchmark(port: number, requests: number): Promise<Measured> {
  const command = ['redis-benchmark', '-p', String(port), '-c', String(CLIENTS), '-n', String(requests), '-d', String(REQUEST_BYTES), '-t', 'set', '-q'];
  const { stdout } = await promisify(execFile)('sh', ['-c', '"$@" && times', 'sh', ...command]);
  const rates = [...stdout.matchAll(/([\d.]+) requests per second/g)];
  const times = [...stdout.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds));
  return { megabytes: (Number(rates.at(-1)![1]) * REQUEST_BYTES) / 1e6, cpuUs: ((times.at(-2)! + times.at(-1)!) * 1e6) / requests };
}

function writeImages(file: string, rows: number): string {
  const buffers = batchBuffers(COLUMNS, ROWS_PER_BATCH);
  const image = buffers.get('image')!.data;
  for (let at = 0; at < image.length; at++) image[at] = (at * 31) >>> 3;
  // What the instant server answers to everything.
  new Float32Array(buffers.get('expected')!.data.buffer).forEach((_, at, values) => (values[at] = at % 2 === 0 ? 0.25 : 0.75));
  const ids = new BigUint64Array(buffers.get('id')!.data.buffer);
  const writer = openShard(file, COLUMNS, {});
  for (let first = 0; first < rows; first += ROWS_PER_BATCH) {
    const count = Math.min(ROWS_PER_BATCH, rows - first);
    for (let row = 0; row < count; row++) ids[row] = BigInt(first + row);
    writer.write(buffers, count);
  }
  writer.close();
  return file;
}
