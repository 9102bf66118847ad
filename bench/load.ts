/**
 * Load against `redis-cli --pipe`: 1 KiB values into one redis-server, replies read. Ours is the whole command, from an Arrow data
 * set, with every check on; redis-cli reads commands from a file that was made beforehand, and checks nothing but errors.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rowFrame } from '../load/frames.js';
import { makeReferenceData, referenceBytes } from '../test/support/reference-data.js';
import { startRedisServer } from '../test/support/redis-server.js';
import { median, type BenchRow, type Size } from './row.js';

interface Run {
  readonly wallS: number;
  readonly cpuS: number;
  readonly output: string;
}

const VALUES = 256;
const SIZES = { smoke: { rows: 2_000, rounds: 1 }, full: { rows: 500_000, rounds: 5 } };

/** User and system CPU of one child process, as bash's `time` has it from the kernel. */
function timed(command: string, args: readonly string[]): Promise<Run> {
  const child = spawn('bash', ['-c', `TIMEFORMAT='%R %U %S'; time ${command}`, 'bench', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const times = /([\d.]+) ([\d.]+) ([\d.]+)\s*$/.exec(errors);
      if (code !== 0 || !times) return reject(new Error(`${command} failed: ${errors}${output}`));
      // The clock of `time` counts milliseconds, and ratios must not divide by none.
      resolve({ wallS: Math.max(0.001, Number(times[1])), cpuS: Math.max(0.001, Number(times[2]) + Number(times[3])), output });
    });
  });
}

/** The same keys and values as the data set's, as redis-cli wants them. */
function writePipeFile(file: string, rows: number): void {
  const frame = rowFrame('SET', 'referenceBLOB', [], VALUES * 4);
  const buffer = Buffer.allocUnsafe(frame.rowBytesMax * 1000);
  const fd = openSync(file, 'w');
  for (let row = 0; row < rows; ) {
    let offset = 0;
    for (let count = 0; count < 1000 && row < rows; count++, row++) offset = frame.write(buffer, offset, [row], referenceBytes(row, VALUES), 0, 1);
    writeSync(fd, buffer, 0, offset);
  }
  closeSync(fd);
}

export async function benchLoad(size: Size): Promise<BenchRow[]> {
  const { rows, rounds } = SIZES[size];
  const folder = mkdtempSync(join(tmpdir(), 'inferplay-bench-'));
  const server = await startRedisServer(['--maxmemory', '0']);
  try {
    makeReferenceData(join(folder, 'data'), { rows, values: VALUES });
    writePipeFile(join(folder, 'pipe.resp'), rows);
    const main = fileURLToPath(new URL('../cli/main.js', import.meta.url));
    const flush = (): void => void spawnSync('redis-cli', ['-p', String(server.port), 'FLUSHALL', 'SYNC']);
    const ours: (Run & { bulkS: number })[] = [];
    const theirs: Run[] = [];
    for (let round = 0; round < rounds; round++) {
      flush();
      theirs.push(await timed('redis-cli -p "$1" --pipe < "$2"', [String(server.port), join(folder, 'pipe.resp')]));
      flush();
      const run = await timed('"$1" "$2" load "$3" --to "$4" --json', [process.execPath, main, join(folder, 'data'), server.url]);
      ours.push({ ...run, bulkS: (JSON.parse(run.output) as { elapsedMs: number }).elapsedMs / 1000 });
    }
    return describe(ours, theirs, rows);
  } finally {
    await server.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ratios are taken within a round, where both met the same noise. */
function describe(ours: readonly (Run & { bulkS: number })[], theirs: readonly Run[], rows: number): BenchRow[] {
  const wall = median(ours.map((run) => run.wallS));
  const ratio = (of: (round: number) => number): number => median(ours.map((_, round) => of(round)));
  return [
    { name: `load, ${rows} values of 1 KiB, whole command with every check`, value: wall, unit: 's' },
    { name: 'redis-cli --pipe, the same keys', value: median(theirs.map((run) => run.wallS)), unit: 's' },
    { name: 'load, CPU a key', value: (median(ours.map((run) => run.cpuS)) / rows) * 1e6, unit: 'µs' },
    { name: 'redis-cli --pipe, CPU a key', value: (median(theirs.map((run) => run.cpuS)) / rows) * 1e6, unit: 'µs' },
    { name: 'wall time of load against redis-cli --pipe', value: ratio((round) => ours[round].wallS / theirs[round].wallS), unit: 'times', target: { atMost: 1.15 } },
    { name: 'the same, bulk writes alone', value: ratio((round) => ours[round].bulkS / theirs[round].wallS), unit: 'times' },
    { name: 'CPU of load against redis-cli --pipe', value: ratio((round) => ours[round].cpuS / theirs[round].cpuS), unit: 'times', target: { atMost: 2.7 } },
  ];
}
