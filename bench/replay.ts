/**
 * The replay against redis-benchmark and against a loop paced by setTimeout, all on one server that answers at once
 * (instant-server.c), round after round in turn. Needs `cc` and `redis-benchmark`.
 */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Column } from '../core/manifest.js';
import { Histogram, percentile, type HistogramData } from '../core/histogram.js';
import type { Recording } from '../core/recording.js';
import { batchBuffers, openShard } from '../core/writer.js';
import { replay, type ReplayOptions } from '../replay/replay.js';
import { createSchedule } from '../replay/schedule.js';
import { projectRoot } from '../test/support/paths.js';
import { openSocket, type RawSocket } from '../wire/socket.js';
import { median, type BenchRow, type Size } from './row.js';

const CLIENTS = 50;
const RATE = 5000;
const ROWS = 10_000;

const COLUMNS: readonly Column[] = [
  { name: 'id', dtype: 'uint64', shape: null, nullable: false },
  { name: 'transaction', dtype: 'float32', shape: [30], nullable: false },
  { name: 'expected', dtype: 'float32', shape: [2], nullable: false },
];

interface Server {
  readonly port: number;
  stop(): void;
}

export async function benchReplay(size: Size): Promise<BenchRow[]> {
  const full = size === 'full';
  const folder = mkdtempSync(join(tmpdir(), 'inferplay-bench-'));
  try {
    const server = await startInstantServer(folder);
    try {
      const data = writeRows(join(folder, 'rows.arrow'));
      const target = `redisai://127.0.0.1:${server.port}?model=financialNet`;
      const closed = await closedLoop(data, target, server.port, full ? 5 : 1, full ? 150_000 : 2_000);
      return [...closed, ...(await openLoop(data, target, server.port, full ? 5 : 1, full ? 3000 : 300))];
    } finally {
      server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function closedLoop(data: string, target: string, port: number, rounds: number, requests: number): Promise<BenchRow[]> {
  const speed: number[] = [];
  const cpu: number[] = [];
  const ceiling: number[] = [];
  const [ours, theirs, oursCpu, theirsCpu]: number[][] = [[], [], [], []];
  for (let round = 0; round < rounds; round++) {
    const peer = await redisBenchmark(port, requests);
    const { recording } = await run(data, { target, clients: CLIENTS, requests, warmupMs: 500 });
    const alone = await run(data, { target: 'null:', clients: CLIENTS, threads: 2, requests: requests * 10, warmupMs: 300 });
    ours.push(rateOf(recording));
    oursCpu.push(cpuOf(recording));
    theirs.push(peer.perSecond);
    theirsCpu.push(peer.cpuUs);
    speed.push(rateOf(recording) / peer.perSecond);
    cpu.push(cpuOf(recording) / peer.cpuUs);
    ceiling.push(rateOf(alone.recording) / peer.perSecond);
  }
  return [
    { name: 'closed loop, 50 connections: inferplay', value: median(ours), unit: 'req/s' },
    { name: 'closed loop, 50 connections: redis-benchmark', value: median(theirs), unit: 'req/s' },
    { name: 'CPU a request: inferplay', value: median(oursCpu), unit: 'µs' },
    { name: 'CPU a request: redis-benchmark', value: median(theirsCpu), unit: 'µs' },
    { name: 'requests/s against redis-benchmark', value: median(speed), unit: 'times', target: { atLeast: 1.4 } },
    { name: 'CPU a request against redis-benchmark', value: median(cpu), unit: 'times', target: { atMost: 0.75 } },
    { name: 'null target, 2 workers, against redis-benchmark', value: median(ceiling), unit: 'times', target: { atLeast: 10 } },
  ];
}

async function openLoop(data: string, target: string, port: number, rounds: number, durationMs: number): Promise<BenchRow[]> {
  const [p50, p99, oursP50, theirsP50, oursP99, theirsP99, core]: number[][] = [[], [], [], [], [], [], []];
  for (let round = 0; round < rounds; round++) {
    const theirs = await naive(port, durationMs, round + 1);
    const { recording } = await run(data, { target, clients: CLIENTS, arrivals: 'poisson', ratePerSecond: RATE, durationMs, warmupMs: 500, seed: round + 1 });
    const us = (histogram: HistogramData, p: number): number => percentile(histogram, p) / 1e3;
    oursP50.push(us(recording.response, 50));
    theirsP50.push(us(theirs, 50));
    oursP99.push(us(recording.response, 99));
    theirsP99.push(us(theirs, 99));
    p50.push(us(recording.response, 50) / us(theirs, 50));
    p99.push(us(recording.response, 99) / us(theirs, 99));
    core.push((100 * (recording.cpu.userUs + recording.cpu.systemUs) * 1e3) / recording.elapsedNs);
  }
  return [
    { name: 'Poisson 5,000/s, response p50: inferplay', value: median(oursP50), unit: 'µs' },
    { name: 'Poisson 5,000/s, response p50: setTimeout', value: median(theirsP50), unit: 'µs' },
    { name: 'Poisson 5,000/s, response p99: inferplay', value: median(oursP99), unit: 'µs' },
    { name: 'Poisson 5,000/s, response p99: setTimeout', value: median(theirsP99), unit: 'µs' },
    { name: 'response p50 against a loop paced by setTimeout', value: median(p50), unit: 'times', target: { atMost: 0.25 } },
    { name: 'response p99 against a loop paced by setTimeout', value: median(p99), unit: 'times', target: { atMost: 1 } },
    { name: 'CPU at Poisson 5,000/s', value: median(core), unit: '% core', target: { atMost: 35 } },
  ];
}

export async function run(data: string, options: ReplayOptions): Promise<{ recording: Recording }> {
  const { recording } = await replay(data, { ...options, storeCheck: false });
  // A busy machine can leave requests of a short open loop unsent; that shows in the figures.
  const failed = Object.keys(recording.outcomes).filter((code) => code !== 'ok' && code !== 'not-sent');
  if (failed.length > 0) throw new Error(`the benchmark had failures: ${JSON.stringify(recording.outcomes)}`);
  return { recording };
}

export const rateOf = (recording: Recording): number => (recording.done / recording.elapsedNs) * 1e9;
export const cpuOf = (recording: Recording): number => (recording.cpu.userUs + recording.cpu.systemUs) / recording.done;

/** The request of the benchmark's rows, with a text of the tensor's size for its bytes. */
const REQUEST = 'AI.DAGRUN |> AI.TENSORSET transactionTensor:{1234} FLOAT 1 30 BLOB BYTES |> AI.MODELRUN financialNet INPUTS transactionTensor:{1234} OUTPUTS classificationTensor:{1234} |> AI.TENSORGET classificationTensor:{1234} BLOB'
  .split(' ')
  .map((word) => (word === 'BYTES' ? 'x'.repeat(120) : word));

/** Requests per second that it reports, and the CPU time that the shell saw it take. */
async function redisBenchmark(port: number, requests: number): Promise<{ perSecond: number; cpuUs: number }> {
  const command = ['redis-benchmark', '-p', String(port), '-c', String(CLIENTS), '-n', String(requests), '-q', ...REQUEST];
  const { stdout } = await promisify(execFile)('sh', ['-c', '"$@" && times', 'sh', ...command]);
  const rates = [...stdout.matchAll(/([\d.]+) requests per second/g)];
  const times = [...stdout.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds));
  // `times` prints two lines of user and system time: the shell's own, then its children's.
  return { perSecond: Number(rates.at(-1)![1]), cpuUs: ((times.at(-2)! + times.at(-1)!) * 1e6) / requests };
}

/** What most load generators do: sleep until the next request is due, then send all that are. The same schedule and sockets as ours. */
async function naive(port: number, durationMs: number, seed: number): Promise<HistogramData> {
  const frame = Buffer.from(`*${REQUEST.length}\r\n` + REQUEST.map((word) => `$${word.length}\r\n${word}\r\n`).join(''));
  const schedule = createSchedule({ arrivals: { kind: 'poisson', ratePerSecond: RATE }, seed, worker: 0, workers: 1, phase: 'measured' })!;
  const histogram = new Histogram();
  const free: number[] = [];
  const waiting: number[] = [];
  const due = new Float64Array(CLIENTS);
  const sockets: RawSocket[] = [];
  const send = (slot: number, dueMs: number): void => {
    due[slot] = dueMs;
    sockets[slot].write(frame);
  };
  const answered = (slot: number): void => {
    histogram.record((performance.now() - due[slot]) * 1e6);
    const next = waiting.shift();
    if (next === undefined) free.push(slot);
    else send(slot, next);
  };
  for (let slot = 0; slot < CLIENTS; slot++) {
    sockets.push(await openSocket({ host: '127.0.0.1', port, connectTimeoutMs: 5000 }, { data: () => answered(slot), closed: () => {} }));
    free.push(slot);
  }
  const start = performance.now() + 10;
  await new Promise<void>((resolve) => {
    let next = start + schedule.next() / 1e6;
    const wake = (): void => {
      for (const now = performance.now(); next <= now; next = start + schedule.next() / 1e6) {
        const slot = free.pop();
        if (slot === undefined) waiting.push(next);
        else send(slot, next);
      }
      if (next < start + durationMs) setTimeout(wake, next - performance.now());
      else setTimeout(resolve, 50);
    };
    wake();
  });
  for (const socket of sockets) socket.destroy();
  return histogram.data();
}

function writeRows(file: string): string {
  const buffers = batchBuffers(COLUMNS, ROWS);
  const bytesOf = (name: string): ArrayBuffer => buffers.get(name)!.data.buffer as ArrayBuffer;
  new BigUint64Array(bytesOf('id')).forEach((_, row, ids) => (ids[row] = BigInt(row)));
  new Float32Array(bytesOf('transaction')).forEach((_, at, values) => (values[at] = Math.sin(at)));
  // What the instant server answers to everything.
  new Float32Array(bytesOf('expected')).forEach((_, at, values) => (values[at] = at % 2 === 0 ? 0.25 : 0.75));
  const writer = openShard(file, COLUMNS, {});
  writer.write(buffers, ROWS);
  writer.close();
  return file;
}

/** Builds and starts it; it ends with its standard input. */
export async function startInstantServer(folder: string): Promise<Server> {
  const program = join(folder, 'instant-server');
  execFileSync('cc', ['-O2', '-o', program, join(projectRoot, 'bench', 'instant-server.c')]);
  const child: ChildProcess = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the instant server ended with ${code}`)));
    createInterface(child.stdout!).once('line', (line) => resolve(Number(line)));
  });
  return { port, stop: () => void child.stdin!.end() };
}
