import type { Command } from 'commander';
import { formatDuration } from '../core/duration.js';
import { redactUrl } from '../core/secret.js';
import { grouped } from '../core/quantity.js';
import { describeDataset } from '../core/store-manifest.js';
import type { LoadReport } from '../load/load.js';
import { LOAD_OPTIONS } from '../load/options.js';
import { optionsFor } from '../load/parts.js';
import { addTable, tableValues } from './options.js';
import { progressLine } from './progress.js';
import { bytes, commandLine, dim, print } from './terminal.js';

const EXAMPLES = `
Examples:
  inferplay load data/fraud --to redisai://127.0.0.1:6379
  inferplay load data/fraud --to redis://127.0.0.1:6379 --put blob
  inferplay load data/fraud --to redisai://127.0.0.1:6379 --put none --batch-size 16 --min-batch-size 4 --min-batch-timeout 10
  inferplay load data/fraud --to redisai://127.0.0.1:6379 --verify-only`;

interface Given {
  to: string;
  json?: boolean;
  [name: string]: unknown;
}

export function addLoad(program: Command, signal: AbortSignal): void {
  const command = program
    .command('load')
    .description("put a data set's reference data and models into RedisAI or Redis, and prove that they are there")
    .argument('<dataset>', 'folder of the data set')
    .requiredOption('--to <URL>', 'redisai:// or redis:// (redisais://, rediss:// for TLS; parameters ca, cert, key, insecure), with user:password@ where needed')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action((path: string, given: Given) => run(path, given, signal));
  addTable(command, LOAD_OPTIONS);
}

async function run(path: string, given: Given, signal: AbortSignal): Promise<void> {
  const { load } = await import('../load/load.js');
  const { to, json, verifyOnly } = given;
  const line = progressLine(verifyOnly ? 'verifying' : 'loading');
  const report = await load(path, { ...tableValues(LOAD_OPTIONS, given), to, signal, onProgress: line.update }).finally(line.end);
  if (json) return print(JSON.stringify(report, null, 2));
  // A data set of images has no keys: its models are all that is loaded.
  const keyed = report.forms.length > 0;
  if (keyed && !verifyOnly) {
    print(`loaded ${grouped(report.keys)} keys, ${bytes(report.bytes)}, in ${formatDuration(report.elapsedMs)} (${grouped(report.ratePerSecond)} keys/s)`);
  }
  if (report.models.length > 0) print(`models: ${report.models.map(({ name, state }) => `${name} (${state})`).join(', ')}${batches(report.batching)}`);
  const { counted, sampled } = report.verified;
  if (keyed) print(`verified: ${grouped(counted)} keys are there, ${grouped(sampled)} rows read back byte for byte`);
  if (report.replaced !== null) print(`replaced: the server held another data set (${describeDataset(report.replaced)}); what of it was not written over is still there`);
  for (const { complaint, ...gap } of report.gaps) print(`not whole: ${complaint}; load them with ${optionsFor(gap, report.rows)}`);
  if (/^redisais?:/.test(to) && report.gaps.length === 0) print(report.refusal === null ? dim(`  next: ${commandLine('replay', path, '--target', redactUrl(to))}`) : `not ready for a replay: ${report.refusal}`);
}

/** What was asked of the server about putting requests together. */
function batches(batching: LoadReport['batching']): string {
  if (batching === null || batching.batchSize === 0) return '';
  const { batchSize, minBatchSize, minBatchTimeoutMs } = batching;
  const wait = minBatchSize === 0 ? '' : `, at least ${minBatchSize}${minBatchTimeoutMs === 0 ? '' : ` unless ${minBatchTimeoutMs} ms have passed`}`;
  return `; in batches of up to ${batchSize} rows${wait}`;
}
