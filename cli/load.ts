import { Option, type Command } from 'commander';
import { formatDuration } from '../core/duration.js';
import { redactUrl } from '../core/secret.js';
import { integer } from './options.js';
import { progressLine } from './progress.js';
import { bytes, dim, grouped, print } from './terminal.js';

const EXAMPLES = `
Examples:
  inferplay load data/fraud --to redisai://127.0.0.1:6379
  inferplay load data/fraud --to redis://127.0.0.1:6379 --put blob
  inferplay load data/fraud --to redisai://127.0.0.1:6379 --verify-only`;

interface Given {
  to: string;
  put?: 'tensor' | 'blob' | 'both';
  models: boolean;
  device: string;
  fromRow?: number;
  toRow?: number;
  verifySample: number;
  verifyOnly?: boolean;
  json?: boolean;
}

export function addLoad(program: Command, signal: AbortSignal): void {
  program
    .command('load')
    .description("put a data set's reference data and models into RedisAI or Redis, and prove that they are there")
    .argument('<dataset>', 'folder of the data set')
    .requiredOption('--to <URL>', 'redisai:// or redis:// (rediss:// and redisais:// for TLS), with user:password@ where needed')
    .addOption(new Option('--put <WHAT>', 'which keys (default: both for RedisAI, blob for a plain Redis)').choices(['tensor', 'blob', 'both']))
    .option('--no-models', 'leave the models alone')
    .option('--device <NAME>', 'device of the models', 'CPU')
    .option('--from-row <N>', 'go on from this row', integer(0))
    .option('--to-row <N>', 'stop before this row', integer(0))
    .option('--verify-sample <N>', 'rows to read back and compare byte for byte at the end', integer(0), 100)
    .option('--verify-only', 'load nothing, only prove that everything is there')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action((path: string, given: Given) => run(path, given, signal));
}

async function run(path: string, { json, ...options }: Given, signal: AbortSignal): Promise<void> {
  const { load } = await import('../load/load.js');
  const line = progressLine(options.verifyOnly ? 'verifying' : 'loading');
  const report = await load(path, { ...options, signal, onProgress: line.update }).finally(line.end);
  if (json) return print(JSON.stringify(report, null, 2));
  if (!options.verifyOnly) {
    print(`loaded ${grouped(report.keys)} keys, ${bytes(report.bytes)}, in ${formatDuration(report.elapsedMs)} (${grouped(report.ratePerSecond)} keys/s)`);
  }
  if (report.models.length > 0) print(`models: ${report.models.map(({ name, state }) => `${name} (${state})`).join(', ')}`);
  const { counted, sampled } = report.verified;
  print(`verified: ${grouped(counted)} keys are there, ${grouped(sampled)} rows read back byte for byte`);
  print(dim(`  next: inferplay replay ${path} --target ${redactUrl(options.to)}`));
}
