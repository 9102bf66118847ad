import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { ModelEntry } from '../../core/manifest.js';
import { checkModel, field, putModel } from '../../load/models.js';
import type { ControlReply, RedisControl } from '../../wire/redis.js';
import { sha256 } from '../support/reference-data.js';

const bytes = Buffer.from('a model of many bytes');
const model: ModelEntry = { name: 'net', file: 'net.onnx', backend: 'ONNX', sizeBytes: bytes.length, sha256: sha256(bytes), inputs: [], outputs: [], expected: false };
const options = { modelForm: 'MODELSTORE', device: 'CPU' };

/** A control connection whose replies are given by command; the real ones are met in test/load/sinks/redisai.test.ts. */
function replying(replies: { [command: string]: ControlReply }): { redis: RedisControl; sent: string[] } {
  const sent: string[] = [];
  return { sent, redis: { where: 'h:1', async call(args) {
    sent.push(args.map(String).join(' '));
    return replies[String(args[0])] ?? null;
  }, info: async () => ({}), close() {} } };
}

const got = (blob: ControlReply, device = 'cpu', backend = 'ONNX'): ControlReply => ['backend', backend, 'device', device, 'tag', '', 'batchsize', '0', 'blob'].flatMap((text): ControlReply[] => [Buffer.from(text)]).concat([blob]);

test('a model is recognised by bytes, backend and device, in one piece or in many', async () => {
  for (const blob of [bytes, [bytes.subarray(0, 5), bytes.subarray(5), Buffer.alloc(0)]]) assert.equal(await checkModel(replying({ 'AI.MODELGET': got(blob) }).redis, model, options), null);
  const faults = await Promise.all([got(Buffer.from('x')), null, [], got(bytes, 'GPU:0'), got(bytes, 'CPU', 'TF')].map((reply) => checkModel(replying({ 'AI.MODELGET': reply }).redis, model, options)));
  const other = 'has other bytes there';
  assert.deepEqual(faults, [other, other, other, 'is stored for the device GPU:0, and not for CPU', 'is stored for the backend TF, and not for ONNX']);
});

test('a model that is there is not stored again', async () => {
  const { redis, sent } = replying({ 'AI.MODELGET': got(bytes) });
  assert.equal(await putModel(redis, model, bytes, options), 'present');
  assert.deepEqual(sent, ['AI.MODELGET net META BLOB']);
});

/** AI.MODELGET of a model that the server batches. */
const batched = (...sizes: (number | undefined)[]): ControlReply => [
  ...(got(bytes) as Buffer[]).filter((part) => !['batchsize', '0'].includes(String(part))),
  ...(['batchsize', 'minbatchsize', 'minbatchtimeout'].flatMap((name, at): ControlReply[] => (sizes[at] === undefined ? [] : [Buffer.from(name), sizes[at]]))),
];

test('batching is stored in the order that the server wants, and a model with other batching is stored anew', async () => {
  const wanted = { ...options, batchSize: 16, minBatchSize: 4, minBatchTimeout: 10 };
  const put = async (reply: ControlReply, with_: object): Promise<string | undefined> => {
    const { redis, sent } = replying({ 'AI.MODELGET': reply, TYPE: Buffer.from('AI__MODEL') });
    const state = await putModel(redis, model, bytes, { ...options, ...with_ });
    assert.equal(state === 'stored', sent.length > 1);
    return sent.slice(1).find((command) => command.startsWith('AI.'));
  };
  assert.equal(await put(batched(0, 0, 0), wanted), `AI.MODELSTORE net ONNX CPU BATCHSIZE 16 MINBATCHSIZE 4 MINBATCHTIMEOUT 10 BLOB ${bytes}`);
  assert.equal(await put(batched(8, 0, 0), { batchSize: 16, modelForm: 'MODELSET' }), `AI.MODELSET net ONNX CPU BATCHSIZE 16 BLOB ${bytes}`);
  assert.equal(await put(batched(16, 4, 10), wanted), undefined, 'present');
  for (const other of [[8, 4, 10], [16, 3, 10], [16, 4, 0]]) assert.match((await put(batched(...other), wanted))!, /BATCHSIZE 16/);
  assert.equal(await put(batched(16, 0, 0), {}), `AI.MODELSTORE net ONNX CPU BLOB ${bytes}`, 'none is a kind of batching too');
  assert.equal(await put(batched(16, 4), { batchSize: 16, minBatchSize: 4 }), undefined, 'RedisAI before 1.2 tells no timeout');
});

test('a look compares batching where something is said about it', async () => {
  const look = (with_: object) => checkModel(replying({ 'AI.MODELGET': batched(16, 4, 0) }).redis, model, { ...options, ...with_ });
  assert.equal(await look({}), null);
  assert.equal(await look({ batchSize: 16, minBatchSize: 4 }), null);
  assert.equal(await look({ batchSize: 0 }), 'is stored with batches of up to 16 (min 4), and not without batches');
  assert.equal(await look({ batchSize: 16, minBatchSize: 4, minBatchTimeout: 10 }), 'is stored with batches of up to 16 (min 4), and not with batches of up to 16 (min 4, 10 ms)');
});

test('another one is replaced by the command that was chosen, but never a key of another type', async () => {
  const { redis, sent } = replying({ 'AI.MODELGET': got(Buffer.from('x')), TYPE: Buffer.from('AI__MODEL') });
  assert.equal(await putModel(redis, model, bytes, { modelForm: 'MODELSET', device: 'GPU:1' }), 'stored');
  assert.equal(sent.at(-1), `AI.MODELSET net ONNX GPU:1 BLOB ${bytes}`);
  for (const type of ['string', 'AI_TENSOR', 'AI_SCRIPT', 'list']) {
    await assert.rejects(putModel(replying({ 'AI.MODELGET': got(null), TYPE: Buffer.from(type) }).redis, model, bytes, options), new RegExp(`holds a ${type}, not a model`));
  }
});

test('a field of a reply is found by its name', () => {
  assert.equal(field([Buffer.from('a'), 1, Buffer.from('B'), 2], 'b'), 2);
  assert.equal(field([Buffer.from('a')], 'a'), null);
  assert.equal(field(null, 'a'), null);
});
