/**
 * Option tables. A use case, a sink or a target declares its options once; the command line, the defaults, the help,
 * the URL parameters and the manifest all come from that table.
 */
import { InferplayError } from './errors.js';

interface Common {
  /** One line for the help. */
  readonly help: string;
  /** What stands for the value in the help, where its kind does not say enough. */
  readonly placeholder?: string;
}

export type OptionSpec = Common &
  (
    | { readonly kind: 'string' | 'path'; readonly default?: string }
    | { readonly kind: 'integer' | 'number'; readonly default?: number; readonly min?: number; readonly max?: number }
    | { readonly kind: 'boolean'; readonly default: boolean }
    | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default?: string }
  );

/** Keys are camelCase names; `--kebab-case` on the command line, kebab-case or camelCase in URLs. */
export type OptionTable = { readonly [name: string]: OptionSpec };

type Value<S extends OptionSpec> = S extends { kind: 'boolean' }
  ? boolean
  : S extends { kind: 'integer' | 'number' }
    ? S extends { default: number } ? number : number | undefined
    : S extends { default: string } ? string : string | undefined;

export type OptionValues<T extends OptionTable> = { -readonly [K in keyof T]: Value<T[K]> };

export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase());
}

export function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Values for every option of the table: given ones checked and converted, others by default.
 * @param raw texts (from a command line or a URL) or typed values (from the library API), by camelCase or kebab-case name
 * @param where names the place for the messages, for example `target redisai`
 * @throws InferplayError USAGE for an unknown name or a value out of range
 */
export function parseOptions<T extends OptionTable>(table: T, raw: { readonly [name: string]: unknown }, where: string): OptionValues<T> {
  const values: { [name: string]: unknown } = {};
  for (const [name, spec] of Object.entries(table)) values[name] = spec.default;
  for (const [given, value] of Object.entries(raw)) {
    const name = camel(given);
    if (value === undefined) continue;
    if (!Object.hasOwn(table, name)) {
      const known = Object.keys(table).map(kebab).join(', ') || 'none';
      throw new InferplayError('USAGE', `${where} does not know the option "${given}"; it knows: ${known}.`);
    }
    values[name] = convert(table[name], value, `${where}, option ${kebab(name)}`);
  }
  return values as OptionValues<T>;
}

function convert(spec: OptionSpec, value: unknown, where: string): unknown {
  switch (spec.kind) {
    case 'boolean':
      if (value === true || value === 'true' || value === '1' || value === '') return true;
      if (value === false || value === 'false' || value === '0') return false;
      throw new InferplayError('USAGE', `${where}: "${String(value)}" is not true or false.`);
    case 'choice':
      if (spec.choices.includes(String(value))) return String(value);
      throw new InferplayError('USAGE', `${where}: "${String(value)}" is not one of ${spec.choices.join(', ')}.`);
    case 'integer':
    case 'number':
      return toNumber(spec, value, where);
    default:
      return String(value);
  }
}

function toNumber(spec: { kind: string; min?: number; max?: number }, value: unknown, where: string): number {
  const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
  const whole = spec.kind === 'integer';
  if (!Number.isFinite(number) || (whole && !Number.isSafeInteger(number))) {
    throw new InferplayError('USAGE', `${where}: "${String(value)}" is not a ${whole ? 'whole ' : ''}number.`);
  }
  const { min = -Infinity, max = Infinity } = spec;
  if (number < min || number > max) {
    throw new InferplayError('USAGE', `${where}: ${number} is out of range; it must be ${min === -Infinity ? '' : `at least ${min}`}${min > -Infinity && max < Infinity ? ' and ' : ''}${max === Infinity ? '' : `at most ${max}`}.`);
  }
  return number;
}
