/** What the terminal can do, and how errors and notes look in it. Results go to stdout, everything else to stderr. */
import { stderr, stdout } from 'node:process';
import type { WriteStream } from 'node:tty';

/** NO_COLOR and FORCE_COLOR are honoured (no-color.org). */
export function hasColor(stream: WriteStream = stdout): boolean {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR && process.env.FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && process.env.TERM !== 'dumb';
}

/** Of the terminal, within what reads well; where there is none, of COLUMNS, which somebody has set on purpose. */
export function widthOf(stream: WriteStream = stdout): number {
  const asked = Number(process.env.COLUMNS);
  if (stream.columns === undefined && Number.isSafeInteger(asked) && asked > 0) return Math.min(Math.max(asked, 60), 1000);
  return Math.min(Math.max(stream.columns ?? 100, 60), 120);
}

export function print(text: string): void {
  stdout.write(text.endsWith('\n') ? text : text + '\n');
}

export function note(text: string): void {
  stderr.write(text + '\n');
}

const paint = (code: string) => (text: string, stream: WriteStream = stdout) => (hasColor(stream) ? `\x1b[${code}m${text}\x1b[0m` : text);

export const bold = paint('1');
export const dim = paint('2');
export const red = paint('31');
export const green = paint('32');
export const cyan = paint('36');

/** `1.3 MB`, in powers of ten. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 99.5 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

/**
 * A command line of ours, as the user can paste it: with `npx` where inferplay was started by npm and is not on the PATH,
 * and with quotes where the shell would take an argument apart.
 */
export function commandLine(...args: string[]): string {
  const name = ['start', 'exec', 'run', 'run-script'].includes(process.env.npm_command ?? '') ? ['npx', 'inferplay'] : ['inferplay'];
  return [...name, ...args.map((arg) => (/^[\w./:@%+,=-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`))].join(' ');
}
