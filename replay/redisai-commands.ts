/** The forms of one inference in RedisAI's commands, those that aibench sends among them. */
import { sentDtype } from '../core/conversion.js';
import { InferplayError } from '../core/errors.js';
import type { Column } from '../core/manifest.js';
import { DTYPES } from '../core/tensor.js';

export const COMMANDS = ['dagrun', 'dagrun_ro', 'dagexecute', 'dagexecute_ro', 'modelrun', 'modelexecute'] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface RequestForm {
  readonly command: CommandName;
  readonly model: string;
  /** The model's inputs in its order: columns that are sent along, and those that the store holds (under `{column}Tensor:{id}`). */
  readonly inputs: readonly { readonly column: Column; readonly stored: boolean }[];
  /** What keys end in: the id of the request's first row, or w and the number of the connection, as aibench's workers do. */
  readonly keys: 'row' | 'worker';
  /** The answer of a DAG is kept in the store too. */
  readonly persist: boolean;
  /** Rows that the model's graph insists on; null where it takes any number. */
  readonly fixedRows: number | null;
  /** RedisAI's own TIMEOUT; 0 for none. */
  readonly serverTimeoutMs: number;
  readonly expects: boolean;
}

/** An argument of a command: text that is the same for every request, a key that ends in its own way, or a tensor's bytes. */
export type Arg = string | { readonly key: string } | { readonly blob: Column };

const OUTPUT: Arg = { key: 'classificationTensor' };

const tensorKey = (column: Column): Arg => ({ key: `${column.name}Tensor` });

/** A DAG keeps its tensors to itself unless it is told to persist them; a pipeline of commands leaves each under its key. */
export function isDag(command: CommandName): boolean {
  return command.startsWith('dag');
}

/**
 * The commands of one inference; a DAG is one, a pipeline three or more.
 * @param rows in each tensor that is sent
 * @throws InferplayError DATA for a type that RedisAI has not
 */
export function commandsOf(form: RequestForm, rows: number): Arg[][] {
  const { command, model, inputs, persist, serverTimeoutMs } = form;
  const sent = inputs.filter(({ stored }) => !stored).map(({ column }) => column);
  const loaded = inputs.filter(({ stored }) => stored).map(({ column }) => tensorKey(column));
  const keys = inputs.map(({ column }) => tensorKey(column));
  const timeout = serverTimeoutMs > 0 ? ['TIMEOUT', String(serverTimeoutMs)] : [];
  const sets = sent.map((column): Arg[] => ['AI.TENSORSET', tensorKey(column), redisDtype(column), String(rows), ...column.shape!.map(String), 'BLOB', { blob: column }]);
  const get: Arg[] = ['AI.TENSORGET', OUTPUT, 'BLOB'];
  const counted: Arg[] = ['AI.MODELEXECUTE', model, 'INPUTS', String(keys.length), ...keys, 'OUTPUTS', '1', OUTPUT];
  const uncounted: Arg[] = ['INPUTS', ...keys, 'OUTPUTS', OUTPUT];
  if (command === 'modelexecute') return [...sets, [...counted, ...timeout], get];
  if (command === 'modelrun') return [...sets, ['AI.MODELRUN', model, ...timeout, ...uncounted], get];

  const deprecated = command.startsWith('dagrun');
  const load: Arg[] = loaded.length > 0 ? ['LOAD', String(loaded.length), ...loaded] : [];
  const keep: Arg[] = persist ? ['PERSIST', '1', OUTPUT] : [];
  // DAGEXECUTE needs at least one of LOAD, PERSIST and ROUTING; DAGRUN knows no ROUTING.
  const routing: Arg[] = !deprecated && loaded.length === 0 && !persist ? ['ROUTING', OUTPUT] : [];
  const run: Arg[] = deprecated ? ['AI.MODELRUN', model, ...uncounted] : counted;
  const operations = [...sets, run, get].flatMap((operation): Arg[] => ['|>', ...operation]);
  return [[`AI.${command.toUpperCase()}`, ...load, ...keep, ...routing, ...timeout, ...operations]];
}

function redisDtype(column: Column): string {
  const dtype = sentDtype(column);
  const name = dtype === 'uint64' || dtype === 'utf8' ? null : DTYPES[dtype].redisai;
  if (name === null) throw new InferplayError('DATA', `RedisAI has no tensors of type ${dtype}, which the column "${column.name}" has; generate the data set with another type.`);
  return name;
}
