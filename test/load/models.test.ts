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
  for (const blob of [bytes, [bytes.subarray(0, 5), bytes.subarray(5), Buffer.alloc(0)]]) assert.equal(await checkModel(replying({ 'AI.MODELGET': got(blob) }).redis, model, options), 'present');
  for (const reply of [got(Buffer.from('x')), got(bytes, 'GPU:0'), got(bytes, 'CPU', 'TF'), null, []]) assert.equal(await checkModel(replying({ 'AI.MODELGET': reply }).redis, model, options), 'different');
});

test('a model that is there is not stored again', async () => {
  const { redis, sent } = replying({ 'AI.MODELGET': got(bytes) });
  assert.equal(await putModel(redis, model, bytes, options), 'present');
  assert.deepEqual(sent, ['AI.MODELGET net META BLOB']);
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
