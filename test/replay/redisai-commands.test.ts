import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS, commandsOf, isDag, type Arg, type CommandName, type RequestForm } from '../../replay/redisai-commands.js';

const image = { name: 'image', dtype: 'uint8', shape: [2, 3], nullable: false, sent: { dtype: 'float32', axis: 1, multiply: [1, 1, 1], add: [0, 0, 0] } } as const;
const reference = { name: 'reference', dtype: 'float32', shape: [3], nullable: false } as const;

function form(command: CommandName, { loads = false, persist = false, serverTimeoutMs = 0 } = {}): RequestForm {
  const inputs = [{ column: image, stored: false }, ...(loads ? [{ column: reference, stored: true }] : [])];
  return { command, model: 'net', inputs, keys: 'row', persist, fixedRows: null, serverTimeoutMs, expects: true };
}

const words = (commands: readonly (readonly Arg[])[]): string[] => commands.map((args) => args.map((arg) => (typeof arg === 'string' ? arg : 'key' in arg ? `${arg.key}*` : `<${arg.blob.name}>`)).join(' '));
const lay = (command: CommandName, options = {}): string[] => words(commandsOf(form(command, options), 8));

const SET = 'AI.TENSORSET imageTensor* FLOAT 8 2 3 BLOB <image>';
const GET = 'AI.TENSORGET classificationTensor* BLOB';

test('each form is the commands that the server expects, with the type that is sent and the rows of the batch', () => {
  assert.deepEqual(lay('dagrun'), [`AI.DAGRUN |> ${SET} |> AI.MODELRUN net INPUTS imageTensor* OUTPUTS classificationTensor* |> ${GET}`]);
  assert.deepEqual(lay('dagrun', { persist: true }), [`AI.DAGRUN PERSIST 1 classificationTensor* |> ${SET} |> AI.MODELRUN net INPUTS imageTensor* OUTPUTS classificationTensor* |> ${GET}`]);
  assert.deepEqual(lay('dagexecute'), [`AI.DAGEXECUTE ROUTING classificationTensor* |> ${SET} |> AI.MODELEXECUTE net INPUTS 1 imageTensor* OUTPUTS 1 classificationTensor* |> ${GET}`]);
  assert.deepEqual(lay('dagexecute', { persist: true, serverTimeoutMs: 9 })[0].split(' |>')[0], 'AI.DAGEXECUTE PERSIST 1 classificationTensor* TIMEOUT 9');
  assert.deepEqual(lay('dagexecute_ro', { loads: true })[0].split(' |>')[0], 'AI.DAGEXECUTE_RO LOAD 1 referenceTensor*');
  assert.deepEqual(lay('modelrun', { serverTimeoutMs: 9 }), [SET, 'AI.MODELRUN net TIMEOUT 9 INPUTS imageTensor* OUTPUTS classificationTensor*', GET]);
  assert.deepEqual(lay('modelexecute', { serverTimeoutMs: 9 }), [SET, 'AI.MODELEXECUTE net INPUTS 1 imageTensor* OUTPUTS 1 classificationTensor* TIMEOUT 9', GET]);
});

test('a DAG keeps its tensors to itself, a pipeline does not', () => {
  assert.deepEqual(COMMANDS.filter(isDag), ['dagrun', 'dagrun_ro', 'dagexecute', 'dagexecute_ro']);
});

test('a type that RedisAI has not is refused', () => {
  const half = { ...reference, dtype: 'float16' } as const;
  assert.throws(() => commandsOf({ ...form('dagrun'), inputs: [{ column: half, stored: false }] }, 1), { code: 'DATA' });
});
