import type { Command } from 'commander';
import { InferplayError } from '../core/errors.js';
import { progressLine } from './progress.js';
import { bytes, print, red } from './terminal.js';

export function addVerify(program: Command, signal: AbortSignal): void {
  program
    .command('verify')
    .description('check every checksum of a data set, a result or a sweep')
    .argument('<path>', 'folder of a data set, a result or a sweep')
    .addHelpText('after', '\nExample:\n  inferplay verify data/fraud')
    .action(async (path: string) => {
      const { verify } = await import('../report/verify.js');
      const line = progressLine('verifying');
      const found = await verify(path, { signal, onProgress: line.update }).finally(line.end);
      for (const { file, problem } of found.problems) print(`${red('bad')}  ${file}: ${problem}`);
      if (!found.ok) throw new InferplayError('DATA', `${path}: ${found.problems.length} of ${found.checked + found.undone} checks failed${found.undone === 0 ? '' : `, ${found.undone} more could not be made`}; copy it again from where it is whole, else make it anew: a data set with generate --overwrite, a result with replay.`);
      print(`${path}: all ${found.checked} checks passed, ${bytes(found.bytes)} read`);
    });
}
