#!/usr/bin/env node
/** The command's entry: the only place that exits. */
import { CommanderError } from 'commander';
import { EXIT_CODES, InferplayError, messageOf } from '../core/errors.js';
import { interruption } from './interrupt.js';
import { createProgram } from './program.js';
import { note, red } from './terminal.js';

const EXIT_BUG = 1;

async function main(argv: readonly string[]): Promise<number> {
  const interruptible = interruption();
  try {
    await createProgram(interruptible).parseAsync([...argv]);
    return interruptible.interrupted() ? EXIT_CODES.INTERRUPTED : 0;
  } catch (error) {
    return report(error);
  } finally {
    interruptible.dispose();
  }
}

function report(error: unknown): number {
  // commander has printed its own sentence already; --help and --version end here with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.USAGE;
  if (error instanceof InferplayError) {
    note(`${red('error:', process.stderr)} ${messageOf(error)}`);
    return EXIT_CODES[error.code];
  }
  note(`${red('internal error:', process.stderr)} ${messageOf(error)}`);
  note('This is a mistake in inferplay. Please report it with the lines below.');
  note(error instanceof Error ? (error.stack ?? '') : '');
  return EXIT_BUG;
}

// A reader that went away (`inferplay … | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : EXIT_BUG));

process.exit(await main(process.argv));
