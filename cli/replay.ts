import { Option, type Command } from 'commander';
import { InferplayError } from '../core/errors.js';
import type { VerdictCode } from '../core/result.js';
import { decidingCodes } from '../core/verdict.js';
import type { ReplayOptions } from '../replay/plan.js';
import { duration, integer, positive } from './options.js';
import { progressLine } from './progress.js';
import { addSweepOptions, isSweep, runSweep, type SweepGiven } from './sweep.js';
import { commandLine, dim, hasColor, print, widthOf } from './terminal.js';

const EXAMPLES = `
Examples:
  inferplay replay data/fraud --target redisai://127.0.0.1:6379 --clients 50 --duration 30s
  inferplay replay data/fraud --target 'redisai://127.0.0.1:6379?model=financialNet' --rate 5000 --arrivals poisson --requests 100000
  inferplay replay data/fraud --target 'redisai://127.0.0.1:6379?reference=off' --tensor-batch 8 --clients 4 --duration 10s
  inferplay replay data/fraud --target null: --threads 2 --duration 2s
  inferplay replay data/fraud --target redisai://127.0.0.1:6379 --sweep clients=1,10,20 --sweep server-batch=0,16 --repeat 3

A duration is written 30s, 500ms, 2m or 1h; a bare number is seconds.

The target's options are parameters of its URL:
  'redisai://HOST:PORT?model=NAME&command=dagrun'    see docs/targets.md for all of them`;

export interface ReplayGiven extends SweepGiven {
  target: string;
  clients?: number;
  threads?: number;
  rate?: number;
  arrivals?: 'constant' | 'poisson';
  requests?: number;
  duration?: number;
  warmup?: number;
  timeout?: number;
  check?: 'none' | 'sample' | 'all';
  pick?: 'sequential' | 'random';
  tensorBatch?: number;
  seed?: number;
  spin?: boolean;
  framesMb?: number;
  storeCheck: boolean;
  out?: string;
  save: boolean;
  json?: boolean;
}

export function addReplay(program: Command, signal: AbortSignal): void {
  const command = program
    .command('replay')
    .description('send a data set as traffic and record latencies')
    .argument('<dataset>', 'folder of a data set, or Arrow files with tensor columns')
    .requiredOption('--target <URL>', 'the server, for example redisai://127.0.0.1:6379?model=financialNet')
    .option('--clients <N>', 'connections, each with one request in flight (default: 50)', integer(1, 65_000))
    .option('--rate <X>', 'open loop: requests per second, whether or not the server keeps up', positive)
    .addOption(new Option('--arrivals <NAME>', 'with --rate (default: constant)').choices(['constant', 'poisson']))
    .option('--requests <N>', 'end after so many requests', integer(1))
    .option('--duration <TIME>', 'end after so long (default: 10s, unless --requests is given)', duration)
    .option('--warmup <TIME>', 'traffic before the measured window (default: 1s)', duration)
    .option('--threads <N>', 'worker threads that share the one schedule (default: 1)', integer(1, 64))
    .option('--timeout <TIME>', 'an answer later than this is a failure (default: 10s)', duration)
    .addOption(new Option('--check <NAME>', "compare answers with the data set's expected ones (default: sample)").choices(['none', 'sample', 'all']))
    .addOption(new Option('--pick <NAME>', 'order of the rows (default: sequential)').choices(['sequential', 'random']))
    .option('--tensor-batch <N>', 'rows that a request carries as one tensor (default: 1)', integer(1))
    .option('--seed <N>', 'of arrivals, picks, and the order of a sweep (default: 1)', integer(0))
    .option('--spin', 'spend a core on sending on time')
    .option('--frames-mb <N>', 'memory for encoded requests, MB; larger data sets are encoded ahead in a ring (default: 256)', integer(1))
    .option('--no-store-check', "do not compare the server's loaded data set with this one")
    .option('--out <DIR>', 'result folder, new or empty; beside one that holds a result the next goes to <DIR>-2 (default: results/<time>-<use case>-<target>)')
    .option('--no-save', 'leave no result folder')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, given: ReplayGiven) => void (await (isSweep(given) ? runSweep(path, given, replayOptions(given), signal) : runReplay(path, given, signal))));
  addSweepOptions(command);
}

/** As the library has them. */
function replayOptions({ duration: durationMs, warmup: warmupMs, timeout: timeoutMs, rate: ratePerSecond, framesMb, ...given }: ReplayGiven): ReplayOptions {
  const { json: _json, save: _save, out: _out, sweep: _sweep, repeat: _repeat, cooldown: _cooldown, device: _device, modelForm: _modelForm, ...rest } = given;
  return { ...rest, durationMs, warmupMs, timeoutMs, ratePerSecond, framesBytesMax: framesMb === undefined ? undefined : framesMb * 1e6 };
}

/** Runs, prints the summary, and fails with INVALID where that is the verdict. */
export async function runReplay(path: string, given: ReplayGiven, signal: AbortSignal): Promise<VerdictCode> {
  const { replay } = await import('../replay/replay.js');
  const { summarize } = await import('../report/summary.js');
  const line = progressLine('replaying');
  const { json, save, out } = given;
  const { result, folder } = await replay(path, { ...replayOptions(given), out: save ? (out ?? 'auto') : null }, { signal, onProgress: line.update }).finally(line.end);
  print(json ? JSON.stringify(result, null, 2) : summarize(result, { color: hasColor(), width: widthOf() }));
  if (!json && folder) print(dim(`result: ${folder}   again: ${commandLine('report', folder)}`));
  if (result.verdict.code === 'INVALID' && !signal.aborted) {
    throw new InferplayError('INVALID', `the run is INVALID: ${decidingCodes(result.verdict).join(', ')}; the reasons are above.`);
  }
  return result.verdict.code;
}
