import type { Command } from 'commander';
import { Option } from 'commander';
import { hasColor, print, widthOf } from './terminal.js';

export function addReport(program: Command): void {
  program
    .command('report')
    .description('print the summary of a result again')
    .argument('<result>', 'result folder that replay left')
    .addOption(new Option('--format <NAME>', 'what to print').choices(['text', 'json', 'csv']).default('text'))
    .addHelpText('after', '\nExample:\n  inferplay report results/latest --format json')
    .action(async (folder: string, { format }: { format: 'text' | 'json' | 'csv' }) => {
      const { report } = await import('../report/report.js');
      print(await report(folder, { format, color: hasColor(), width: widthOf() }));
    });
}
