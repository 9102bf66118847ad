/** The command tree. Each command is one file; none of them loads its stage before it runs. */
import { Command } from 'commander';
import { inferplayVersion } from '../core/platform.js';
import { addDemo } from './demo.js';
import { addExport } from './export.js';
import { addGenerate } from './generate.js';
import { addInspect } from './inspect.js';
import type { Interruption } from './interrupt.js';
import { addLoad } from './load.js';
import { addReplay } from './replay.js';
import { addReport } from './report.js';
import { addServe } from './serve.js';
import { addVerify } from './verify.js';

const EXIT_CODES_HELP = `
Exit codes: 0 done, 2 usage, 3 data, 4 cannot connect, 5 the server refused, 6 the run's verdict is INVALID, 130 interrupted, 1 a mistake in inferplay.

Examples:
  inferplay demo
  inferplay generate fraud --out data/fraud
  inferplay serve --port 6379
  inferplay load data/fraud --to redisai://127.0.0.1:6379
  inferplay replay data/fraud --target redisai://127.0.0.1:6379 --clients 50 --duration 10s`;

export function createProgram(interruption: Interruption): Command {
  const program = new Command('inferplay')
    .description('Generate inference data sets once, load what the server needs, replay them as traffic, and trust the latencies.')
    .version(inferplayVersion(), '-V, --version')
    .addHelpText('after', EXIT_CODES_HELP)
    .showHelpAfterError('(add --help for what it takes)')
    .exitOverride();
  for (const add of [addDemo, addGenerate, addLoad, addReplay, addReport, addInspect, addVerify, addExport]) add(program, interruption.signal);
  addServe(program, interruption);
  return program;
}
