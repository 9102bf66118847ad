/** The main job on the embedded server, in one command: what `npm start` runs. */
import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { grouped } from '../core/quantity.js';
import { runReplay } from './replay.js';
import { duration, integer, positive } from './options.js';
import { progressLine } from './progress.js';
import { bold, commandLine, cyan, dim, print } from './terminal.js';

const SEED = 1;

interface Given {
  out: string;
  rows: number;
  rate: number;
  duration?: number;
}

export function addDemo(program: Command, signal: AbortSignal): void {
  program
    .command('demo')
    .description('generate, serve, load and replay the fraud use case on this machine, then say what to try next')
    .option('--out <DIR>', 'folder of the data set', join('data', 'fraud-demo'))
    .option('--rows <N>', 'rows to generate', integer(1), 50_000)
    .option('--rate <X>', 'requests per second, Poisson arrivals', positive, 2000)
    .option('--duration <TIME>', 'how long to replay (default: 10s)', duration)
    .addHelpText('after', '\nExample:\n  inferplay demo --rate 4000 --duration 5s')
    .action((given: Given) => run(given, signal));
}

async function run({ out, rows, rate, duration: durationMs = 10_000 }: Given, signal: AbortSignal): Promise<void> {
  const { generate } = await import('../generate/generate.js');
  const { load } = await import('../load/load.js');
  const { serve } = await import('../serve/serve.js');

  print(`${bold('1 generate')}  ${grouped(rows)} card transactions in the shape of Kaggle's, seed ${SEED}, with 256 reference values each`);
  const line = progressLine('generating');
  const threads = Math.min(availableParallelism(), 8);
  const manifest = await generate('fraud', { rows }, { out, seed: SEED, threads, overwrite: true, signal, onProgress: line.update }).finally(line.end);
  print(dim(`            ${out}, ${manifest.shards.length} Arrow shard${manifest.shards.length === 1 ? '' : 's'}, models ${manifest.models.map((model) => model.name).join(' and ')}`));

  const server = await serve({ port: 0, signal });
  try {
    print(`${bold('2 serve')}     the embedded server, RedisAI commands over ONNX Runtime, on ${server.url}`);
    const report = await load(out, { to: server.url, signal });
    print(`${bold('3 load')}      ${grouped(report.keys)} keys at ${grouped(report.ratePerSecond)} a second; ${grouped(report.verified.sampled)} rows read back and found equal`);
    print(`${bold('4 replay')}    ${grouped(rate)} requests a second, Poisson arrivals, for ${durationMs / 1000} s\n`);
    const verdict = await runReplay(out, { target: server.url, rate, arrivals: 'poisson', duration: durationMs, save: true, storeCheck: true }, signal);
    if (verdict === 'SUSPECT') print(dim('SUSPECT is not a failure: on a machine that does other things too, client and server disturb each other, and inferplay says so.'));
  } finally {
    await server.close();
  }
  print(nextCommands(out));
}

function nextCommands(out: string): string {
  const url = 'redisai://127.0.0.1:6379';
  const commands = [
    ['keep the server running (in another terminal)', commandLine('serve', '--port', '6379')],
    ['put everything into it, or into your own RedisAI by its URL', commandLine('load', out, '--to', url)],
    ['closed loop: how much can it do?', commandLine('replay', out, '--target', url, '--clients', '16')],
    ["Kaggle's real transactions", commandLine('generate', 'fraud', '--input', 'creditcard.csv', '--out', 'data/kaggle')],
    ['everything else', commandLine('--help')],
  ];
  return [`\n${bold('next')}`, ...commands.flatMap(([why, command]) => [dim(`  # ${why}`), `  ${cyan(command)}`])].join('\n');
}
