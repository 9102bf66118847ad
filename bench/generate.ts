/**
 * Generate against DuckDB: our whole job (parse, references, answers by ONNX Runtime, shards, checksums, manifest; from the start of the
 * process to its end) beside a process that only parses the same file. Both with 2 threads, round by round in turn.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeKaggleCsv } from '../generate/kaggle.js';
import { projectRoot } from '../test/support/paths.js';
import { median, type BenchRow, type Size } from './row.js';

const run = promisify(execFile);
const SIZES = { smoke: { rows: 3_000, rounds: 1 }, full: { rows: 284_807, rounds: 5 } };
const work = join(projectRoot, 'bench', '.work', 'generate');
const child = fileURLToPath(new URL('./generate-child.js', import.meta.url));
// The peer is resolved from bench/node_modules, so that its script runs where it is in the source tree.
const peer = join(projectRoot, 'bench', 'duckdb-parse.mjs');

export async function benchGenerate(size: Size): Promise<BenchRow[]> {
  const { rows, rounds } = SIZES[size];
  mkdirSync(work, { recursive: true });
  const input = join(work, `kaggle-${rows}.csv`);
  if (!existsSync(input)) await writeKaggleCsv(input, { rows, seed: 1 });
  const havePeer = existsSync(join(projectRoot, 'bench', 'node_modules', '@duckdb', 'node-api'));
  const ours: number[] = [];
  const toRows: number[] = [];
  const inside: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const made = await generated(input, 0);
    ours.push(made.wallMs);
    memory.push(made.rssBytes);
    if (!havePeer) continue;
    toRows.push(await wallMs(() => run(process.execPath, [peer, input, 'rows'])));
    inside.push(await wallMs(() => run(process.execPath, [peer, input, 'query'])));
  }
  const tenfold = await generated(input, rows * 10);
  rmSync(join(work, 'out'), { recursive: true, force: true });
  const rss = median(memory);
  return [
    { name: `whole job, ${rows} rows, ${Math.round(statSync(input).size / 1e6)} MB of CSV`, value: median(ours), unit: 'ms' },
    ...(havePeer ? ratios(ours, toRows, inside) : [{ name: 'DuckDB is not there: npm install --prefix bench', value: NaN, unit: '' }]),
    { name: 'peak RSS', value: rss / 2 ** 20, unit: 'MB', target: { atMost: 200 } },
    { name: 'peak RSS for 10 times the rows', value: tenfold.rssBytes / 2 ** 20, unit: 'MB', target: { atMost: 200 } },
    { name: 'peak RSS, 10 times the rows / once', value: tenfold.rssBytes / rss, unit: 'x', ...(size === 'full' ? { target: { atMost: 1.2 } } : {}) },
  ];
}

function ratios(ours: readonly number[], toRows: readonly number[], inside: readonly number[]): BenchRow[] {
  return [
    { name: 'DuckDB, 2 threads, parse to float32 rows', value: median(toRows), unit: 'ms' },
    { name: 'DuckDB, 2 threads, parse to sums inside DuckDB', value: median(inside), unit: 'ms' },
    { name: 'whole job / parse to float32 rows', value: median(ours.map((wall, at) => wall / toRows[at])), unit: 'x', target: { atMost: 0.7 } },
    { name: 'whole job / parse to sums inside DuckDB', value: median(ours.map((wall, at) => wall / inside[at])), unit: 'x' },
  ];
}

async function generated(input: string, rows: number): Promise<{ wallMs: number; rssBytes: number }> {
  const out = join(work, 'out');
  rmSync(out, { recursive: true, force: true });
  let rssBytes = 0;
  const wall = await wallMs(async () => {
    rssBytes = Number((await run(process.execPath, [child, input, out, String(rows)])).stdout);
  });
  return { wallMs: wall, rssBytes };
}

async function wallMs(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
