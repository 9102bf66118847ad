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
  /** Kinds of commands that access lists speak of: `@read`, `@string`, … */
  readonly categories: readonly string[];
  /** First key, last key (negative: from the end) and step, as COMMAND tells them. */
  readonly keys: readonly [number, number, number];
  /** Takes about as long whatever its arguments are. */
  readonly short: boolean;
  /** Runs at once even between MULTI and EXEC. */
  readonly immediate?: boolean;
  /** Not among those that COMMAND and INFO tell of. */
  readonly unlisted?: boolean;
  /** Positions of the keys where `keys` does not tell them; null when the arguments are wrong. */
  readonly keysOf?: (request: Request) => number[] | null;
  run(session: Session, request: Request, reply: Reply): void;
}

export const SYNTAX = 'ERR syntax error';
export const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
export const NO_KEYS = [0, 0, 0] as const;
export const ONE_KEY = [1, 1, 1] as const;
export const ALL_KEYS = [1, -1, 1] as const;

/** In the order in which Redis tells them. */
export const CATEGORIES = [
  'keyspace', 'read', 'write', 'set', 'sortedset', 'list', 'hash', 'string', 'bitmap', 'hyperloglog', 'geo', 'stream', 'pubsub', 'admin', 'fast',
  'slow', 'blocking', 'dangerous', 'connection', 'transaction', 'scripting',
] as const;

/** Those that are given, and those that follow from flags. Commands of modules are in none. */
function categoriesOf(name: string, words: readonly string[]): string[] {
  if (name.startsWith('ai.')) return [];
  const implied = { read: 'readonly', write: 'write', admin: 'admin', fast: 'fast', dangerous: 'admin' };
  const given = new Set([...words, ...Object.entries(implied).flatMap(([category, flag]) => (words.includes(flag) ? [`@${category}`] : []))]);
  if (!words.includes('fast')) given.add('@slow');
  return CATEGORIES.map((category) => `@${category}`).filter((category) => given.has(category));
}

/** A command from its parts; flags and categories as one text, as Redis's own tables write them. */
export function command(
  name: string,
  arity: number,
  flags: string,
  keys: Command['keys'],
  run: Command['run'],
  more: Pick<Command, 'immediate' | 'unlisted' | 'keysOf'> = {},
): Command {
  const words = flags.split(' ').filter(Boolean);
  const list = words.filter((word) => !word.startsWith('@')) as Flag[];
  return { name, arity, flags: list, categories: categoriesOf(name, words), short: name === 'set' || name === 'ping' || (arity > 0 && list.includes('fast')), keys, run, ...more };
}

/** What is wrong with a number where Redis wants one of 32 bits; null when nothing is. @param value as `Request.long` reads it */
export function int32Problem(value: number): string | null {
  if (Number.isNaN(value)) return NOT_AN_INTEGER;
  return value < -(2 ** 31) || value >= 2 ** 31 ? `ERR value is out of range, value must between ${-(2 ** 31)} and ${2 ** 31 - 1}` : null;
}

/** Glob patterns of KEYS, SCAN and CONFIG GET: `*`, `?`, `[a-z]`, `[^x]` and a backslash. Only an empty pattern matches an empty text. */
export function globToRegExp(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at];
    if (letter === '*') source += source.endsWith('[^]*') ? '' : '[^]*';
    else if (letter === '?') source += '[^]';
    else if (letter === '[') {
      const { body, end } = classAt(pattern, at + 1);
      source += body;
      at = end;
    } else source += literal(letter === '\\' && at + 1 < pattern.length ? pattern[++at] : letter);
  }
  return new RegExp(`^${pattern === '' ? '' : '(?!$)'}${source}$`);
}

/** The letters in brackets; the first closing bracket ends them, and so does the end of the pattern. */
function classAt(pattern: string, at: number): { body: string; end: number } {
  const negative = pattern[at] === '^';
  if (negative) at++;
  let body = '';
  for (; at < pattern.length && pattern[at] !== ']'; at++) {
    if (pattern[at] === '\\' && at + 1 < pattern.length) body += literal(pattern[++at]);
    else if (pattern[at + 1] === '-' && at + 2 < pattern.length) {
      const [low, high] = [pattern[at], pattern[at + 2]].sort();
      body += `${literal(low)}-${literal(high)}`;
      at += 2;
    } else body += literal(pattern[at]);
  }
  return { body: `[${negative ? '^' : ''}${body}]`, end: at };
}

/** A letter that means itself, in brackets and outside. */
function literal(letter: string): string {
  return `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
