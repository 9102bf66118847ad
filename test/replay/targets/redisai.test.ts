import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDataset } from '../../../core/dataset.js';
import { STORE_MANIFEST_KEY } from '../../../core/store-manifest.js';
import { createTarget } from '../../../replay/target-url.js';
import { writeFraudDataset } from '../../support/datasets.js';
import { temporaryFolder } from '../../support/paths.js';
import { startStub } from '../../support/stub-server.js';

/** As AI.MODELGET tells it of a model that is batched. */
function modelMeta(minBatchTimeoutMs: string): string {
  const fields = ['backend', 'ONNX', 'device', 'CPU', 'batchsize', '16', 'minbatchsize', '4', 'minbatchtimeout', minBatchTimeoutMs];
  return `*${fields.length}\r\n${fields.map((field) => (/^\d/.test(field) ? `:${field}\r\n` : `$${field.length}\r\n${field}\r\n`)).join('')}`;
}

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
  const inspect = (skipStoreCheck = false, rowsInFlight = 50) => createTarget(stub.url).inspect(dataset, { skipStoreCheck, rowsInFlight });
  assert.deepEqual(await inspect(), { address: `127.0.0.1:${stub.port}`, redis_version: '7.0.0', model: 'financialNet', backend: 'ONNX', device: 'CPU' });
  meta = modelMeta('0');
  const { batch_size, min_batch_size, min_batch_timeout_ms } = await inspect();
  assert.deepEqual([batch_size, min_batch_size, min_batch_timeout_ms], [16, 4, undefined], 'how the server puts requests together, where it does');
  for (const skipStoreCheck of [false, true]) {
    await assert.rejects(inspect(skipStoreCheck, 3), { code: 'USAGE', message: /^The server would wait for ever: 3 rows are in flight at most, and it waits for 4 \(MINBATCHSIZE of the model financialNet\)\. Raise --clients or .*--min-batch-timeout"\.$/ });
  }
  await inspect(false, 4);
  meta = modelMeta('10');
  await inspect(false, 3);
  meta = null;
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
