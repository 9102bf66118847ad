/** Option tables (core/options.ts) as commander options, and checked numbers for the options of the commands themselves. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../core/duration.js';
import { kebab, type OptionSpec, type OptionTable } from '../core/options.js';

const PLACEHOLDERS: { readonly [kind: string]: string } = { path: 'FILE', string: 'TEXT', integer: 'N', number: 'X', choice: 'NAME' };

/** Adds every option of a table to a command; values stay text and are checked by `parseOptions`, once, for CLI and library alike. */
export function addTable(command: Command, table: OptionTable): void {
  for (const [name, spec] of Object.entries(table)) command.addOption(toOption(name, spec));
}

function toOption(name: string, spec: OptionSpec): Option {
  if (spec.kind === 'boolean') return new Option(spec.default ? `--no-${kebab(name)}` : `--${kebab(name)}`, spec.help);
  const option = new Option(`--${kebab(name)} <${spec.placeholder ?? PLACEHOLDERS[spec.kind]}>`, spec.help + defaultText(spec.default));
  return spec.kind === 'choice' ? option.choices([...spec.choices]) : option;
}

/** The default is told in the help but left to `parseOptions`, so that it stands in one place. */
function defaultText(value: string | number | undefined): string {
  return value === undefined ? '' : ` (default: ${value})`;
}

/** The values of a table's options that the user gave. */
export function tableValues(table: OptionTable, given: { readonly [name: string]: unknown }): { [name: string]: unknown } {
  return Object.fromEntries(Object.keys(table).filter((name) => given[name] !== undefined).map((name) => [name, given[name]]));
}

export function integer(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number, at least ${min}${max === Number.MAX_SAFE_INTEGER && !(value > max) ? '' : ` and at most ${max}`}.`);
    }
    return value;
  };
}

export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** Milliseconds. */
export function duration(text: string): number {
  try {
    return parseDuration(text, 'It');
  } catch {
    throw new InvalidArgumentError('Write a duration as 30s, 500ms, 2m or 1h.');
  }
}
