import type { Command } from 'commander';
import { grouped } from '../core/quantity.js';
import { progressLine } from './progress.js';
import { print } from './terminal.js';

export function addExport(program: Command, signal: AbortSignal): void {
  program
    .command('export')
    .description("write a data set in another tool's format")
    .addHelpText('after', '\nExample:\n  inferplay export aibench data/fraud --out fraud.dat')
    .command('aibench')
    .description("aibench's rows of 1152 bytes: id, 30 floats, 256 floats")
    .argument('<dataset>', 'folder of a fraud data set with 256 reference values')
    .requiredOption('--out <FILE>', 'file to write')
    .addHelpText('after', '\nExample:\n  inferplay export aibench data/fraud --out fraud.dat')
    .action(async (path: string, { out }: { out: string }) => {
      const { openDataset } = await import('../core/dataset.js');
      const { exportAibench } = await import('../generate/aibench.js');
      const dataset = await openDataset(path);
      const line = progressLine('exporting');
      await exportAibench(dataset, out, { signal, onProgress: line.update }).finally(line.end);
      print(`${out}: ${grouped(dataset.rows)} rows of 1152 bytes`);
    });
}
