/** The main job on the embedded server, in one command: what `npm start` runs. */
import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { runReplay } from './replay.js';
import { duration, integer, positive } from './options.js';
import { progressLine } from './progress.js';
import { bold, cyan, dim, grouped, print } from './terminal.js';

const SEED = 1;

interface Given {
  out: string;
  rows: number;
  rate: number;
  duration: number;
}

export function addDemo(program: Command, signal: AbortSignal): void {
  program
    .command('demo')
    .description('generate, serve, load and replay the fraud use case on this machine, then say what to try next')
    .option('--out <DIR>', 'folder of the data set', join('data', 'fraud-demo'))
    .option('--rows <N>', 'rows to generate', integer(1), 50_000)
    .option('--rate <X>', 'requests per second, Poisson arrivals', positive, 2000)
    .option('--duration <TIME>', 'how long to replay', duration, 10_000)
    .addHelpText('after', '\nExample:\n  inferplay demo --rate 4000 --duration 5s')
    .action((given: Given) => run(given, signal));
}

async function run({ out, rows, rate, duration: durationMs }: Given, signal: AbortSignal): Promise<void> {
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
    await runReplay(out, { target: server.url, rate, arrivals: 'poisson', duration: durationMs, save: true, storeCheck: true }, signal);
  } finally {
    await server.close();
  }
  print(nextCommands(out));
}

function nextCommands(out: string): string {
  const commands = [
    ['npx inferplay serve --port 6379', 'keep the server running (in another terminal)'],
    [`npx inferplay load ${out} --to redisai://127.0.0.1:6379`, 'or the URL of your own RedisAI'],
    [`npx inferplay replay ${out} --target redisai://127.0.0.1:6379 --clients 16`, 'closed loop: how much it can do'],
    ['npx inferplay generate fraud --input creditcard.csv --out data/kaggle', "Kaggle's real transactions"],
    ['npx inferplay --help', 'everything else'],
  ];
  const width = Math.max(...commands.map(([command]) => command.length));
  return [`\n${bold('next')}`, ...commands.map(([command, why]) => `  ${cyan(command.padEnd(width))}  ${dim(why)}`)].join('\n');
}
