import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column, ModelEntry } from '../../core/manifest.js';
import { parseOptions } from '../../core/options.js';
import { formOf, REDISAI_OPTIONS } from '../../replay/redisai-form.js';
import { createTarget } from '../../replay/target-url.js';
import { fraudColumns } from '../support/datasets.js';

const model = (name: string, inputs: string[], expected: boolean, more: Partial<ModelEntry> = {}): ModelEntry => ({ name, inputs, expected, file: 'f', backend: 'ONNX', sizeBytes: 1, sha256: 'a', outputs: ['output'], ...more });
const fraud = [model('financialNet', ['transaction', 'reference'], true), model('financialNet_NoReference', ['transaction'], false)];

function made(raw: { [name: string]: string }, models: readonly ModelEntry[] | null = fraud, columns: readonly Column[] = fraudColumns) {
  return formOf({ columns, manifest: models && ({ models } as never) }, parseOptions(REDISAI_OPTIONS, raw, 'test'));
}

function form(raw: { [name: string]: string }, models: readonly ModelEntry[] | null = fraud, columns: readonly Column[] = fraudColumns) {
  const { model: name, inputs, expects } = made(raw, models, columns);
  return [name, inputs.map(({ column, stored }) => `${column.name}${stored ? ' stored' : ''}`).join(), expects];
}

test('the model and its inputs are the data set\'s, unless the URL says otherwise', () => {
  assert.deepEqual(form({}), ['financialNet', 'transaction,reference stored', true]);
  assert.deepEqual(form({ reference: 'off' }), ['financialNet_NoReference', 'transaction', false]);
  assert.deepEqual(form({ model: 'financialNet_NoReference' }), ['financialNet_NoReference', 'transaction', false]);
  assert.deepEqual(form({ model: 'other', inputs: 'transaction' }), ['other', 'transaction', false]);
  assert.deepEqual(form({ model: 'mine' }, null), ['mine', 'transaction,reference stored', true]);
  assert.deepEqual(form({ model: 'mine', reference: 'on' }, null, fraudColumns.filter(({ name }) => name !== 'reference')), ['mine', 'transaction,reference stored', true]);
});

test('without answers the only model is asked, and of several one must be named', () => {
  const quiet = fraud.map((entry) => ({ ...entry, expected: false }));
  assert.deepEqual(form({}, [quiet[1]]), ['financialNet_NoReference', 'transaction', false]);
  assert.deepEqual(form({ reference: 'off' }, quiet), ['financialNet_NoReference', 'transaction', false]);
  assert.throws(() => form({}, quiet), { code: 'USAGE', message: /which of its models is asked: name one .*; it has financialNet, financialNet_NoReference\.$/ });
  assert.throws(() => form({ reference: 'off' }, [quiet[0]]), { code: 'USAGE', message: /does without the reference, and the data set has only financialNet:/ });
});

test('what is missing is said', () => {
  assert.throws(() => form({}, null), { code: 'USAGE', message: /has no model: name one that the server holds .*\?model=NAME\.$/ });
  assert.throws(() => form({ model: 'm', inputs: 'image' }), { code: 'DATA', message: /no tensor column "image", which inputs in the target's URL names; it has transaction, reference, expected\.$/ });
  assert.throws(() => form({}, [model('m', ['image'], true)]), { code: 'DATA', message: /no tensor column "image", which the model m takes; it has transaction/ });
  assert.throws(() => form({ model: 'm' }, null, []), { code: 'DATA' });
  assert.throws(() => createTarget('redisai://h/notanumber'), { code: 'USAGE' });
});

test('keys are those of connections where tensors would pile up in the store, and those of rows where they do not or cannot', () => {
  const keys = (raw: { [name: string]: string }) => made({ reference: 'off', ...raw }).keys;
  for (const command of ['modelrun', 'modelexecute']) assert.equal(keys({ command }), 'worker');
  for (const command of ['dagrun', 'dagrun_ro', 'dagexecute', 'dagexecute_ro']) assert.equal(keys({ command }), 'row');
  for (const command of ['dagrun', 'dagexecute']) assert.equal(keys({ command, persist: 'true' }), 'worker');
  assert.equal(keys({ command: 'modelrun', keys: 'row' }), 'row');
  assert.equal(keys({ command: 'dagrun', keys: 'worker' }), 'worker');
  assert.equal(keys({ command: 'modelexecute', reference: 'auto', model: 'financialNet' }), 'row', 'one of them is loaded');
  assert.throws(() => made({ keys: 'worker' }), { code: 'USAGE', message: /exactly one tensor and load none .* transaction \(sent\), reference \(loaded\): leave keys out/ });
  assert.throws(() => made({ keys: 'worker', model: 'm', inputs: 'transaction,expected' }), { code: 'USAGE', message: /transaction \(sent\), expected \(sent\)/ });
});

test('only a DAG that may write can persist', () => {
  assert.equal(made({ persist: 'true' }).persist, true);
  assert.equal(made({}).persist, false);
  assert.throws(() => made({ persist: 'true', command: 'dagrun_ro' }), { code: 'USAGE', message: /use command=dagrun,/ });
  assert.throws(() => made({ persist: 'true', command: 'modelrun' }), { code: 'USAGE', message: /leaves its tensors in the store in any case/ });
});

test('rows that a graph insists on are known from its ports, where they have a dimension for them', () => {
  const fixed = (shape: readonly (number | null)[]) => made({ reference: 'off' }, [model('m', ['transaction'], true, { ports: [{ name: 'input', dtype: 'float32', shape }] })]).fixedRows;
  assert.equal(fixed([1, 30]), 1);
  assert.equal(fixed([8, 30]), 8);
  assert.equal(fixed([null, 30]), null);
  assert.equal(fixed([30]), null);
  assert.equal(made({}).fixedRows, null, 'data sets of older versions do not tell');
});
