import type { Command } from 'commander';
import { integer } from './options.js';
import { print } from './terminal.js';

export function addInspect(program: Command): void {
  program
    .command('inspect')
    .description('show a data set (schema, shards, source, first rows), a result or a sweep')
    .argument('<path>', 'folder of a data set, a result or a sweep, or one Arrow file')
    .option('--rows <N>', 'rows to show, at most 1000', integer(0, 1000), 3)
    .addHelpText('after', '\nExamples:\n  inferplay inspect data/fraud\n  inferplay inspect data/fraud --rows 10')
    .action(async (path: string, { rows }: { rows: number }) => {
      const { inspect } = await import('../report/inspect.js');
      print(await inspect(path, { rows }));
    });
}
