/**
 * The embedded server against redis-server, both driven by redis-benchmark with one thread and 50 connections, in interleaved rounds.
 * The fraud DAG is compared with redis-server's PING: the same round trip with nothing behind it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFraudModels } from '../generate/fraud-model.js';
import { serve } from '../serve/serve.js';
import { encodeCommand } from '../wire/resp.js';
import { connectTo, type RespClient } from '../test/support/resp-client.js';
import { startRedisServer } from '../test/support/redis-server.js';
import { median, type BenchRow, type Size } from './row.js';

const SIZES = { smoke: { requests: 2_000, rounds: 1, tensors: 20_000 }, full: { requests: 100_000, rounds: 5, tensors: 200_000 } };
const WARM_UP_TENSORS = 5_000;
const TENSORS_AT_A_TIME = 50;

/** Requests per second of one redis-benchmark run. */
function benchmark(port: number, args: readonly string[], last?: string): Promise<number> {
  const child = spawn('redis-benchmark', ['-p', String(port), '-c', '50', '--csv', ...(last === undefined ? [] : ['-x']), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {});
  child.stdin.end(last ?? '');
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      const rate = /"(\d+(?:\.\d+)?)"/.exec(output.split('\n').filter((line) => line.startsWith('"') && !line.startsWith('"test"')).at(-1) ?? '');
      if (rate) resolve(Number(rate[1]));
      else reject(new Error(`redis-benchmark ${args.join(' ')} failed: ${output}`));
    });
  });
}

interface Duel {
  readonly name: string;
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
  readonly atLeast?: number;
  /** The last argument of both, which is too long for a command line. */
  readonly last?: string;
  /** So many times fewer requests. */
  readonly fewer?: number;
}

const FRAUD_DAG = [
  'AI.DAGRUN', 'LOAD', '1', 'reference', '|>', 'AI.TENSORSET', 't', 'FLOAT', '1', '30', 'BLOB', '1'.repeat(120),
  '|>', 'AI.MODELRUN', 'financialNet', 'INPUTS', 't', 'reference', 'OUTPUTS', 'o', '|>', 'AI.TENSORGET', 'o', 'BLOB',
];

const DUELS: readonly Duel[] = [
  { name: 'SET, -P 1', ours: ['-t', 'set'], theirs: ['-t', 'set'], atLeast: 0.9 },
  { name: 'GET, -P 1', ours: ['-t', 'get'], theirs: ['-t', 'get'], atLeast: 0.9 },
  { name: 'SET, -P 16', ours: ['-t', 'set', '-P', '16'], theirs: ['-t', 'set', '-P', '16'], atLeast: 0.5 },
  { name: 'AI.TENSORSET 1×30 against SET of as many bytes', ours: ['AI.TENSORSET', 't', 'FLOAT', '1', '30', 'BLOB', 'x'.repeat(120)], theirs: ['SET', 't', 'x'.repeat(120)], atLeast: 0.8 },
  {
    name: 'AI.TENSORSET of 602,112 bytes against SET of as many', ours: ['AI.TENSORSET', 't', 'FLOAT', '1', '224', '224', '3', 'BLOB'], theirs: ['SET', 't'], last: 'x'.repeat(602_112), fewer: 50, atLeast: 0.6,
  },
  { name: 'fraud AI.DAGRUN against PING', ours: FRAUD_DAG, theirs: ['-t', 'ping_mbulk'], atLeast: 0.36 },
];

/** Stores the model and a reference, and lets the model run until the server knows how short it is. */
async function prepare(port: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'inferplay-bench-'));
  const client = await connectTo(port);
  try {
    const [model] = await writeFraudModels(folder, { seed: 1, referenceValues: 256 });
    await client.call('AI.MODELSTORE', model.name, 'ONNX', 'CPU', 'BLOB', readFileSync(join(folder, model.file)));
    await client.call('AI.TENSORSET', 'reference', 'FLOAT', 1, 256);
    for (let i = 0; i < 20; i++) await client.call(...FRAUD_DAG);
  } finally {
    client.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

/** Stores tensors of 1 KiB under keys that are numbered from `from`, some of them at a time. */
async function storeTensors(client: RespClient, from: number, to: number): Promise<void> {
  const blob = Buffer.alloc(1024, 1);
  for (let at = from; at < to; at += TENSORS_AT_A_TIME) {
    const count = Math.min(TENSORS_AT_A_TIME, to - at);
    for (let i = at; i < at + count; i++) client.socket.write(encodeCommand(['AI.TENSORSET', `tensor:${i}`, 'FLOAT', 1, 256, 'BLOB', blob]));
    for (let i = 0; i < count; i++) await client.next();
  }
}

/**
 * What a key with a tensor of 1 KiB costs in resident memory, on a server that has done nothing else: one that has could put the
 * tensors where earlier values were. The first keys are not counted, because the process grows to its working size with them.
 */
async function bytesPerTensor(keys: number): Promise<BenchRow> {
  const server = await serve();
  try {
    const client = await connectTo(server.port);
    try {
      await storeTensors(client, 0, WARM_UP_TENSORS);
      const before = residentBytes(server.pid);
      await storeTensors(client, WARM_UP_TENSORS, WARM_UP_TENSORS + keys);
      return { name: 'memory of a key with a tensor of 1 KiB', value: (residentBytes(server.pid) - before) / keys, unit: 'bytes', target: { atMost: 1.6 * 1024 } };
    } finally {
      client.close();
    }
  } finally {
    await server.close();
  }
}

export async function benchServe(size: Size): Promise<BenchRow[]> {
  const { requests, rounds, tensors } = SIZES[size];
  const theirs = await startRedisServer();
  const ours = await serve();
  try {
    await prepare(ours.port);
    const rows: BenchRow[] = [];
    for (const duel of DUELS) {
      const rates: { ours: number; theirs: number }[] = [];
      for (let round = 0; round < rounds; round++) {
        const count = ['-n', String(Math.ceil(requests / (duel.fewer ?? 1)))];
        rates.push({ ours: await benchmark(ours.port, [...count, ...duel.ours], duel.last), theirs: await benchmark(theirs.port, [...count, ...duel.theirs], duel.last) });
      }
      rows.push({ name: `${duel.name}, ours`, value: median(rates.map((rate) => rate.ours)), unit: 'req/s' });
      const ratio = median(rates.map((rate) => rate.ours / rate.theirs));
      rows.push({ name: `${duel.name}, times redis-server`, value: ratio, unit: '×', ...(duel.atLeast ? { target: { atLeast: duel.atLeast } } : {}) });
    }
    rows.push(await bytesPerTensor(tensors));
    return rows;
  } finally {
    await ours.close();
    await theirs.stop();
  }
}
