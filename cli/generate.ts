import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { formatDuration } from '../core/duration.js';
import { strangeToRedisAi } from '../core/manifest.js';
import { counted, grouped } from '../core/quantity.js';
import { useCases } from '../generate/use-cases/index.js';
import { addTable, integer, tableValues } from './options.js';
import { progressLine } from './progress.js';
import { bytes, commandLine, dim, note, print } from './terminal.js';

const EXAMPLES = `  inferplay generate fraud --out data/fraud --rows 10000
  inferplay generate fraud --input creditcard.csv --out data/kaggle --seed 12345 --threads 2
  inferplay generate vision --out data/painted --count 100
  inferplay generate vision --images val2017 --annotations instances_val2017.json --out data/coco
  inferplay generate vision --images val2017 --preset mobilenet-quant --size 192 --model mobilenet_quant.onnx --labels labels.txt --out data/quant`;

/** @param of name of a use case; without it those of all */
function examples(of = ''): string {
  return `\nExamples:\n${EXAMPLES.split('\n').filter((line) => line.includes(`generate ${of}`)).join('\n')}`;
}

/** Threads of libuv's pool, unless the environment says otherwise. */
const POOL_THREADS = 4;

interface Given {
  out: string;
  seed: number;
  threads: number;
  rowsPerShard?: number;
  overwrite?: boolean;
  [name: string]: unknown;
}

export function addGenerate(program: Command, signal: AbortSignal): void {
  const generate = program.command('generate').description('make a data set: Arrow shards, models and a manifest').addHelpText('after', examples());
  for (const useCase of useCases) {
    const command = generate
      .command(useCase.name)
      .description(useCase.summary)
      .requiredOption('--out <DIR>', 'folder of the data set; a stopped generation goes on where it was')
      .option('--seed <N>', 'same seed, same bytes', integer(0), 1)
      .option('--threads <N>', 'worker threads; the bytes do not depend on it', integer(1, 256), Math.min(availableParallelism(), 8))
      .option('--rows-per-shard <N>', 'rows in each Arrow file (default: what fits the size of a row)', integer(1))
      .option('--overwrite', 'replace a different data set in the folder')
      .addHelpText('after', examples(useCase.name));
    addTable(command, useCase.options);
    command.action((given: Given) => {
      if (useCase.usesPool) hintAtPool(given.threads);
      return run(useCase.name, tableValues(useCase.options, given), given, signal);
    });
  }
}

/** The size of the pool cannot be changed any more when this runs. */
function hintAtPool(threads: number): void {
  if (threads <= POOL_THREADS || process.env.UV_THREADPOOL_SIZE) return;
  note(`hint: pictures are decoded by ${POOL_THREADS} threads at most, however many --threads there are; set UV_THREADPOOL_SIZE=${threads} in the environment for more.`);
}

async function run(useCase: string, options: { [name: string]: unknown }, given: Given, signal: AbortSignal): Promise<void> {
  const { generate } = await import('../generate/generate.js');
  const line = progressLine('generating');
  const started = performance.now();
  const { out, seed, threads, rowsPerShard, overwrite } = given;
  const before = writtenMs(out);
  const manifest = await generate(useCase, options, { out, seed, threads, rowsPerShard, overwrite, signal, onProgress: line.update }).finally(line.end);
  const size = manifest.shards.reduce((sum, shard) => sum + shard.sizeBytes, 0);
  print(`${out}: ${counted(manifest.rows, 'row')} in ${manifest.shards.length} shard${manifest.shards.length === 1 ? '' : 's'}, ${bytes(size)}, ${writtenMs(out) === before ? 'already there, unchanged' : formatDuration(performance.now() - started)}`);
  for (const model of manifest.models) print(dim(`  model ${model.name} (${model.file}): ${model.inputs.join(', ')} → ${model.outputs.join(', ')}`));
  const { count, listed } = manifest.badRows;
  if (count > 0) print(`  ${grouped(count)} bad row${count === 1 ? ' was' : 's were'} skipped; manifest.json lists ${listed.length === count ? 'them' : `the first ${listed.length}`}`);
  const strange = strangeToRedisAi(manifest);
  if (strange !== null) return print(`  RedisAI has no tensors of type ${strange.dtype}: this data set can be read and inspected (${commandLine('inspect', out)}), but not replayed there`);
  print(dim(`  next: ${commandLine('load', out, '--to', 'redisai://127.0.0.1:6379')}, or wherever your server is   (or look: ${commandLine('inspect', out)})`));
}

/** When the data set in a folder was finished; null where there is none, or no such folder. A finished one of the same identity is left as it is. */
function writtenMs(out: string): number | null {
  try {
    return statSync(join(out, 'manifest.json')).mtimeMs;
  } catch {
    return null;
  }
}
