import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Column } from '../../core/manifest.js';
import { COMMANDS, type CommandName, type RequestForm } from '../../replay/redisai-commands.js';
import { createRequestEncoder } from '../../replay/redisai-encoder.js';
import type { Rows } from '../../replay/target.js';
import { decodeReply, scanReply } from '../../wire/resp.js';

const transaction = { name: 'transaction', dtype: 'float32', shape: [2], nullable: false } as const;
const reference = { name: 'reference', dtype: 'float32', shape: [3], nullable: false } as const;
const image = { name: 'image', dtype: 'uint8', shape: [3], nullable: false, sent: { dtype: 'float32', axis: 0, multiply: [1, 10, 100], add: [0, 0.5, -1] } } as const;

function form(command: CommandName, loads: boolean, changes: Partial<RequestForm> = {}): RequestForm {
  const inputs = [{ column: transaction, stored: false }, ...(loads ? [{ column: reference, stored: true }] : [])];
  return { command, model: 'net', inputs, keys: 'row', persist: false, fixedRows: null, serverTimeoutMs: 0, expects: true, ...changes };
}

const ofImages = (changes: Partial<RequestForm> = {}, ...columns: readonly Column[]): RequestForm =>
  form('dagrun', false, { inputs: [image, ...columns].map((column) => ({ column, stored: false })), ...changes });

/** Rows whose values are made from their ids. */
function rowsOf(ids: number[]): Rows {
  const floats = new Uint8Array(new Float32Array(ids.flatMap((id) => [id, -id])).buffer);
  const bytes = Uint8Array.from(ids.flatMap((id) => [id % 251, (id + 1) % 251, (id + 2) % 251]));
  return { firstRow: 0, rows: ids.length, ids: new Float64Array(ids), bytes: (name) => (name === 'transaction' ? floats : bytes), isNull: () => false };
}

/** The commands in a piece of memory, as words; blobs as their floats. */
function read(bytes: Buffer): string[] {
  const commands: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const args = decodeReply(bytes, at) as Buffer[];
    commands.push(args.map((arg, index) => (String(args[index - 1]) === 'BLOB' ? `<${[...new Float32Array(new Uint8Array(arg).buffer)]}>` : arg.toString())).join(' '));
    at = scanReply(bytes, at, bytes.length);
    assert.ok(at > 0, 'the frame is whole commands');
  }
  return commands;
}

/** A frame at a place that is a multiple of eight, as entries are. */
function frameOf(requestForm: RequestForm, ids: number[], { tensorBatch = 1, row = 0, count = tensorBatch }: { tensorBatch?: number; row?: number; count?: number } = {}): { frame: Buffer; start: number; replies: number } {
  const encoder = createRequestEncoder(requestForm, tensorBatch);
  const into = Buffer.from(new ArrayBuffer(encoder.frameBytesMax + 8));
  const rows = rowsOf(ids);
  const start = 8 + encoder.lead(rows, row, count);
  const end = encoder.encode(rows, row, count, into, start);
  assert.ok(end - 8 <= encoder.frameBytesMax, 'no frame is longer');
  return { frame: into.subarray(start, end), start, replies: encoder.replies };
}

function words(requestForm: RequestForm, id: number): string[] {
  const { frame, replies } = frameOf(requestForm, [5, id], { row: 1 });
  const commands = read(frame);
  assert.equal(commands.length, replies);
  return commands;
}

const SET = 'AI.TENSORSET transactionTensor:{42} FLOAT 1 2 BLOB <42,-42>';
const GET = 'AI.TENSORGET classificationTensor:{42} BLOB';

test('each form is the command that the server expects', () => {
  assert.deepEqual(words(form('dagrun', true), 42), [`AI.DAGRUN LOAD 1 referenceTensor:{42} |> ${SET} |> AI.MODELRUN net INPUTS transactionTensor:{42} referenceTensor:{42} OUTPUTS classificationTensor:{42} |> ${GET}`]);
  assert.deepEqual(words(form('dagrun', false), 42), [`AI.DAGRUN |> ${SET} |> AI.MODELRUN net INPUTS transactionTensor:{42} OUTPUTS classificationTensor:{42} |> ${GET}`]);
  assert.deepEqual(words(form('dagexecute_ro', true), 42), [`AI.DAGEXECUTE_RO LOAD 1 referenceTensor:{42} |> ${SET} |> AI.MODELEXECUTE net INPUTS 2 transactionTensor:{42} referenceTensor:{42} OUTPUTS 1 classificationTensor:{42} |> ${GET}`]);
  assert.deepEqual(words(form('dagexecute', false), 42), [`AI.DAGEXECUTE ROUTING classificationTensor:{42} |> ${SET} |> AI.MODELEXECUTE net INPUTS 1 transactionTensor:{42} OUTPUTS 1 classificationTensor:{42} |> ${GET}`]);
  assert.deepEqual(words(form('modelexecute', true, { serverTimeoutMs: 50 }), 42), [SET, 'AI.MODELEXECUTE net INPUTS 2 transactionTensor:{42} referenceTensor:{42} OUTPUTS 1 classificationTensor:{42} TIMEOUT 50', GET]);
  assert.match(words(form('dagrun_ro', true, { serverTimeoutMs: 50 }), 42)[0], /^AI\.DAGRUN_RO LOAD 1 referenceTensor:\{42\} TIMEOUT 50 \|> /);
});

