/** What a request to RedisAI consists of: the target's options, held against the data set. */
import type { Dataset } from '../core/dataset.js';
import { InferplayError } from '../core/errors.js';
import { chosenModel, fixedRowsOf, type Column, type ModelEntry } from '../core/manifest.js';
import type { OptionTable, OptionValues } from '../core/options.js';
import { TLS_OPTIONS } from '../wire/redis-tls.js';
import { COMMANDS, isDag, type CommandName, type RequestForm } from './redisai-commands.js';

export const REDISAI_OPTIONS = {
  model: { kind: 'string', help: 'key of the model; default: the one whose answers the data set has, or its only one' },
  command: { kind: 'choice', choices: COMMANDS, default: 'dagrun', help: 'form of the request; dagrun is what aibench sends' },
  keys: { kind: 'choice', choices: ['auto', 'row', 'worker'], default: 'auto', help: 'keys of tensors end in the id of the row, or in w and the number of the connection; auto: worker where the form leaves tensors in the store' },
  persist: { kind: 'boolean', default: false, help: 'a DAG keeps its answer in the store: PERSIST 1 classificationTensor' },
  reference: { kind: 'choice', choices: ['auto', 'on', 'off'], default: 'auto', help: 'LOAD referenceTensor:{id} from the store; auto: if the model has that input' },
  inputs: { kind: 'string', help: 'columns of the data set that are the model\'s inputs, in its order, separated by commas; default: as the data set says' },
  serverTimeoutMs: { kind: 'integer', default: 0, min: 0, max: 86_400_000, help: "RedisAI's own TIMEOUT of a request; 0 for none" },
  protocol: { kind: 'choice', choices: ['2', '3'], default: '2', help: 'version of RESP; 3 begins with HELLO 3' },
  ...TLS_OPTIONS,
} as const satisfies OptionTable;

export type RedisAiOptions = OptionValues<typeof REDISAI_OPTIONS>;

/** The column whose tensor the store holds instead of the request. */
const REFERENCE = 'reference';

type Known = Pick<Dataset, 'columns' | 'manifest'>;

/** @throws InferplayError DATA when the data set lacks what the request needs, USAGE when it does not say what that is, or options contradict */
export function formOf({ columns, manifest }: Known, options: RedisAiOptions): RequestForm {
  const models = manifest?.models ?? [];
  const name = options.model ?? chosenOf(models, options).name;
  const model = models.find((entry) => entry.name === name);
  const names = (options.inputs?.split(',') ?? model?.inputs ?? defaultInputs(columns)).filter((input) => input !== REFERENCE || options.reference !== 'off');
  if (options.reference === 'on' && !names.includes(REFERENCE)) names.push(REFERENCE);
  const inputs = names.map((input) => {
    const column = columns.find((one) => one.name === input && one.shape !== null);
    // A reference that is in the store need not be in the data set.
    if (!column && input === REFERENCE) return { column: { name: REFERENCE, dtype: 'float32', shape: [], nullable: false } as const, stored: true };
    if (!column) throw new InferplayError('DATA', `The data set has no tensor column "${input}", which ${options.inputs?.split(',').includes(input) ? "inputs in the target's URL names" : `the model ${name} takes`}; it has ${tensorNames(columns)}.`);
    return { column, stored: input === REFERENCE };
  });
  if (inputs.length === 0) throw new InferplayError('DATA', `The data set has no tensor column that could be sent to the model ${name}.`);
  const command = options.command as CommandName;
  return {
    command,
    model: name,
    inputs,
    keys: keysOf(command, inputs, options),
    persist: persistOf(command, options),
    fixedRows: model ? fixedRowsOf(model, inputs.filter(({ stored }) => !stored).map(({ column }) => column)) : null,
    serverTimeoutMs: options.serverTimeoutMs,
    expects: model?.expected ?? models.length === 0,
  };
}

/** The one that is meant where the URL names none. */
function chosenOf(models: readonly ModelEntry[], { reference }: RedisAiOptions): ModelEntry {
  const possible = reference === 'off' ? models.filter(({ inputs }) => !inputs.includes(REFERENCE)) : models;
  const chosen = chosenModel(possible);
  if (chosen) return chosen;
  const named = (possible.length > 0 ? possible : models).map(({ name }) => name).join(', ');
  if (possible.length > 0) throw new InferplayError('USAGE', `The data set does not say which of its models is asked: name one in the target's URL with ?model=NAME; it has ${named}.`);
  if (models.length > 0) throw new InferplayError('USAGE', `reference=off needs a model that does without the reference, and the data set has only ${named}: leave reference out, or name another model that the server holds with ?model=NAME.`);
  throw new InferplayError('USAGE', "The data set has no model: name one that the server holds in the target's URL with ?model=NAME.");
}

/** Of a data set that is not ours: every tensor column but the answers, in order. */
function defaultInputs(columns: readonly Column[]): string[] {
  return columns.filter(({ name, shape }) => shape !== null && name !== 'expected').map(({ name }) => name);
}

function tensorNames(columns: readonly Column[]): string {
  return columns.filter(({ shape }) => shape !== null).map(({ name }) => name).join(', ') || 'none';
}

/**
 * Keys of rows pile up where tensors stay in the store: as many as the data set has rows, and an image is large. So forms that leave
 * tensors there use a few keys of the connection again and again, as aibench does. Frames can only be framed so where one tensor is sent;
 * what the store was loaded with has keys of rows.
 */
function keysOf(command: CommandName, inputs: RequestForm['inputs'], { keys, persist }: RedisAiOptions): RequestForm['keys'] {
  const possible = inputs.length === 1 && !inputs[0].stored;
  if (keys === 'worker' && !possible) {
    throw new InferplayError('USAGE', `keys=worker needs requests that send exactly one tensor and load none from the store, and the inputs here are ${inputs.map(({ column, stored }) => `${column.name} (${stored ? 'loaded' : 'sent'})`).join(', ')}: leave keys out, or use keys=row.`);
  }
  if (keys === 'auto') return possible && (persist || !isDag(command)) ? 'worker' : 'row';
  return keys as RequestForm['keys'];
}

function persistOf(command: CommandName, { persist }: RedisAiOptions): boolean {
  if (persist && command.endsWith('_ro')) throw new InferplayError('USAGE', `command=${command} only reads, so that it can persist nothing: use command=${command.slice(0, -3)}, or leave persist out.`);
  if (persist && !isDag(command)) throw new InferplayError('USAGE', `command=${command} leaves its tensors in the store in any case; persist is for dagrun and dagexecute: leave it out.`);
  return persist;
}
