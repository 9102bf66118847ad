import type { Command } from 'commander';
import { Option } from 'commander';
import { hasColor, print, widthOf } from './terminal.js';

export function addReport(program: Command): void {
  program
    .command('report')
    .description('print the summary of a result, or the tables of a sweep, again')
    .argument('<result>', 'folder that replay left, of a result or of a sweep; results/latest is the one measured last')
    .addOption(new Option('--format <NAME>', 'what to print').choices(['text', 'json', 'csv', 'markdown']).default('text'))
    .addHelpText('after', '\nLines are as wide as the terminal (60 to 120 characters); where the output goes elsewhere as COLUMNS says, or 100.\n\nExamples:\n  inferplay report results/latest --format json\n  inferplay report results/sweep --format markdown')
    .action(async (folder: string, { format }: { format: string }) => {
      const { report } = await import('../report/report.js');
      print(await report(folder, { format, color: hasColor(), width: widthOf() }));
    });
}
