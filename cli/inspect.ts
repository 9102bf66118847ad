import type { Command } from 'commander';
import { counted } from '../core/quantity.js';
import type { ContactSheet } from '../report/contact-sheet.js';
import { integer } from './options.js';
import { dim, print } from './terminal.js';

const EXAMPLES = `
Examples:
  inferplay inspect data/fraud
  inferplay inspect data/fraud --rows 10
  inferplay inspect data/vision --contact-sheet sheet.png`;

interface Given {
  rows?: number;
  contactSheet?: string;
}

export function addInspect(program: Command): void {
  program
    .command('inspect')
    .description('show a data set (schema, shards, source, first rows), a result or a sweep')
    .argument('<path>', 'folder of a data set, a result or a sweep, or one Arrow file')
    .option('--rows <N>', 'rows to show, at most 1000 (default: 3, and 48 pictures on a contact sheet)', integer(0, 1000))
    .option('--contact-sheet <FILE>', 'write a PNG of what the tensors look like, rows spread evenly over the data set, and print a list of them in place of the description')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, { rows, contactSheet: out }: Given) => {
      if (out !== undefined) {
        const { contactSheet } = await import('../report/contact-sheet.js');
        return print(legend(await contactSheet(path, out, { rows })));
      }
      const { inspect } = await import('../report/inspect.js');
      print(await inspect(path, { rows }));
    });
}

/** Which picture is which, line by line as on the sheet. */
function legend({ path, width, height, columns, pictures }: ContactSheet): string {
  const lines: string[] = [];
  for (let from = 0; from < pictures.length; from += columns) {
    const line = pictures.slice(from, from + columns).map(({ row, texts, answer }) => `row ${row}${texts.length > 0 ? ` ${texts.join(', ')}` : ''}${answer === null ? '' : `; the model says ${answer}`}`);
    lines.push(dim(`  line ${from / columns + 1}: ${line.join(' | ')}`));
  }
  return [`${path}: ${counted(pictures.length, 'picture')}, ${width} × ${height} pixels`, ...lines].join('\n');
}
