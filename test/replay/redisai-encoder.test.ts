import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Batch } from '../../core/dataset.js';
import { COMMANDS, commandsOf, createRequestEncoder, type CommandName, type RequestForm } from '../../replay/redisai-encoder.js';
import { decodeReply, scanReply } from '../../wire/resp.js';

const transaction = { name: 'transaction', dtype: 'float32', shape: [2], nullable: false } as const;
const reference = { name: 'reference', dtype: 'float32', shape: [3], nullable: false } as const;

function form(command: CommandName, stored: boolean, serverTimeoutMs = 0): RequestForm {
  return { command, model: 'net', inputs: [{ column: transaction, stored: false }, ...(stored ? [{ column: reference, stored: true }] : [])], serverTimeoutMs, expects: true };
}

function batchOf(ids: number[]): Batch {
  const data = new Uint8Array(new Float32Array(ids.flatMap((id) => [id, -id])).buffer);
  return { firstRow: 0, rows: ids.length, ids: new Float64Array(ids), bytes: () => data, text: () => null, isNull: () => false };
}

/** The commands of a frame, as words; blobs as their first float. */
function words(requestForm: RequestForm, id: number): string[] {
  const encoder = createRequestEncoder(requestForm);
  const into = Buffer.alloc(encoder.frameBytesMax + 7);
  const end = encoder.encode(batchOf([5, id]), 1, into, 7);
  assert.ok(end - 7 <= encoder.frameBytesMax);
  const commands: string[] = [];
  let at = 7;
  while (at < end) {
    const args = decodeReply(into, at) as Buffer[];
    commands.push(args.map((arg, index) => (String(args[index - 1]) === 'BLOB' ? `<${arg.readFloatLE(0)}>` : arg.toString())).join(' '));
    at = scanReply(into, at, end);
    assert.ok(at > 0, 'the frame is whole commands');
  }
  assert.equal(commands.length, encoder.replies);
  return commands;
}

const SET = 'AI.TENSORSET transactionTensor:{42} FLOAT 1 2 BLOB <42>';
const GET = 'AI.TENSORGET classificationTensor:{42} BLOB';

test('each form is the command that the server expects', () => {
  assert.deepEqual(words(form('dagrun', true), 42), [`AI.DAGRUN LOAD 1 referenceTensor:{42} |> ${SET} |> AI.MODELRUN net INPUTS transactionTensor:{42} referenceTensor:{42} OUTPUTS classificationTensor:{42} |> ${GET}`]);
  assert.deepEqual(words(form('dagrun', false), 42), [`AI.DAGRUN |> ${SET} |> AI.MODELRUN net INPUTS transactionTensor:{42} OUTPUTS classificationTensor:{42} |> ${GET}`]);
  assert.deepEqual(words(form('dagexecute_ro', true), 42), [`AI.DAGEXECUTE_RO LOAD 1 referenceTensor:{42} |> ${SET} |> AI.MODELEXECUTE net INPUTS 2 transactionTensor:{42} referenceTensor:{42} OUTPUTS 1 classificationTensor:{42} |> ${GET}`]);
  assert.deepEqual(words(form('dagexecute', false), 42), [`AI.DAGEXECUTE ROUTING classificationTensor:{42} |> ${SET} |> AI.MODELEXECUTE net INPUTS 1 transactionTensor:{42} OUTPUTS 1 classificationTensor:{42} |> ${GET}`]);
  assert.deepEqual(words(form('modelexecute', true, 50), 42), [SET, 'AI.MODELEXECUTE net INPUTS 2 transactionTensor:{42} referenceTensor:{42} OUTPUTS 1 classificationTensor:{42} TIMEOUT 50', GET]);
  assert.match(words(form('dagrun_ro', true, 50), 42)[0], /^AI\.DAGRUN_RO LOAD 1 referenceTensor:\{42\} TIMEOUT 50 \|> /);
});

test('ids of any length are written in full', () => {
  fc.assert(fc.property(fc.constantFrom(...COMMANDS), fc.maxSafeNat(), (command, id) => {
    assert.ok(words(form(command, true), id).join(' ').includes(`referenceTensor:{${id}}`));
  }));
});

test('a type that RedisAI has not is refused', () => {
  const half = { ...transaction, dtype: 'float16' } as const;
  assert.throws(() => commandsOf({ ...form('dagrun', false), inputs: [{ column: half, stored: false }] }), { code: 'DATA' });
});
