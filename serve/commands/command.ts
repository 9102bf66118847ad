/** What a command is. One file per family; `index.ts` collects them. */
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';

export type Flag =
  | 'write' | 'readonly' | 'denyoom' | 'admin' | 'pubsub' | 'noscript' | 'random' | 'sort_for_script' | 'loading' | 'stale'
  | 'skip_monitor' | 'skip_slowlog' | 'fast' | 'no_auth' | 'movablekeys' | 'asking';

export interface Command {
  /** In lower case. */
  readonly name: string;
  /** Arguments with the name: exactly so many, or at least so many when negative. */
  readonly arity: number;
  readonly flags: readonly Flag[];
  /** First key, last key (negative: from the end) and step, as COMMAND tells them. */
  readonly keys: readonly [number, number, number];
  /** Takes about as long whatever its arguments are. */
  readonly short: boolean;
  /** Runs at once even between MULTI and EXEC. */
  readonly immediate?: boolean;
  /** Positions of the keys where `keys` does not tell them; null when the arguments are wrong. */
  readonly keysOf?: (request: Request) => number[] | null;
  run(session: Session, request: Request, reply: Reply): void;
}

export const SYNTAX = 'ERR syntax error';
export const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
export const NO_KEYS = [0, 0, 0] as const;
export const ONE_KEY = [1, 1, 1] as const;
export const ALL_KEYS = [1, -1, 1] as const;

/** A command from its parts; flags as one text, as Redis's own tables write them. */
export function command(
  name: string,
  arity: number,
  flags: string,
  keys: Command['keys'],
  run: Command['run'],
  more: Pick<Command, 'immediate' | 'keysOf'> = {},
): Command {
  const list = flags.split(' ').filter(Boolean) as Flag[];
  return { name, arity, flags: list, short: name === 'set' || name === 'ping' || (arity > 0 && list.includes('fast')), keys, run, ...more };
}

/** Glob patterns of KEYS, SCAN and CONFIG GET: `*`, `?`, `[a-z]`, `[^x]` and a backslash. */
export function globToRegExp(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at];
    if (letter === '*') source += source.endsWith('[^]*') ? '' : '[^]*';
    else if (letter === '?') source += '[^]';
    else if (letter === '\\' && at + 1 < pattern.length) source += escape(pattern[++at]);
    else if (letter === '[') {
      const close = pattern.indexOf(']', at + 2);
      const stop = close < 0 ? pattern.length : close;
      const negative = pattern[at + 1] === '^';
      const body = pattern.slice(at + (negative ? 2 : 1), stop).replace(/[\\\]^[]/g, '\\$&').replace(/(.)-(.)/g, (whole, a, b) => (a > b ? `${b}-${a}` : whole));
      source += body === '' ? (negative ? '[^]' : '[]') : `[${negative ? '^' : ''}${body}]`;
      at = stop;
    } else source += escape(letter);
  }
  return new RegExp(`^${source}$`);
}

function escape(letter: string): string {
  return letter.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}
