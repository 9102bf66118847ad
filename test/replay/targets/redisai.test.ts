import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDataset } from '../../../core/dataset.js';
import type { ModelEntry } from '../../../core/manifest.js';
import { parseOptions } from '../../../core/options.js';
import { STORE_MANIFEST_KEY } from '../../../core/store-manifest.js';
import { createTarget } from '../../../replay/target-url.js';
import { formOf, redisai } from '../../../replay/targets/redisai.js';
import { fraudColumns, writeFraudDataset } from '../../support/datasets.js';
import { temporaryFolder } from '../../support/paths.js';
import { startStub } from '../../support/stub-server.js';

const model = (name: string, inputs: string[], expected: boolean): ModelEntry => ({ name, inputs, expected, file: 'f', backend: 'ONNX', sizeBytes: 1, sha256: 'a', outputs: ['output'] });
const manifest = { models: [model('financialNet', ['transaction', 'reference'], true), model('financialNet_NoReference', ['transaction'], false)] };

function form(raw: { [name: string]: string }, models: typeof manifest | null = manifest, columns = fraudColumns) {
  const made = formOf({ columns, manifest: models as never }, parseOptions(redisai.options, raw, 'test'));
  return [made.model, made.inputs.map(({ column, stored }) => `${column.name}${stored ? ' stored' : ''}`).join(), made.expects];
}

test('the model and its inputs are the data set\'s, unless the URL says otherwise', () => {
  assert.deepEqual(form({}), ['financialNet', 'transaction,reference stored', true]);
  assert.deepEqual(form({ reference: 'off' }), ['financialNet_NoReference', 'transaction', false]);
  assert.deepEqual(form({ model: 'financialNet_NoReference' }), ['financialNet_NoReference', 'transaction', false]);
  assert.deepEqual(form({ model: 'other', inputs: 'transaction' }), ['other', 'transaction', false]);
  assert.deepEqual(form({ model: 'mine' }, null), ['mine', 'transaction,reference stored', true]);
  assert.deepEqual(form({ model: 'mine', reference: 'on' }, null, fraudColumns.filter(({ name }) => name !== 'reference')), ['mine', 'transaction,reference stored', true]);
});

test('what is missing is said', () => {
  assert.throws(() => form({}, null), { code: 'USAGE', message: /name the model/ });
  assert.throws(() => form({ model: 'm', inputs: 'image' }), { code: 'DATA', message: /no tensor column "image".*transaction, reference, expected/ });
  assert.throws(() => form({ model: 'm' }, null, []), { code: 'DATA' });
  assert.throws(() => createTarget('redisai://h/notanumber'), { code: 'USAGE' });
});

test('inspection finds the model and refuses a store with other data', async (t) => {
  const folder = temporaryFolder(t);
  const made = await writeFraudDataset(folder, Buffer.from('model'));
  const dataset = await openDataset(folder);
  const stored = { format: 'inferplay-store', version: 1, inferplay: '0', sha256: made.sha256, useCase: 'fraud', rows: 200, fromRow: 0, toRow: 200, keys: ['referenceTensor:{<id>}'], models: [{ name: 'financialNet', sha256: made.models[0].sha256 }] };
  let text: string | null = JSON.stringify(stored);
  let meta: string | null = null;
  const stub = await startStub(t, () => ({}), { greet: ({ name, args }) => {
    if (name === 'get' && String(args[1]) === STORE_MANIFEST_KEY) return text === null ? '$-1\r\n' : `$${text.length}\r\n${text}\r\n`;
    return name === 'ai.modelget' ? meta : null;
  } });
  const inspect = (skipStoreCheck = false) => createTarget(stub.url).inspect(dataset, { skipStoreCheck });
  assert.deepEqual(await inspect(), { address: `127.0.0.1:${stub.port}`, redis_version: '7.0.0', model: 'financialNet', backend: 'ONNX', device: 'CPU' });
  text = JSON.stringify({ ...stored, sha256: 'other' });
  await assert.rejects(inspect(), { code: 'DATA', message: /another data set/ });
  await inspect(true);
  text = JSON.stringify({ ...stored, keys: ['referenceBLOB:{<id>}'] });
  await assert.rejects(inspect(), { code: 'DATA', message: /referenceTensor/ });
  text = null;
  await assert.rejects(inspect(), { code: 'DATA', message: /inferplay load/ });
  meta = "-ERR unknown command 'AI.MODELGET'\r\n";
  await assert.rejects(inspect(), { code: 'SERVER', message: /is no RedisAI: it does not know AI\.MODELGET, .*inferplay serve/ });
  meta = '-ERR model key is empty\r\n';
  await assert.rejects(inspect(), { code: 'SERVER', message: /has no model "financialNet" \(ERR model key is empty\): load the data set with "inferplay load"/ });
});