test('ids of any length are written in full', () => {
  fc.assert(fc.property(fc.constantFrom(...COMMANDS), fc.maxSafeNat(), (command, id) => {
    assert.ok(words(form(command, true), id).join(' ').includes(`referenceTensor:{${id}}`));
  }));
});

test('stored values are sent converted, and lie where they were written in place, whatever the id', () => {
  fc.assert(fc.property(fc.maxSafeNat(), fc.constantFrom(1, 2, 3), fc.constantFrom('row' as const, 'worker' as const), (id, count, keys) => {
    const ids = [1, id, 8, 9];
    const { frame, start } = frameOf(ofImages({ keys }), ids, { tensorBatch: 3, row: 1, count });
    const expected = ids.slice(1, 1 + count).flatMap((each) => [each % 251, ((each + 1) % 251) * 10 + 0.5, ((each + 2) % 251) * 100 - 1]);
    const blob = frame.indexOf('BLOB\r\n$') + 8 + String(12 * count).length + 1;
    assert.equal((start + blob) % 8, 0, 'where two floats can be written at a time');
    assert.deepEqual([...new Float32Array(new Uint8Array(frame.subarray(blob, blob + 12 * count)).buffer)], expected);
    assert.equal(frame.toString('latin1', blob - String(12 * count).length - 3, blob), `$${12 * count}\r\n`);
  }));
});

test('of two converted tensors both are right, though only the first can be placed', () => {
  const mask = { ...image, name: 'mask' } as const;
  for (const id of [1, 22, 333, 4444]) {
    const [command] = read(frameOf(ofImages({}, mask), [id]).frame);
    const values = `<${[id % 251, ((id + 1) % 251) * 10 + 0.5, ((id + 2) % 251) * 100 - 1]}>`;
    assert.ok(command.includes(`AI.TENSORSET imageTensor:{${id}} FLOAT 1 3 BLOB ${values} |> AI.TENSORSET maskTensor:{${id}} FLOAT 1 3 BLOB ${values}`), command);
  }
});

test('a batch is one tensor under the id of its first row; a short one says how many rows it has', () => {
  const set = (row: number, count: number): string => read(frameOf(form('modelrun', false), [7, 8, 9, 10, 11], { tensorBatch: 3, row, count }).frame)[0];
  assert.equal(set(0, 3), 'AI.TENSORSET transactionTensor:{7} FLOAT 3 2 BLOB <7,-7,8,-8,9,-9>');
  assert.equal(set(3, 2), 'AI.TENSORSET transactionTensor:{10} FLOAT 2 2 BLOB <10,-10,11,-11>');
});

test('with keys of the connection a frame holds only what depends on the rows; each connection has the rest around it', () => {
  for (const [command, persist] of [['modelrun', false], ['modelexecute', false], ['dagrun', true], ['dagexecute', true]] as const) {
    const requestForm = ofImages({ command, persist, keys: 'worker' });
    const encoder = createRequestEncoder(requestForm, 2);
    for (const [count, ids] of [[2, [41, 42]], [1, [43]]] as const) {
      const { frame } = frameOf(requestForm, [...ids], { tensorBatch: 2, count });
      assert.doesNotMatch(frame.toString('latin1'), /Tensor|41|43/);
      for (const connection of [0, 9, 10, 64_999]) {
        const { head, tail } = encoder.surround!(connection);
        const commands = read(Buffer.concat([Buffer.from(head), frame, Buffer.from(tail)]));
        assert.equal(commands.length, encoder.replies);
        const whole = commands.join(' ');
        assert.ok(whole.includes(`AI.TENSORSET imageTensor:{w${connection}} FLOAT ${count} 3 BLOB <${ids.flatMap((id) => [id % 251, ((id + 1) % 251) * 10 + 0.5, ((id + 2) % 251) * 100 - 1])}>`), whole);
        assert.ok(whole.endsWith(`AI.TENSORGET classificationTensor:{w${connection}} BLOB`), whole);
        assert.equal(whole.match(/:\{[^}]*\}/g)!.every((key) => key === `:{w${connection}}`), true, whole);
      }
    }
  }
  assert.equal(createRequestEncoder(ofImages(), 1).surround, null);
});

test('what cannot be sent as a batch is refused with what to do', () => {
  const refused = (requestForm: RequestForm, tensorBatch: number, message: RegExp) => assert.throws(() => createRequestEncoder(requestForm, tensorBatch), (error: Error & { code: string }) => error.code === 'USAGE' && message.test(error.message));
  refused(form('dagrun', true), 2, /cannot load referenceTensor:\{id\}.*--tensor-batch 1/);
  refused(form('dagrun', false, { fixedRows: 1 }), 8, /The model net takes exactly 1 row a request.*and not 8: use --tensor-batch 1/);
  refused(form('dagrun', false, { fixedRows: 8 }), 1, /exactly 8 rows a request/);
  const large = { ...image, shape: [3, 224, 224], sent: { ...image.sent } } as const;
  refused(form('dagrun', false, { inputs: [{ column: large, stored: false }] }), 900, /has 541900800 bytes, and Redis takes at most 536870912/);
  createRequestEncoder(form('dagrun', false, { fixedRows: 8 }), 8);
  createRequestEncoder(form('dagrun', true), 1);
});

test('the columns that are read are those that are sent', () => {
  assert.deepEqual(createRequestEncoder(form('dagrun', true), 1).columns, ['transaction']);
});
