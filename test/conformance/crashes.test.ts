/** What crashes the real server is answered with an error, or with what was meant; and the server lives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeOnnx, type Node } from '../../generate/onnx-file.js';
import { connectTo, multiplyModel, served } from '../support/resp-client.js';
import { readScenarios } from './transcript.js';

/** Element types as ONNX numbers them. */
const FLOAT16 = 10;
const UINT32 = 12;
const UINT64 = 13;

/** A model from `x` (rows of two floats) to `result`, whose declared element type is another one. */
function modelWith(node: Node, shape: readonly (number | string)[], type = 1): Buffer {
  const bytes = encodeOnnx({ name: 'g', doc: '', inputs: [{ name: 'x', shape: ['n', 2] }], outputs: [{ name: 'result', shape }], nodes: [node], initializers: [] });
  // The declared type stands behind the name in the last message that has it.
  const at = bytes.indexOf(Buffer.from([8, 1]), bytes.lastIndexOf('result'));
  bytes[at + 1] = type;
  return bytes;
}

const cast = (type: number): Buffer => modelWith({ op: 'Cast', inputs: ['x'], outputs: ['result'], integers: { to: type } }, ['n', 2], type);
const scalar = (): Buffer => modelWith({ op: 'ReduceSum', inputs: ['x'], outputs: ['result'], integers: { keepdims: 0 } }, []);

/** The graph with a sequence for an output, as it was recorded. */
function sequenceModel(): Buffer {
  const { steps } = readScenarios('transcripts.jsonl').find(({ name }) => name === 'modelexecute/sequence-output-not-tensor')!;
  return Buffer.from(steps.find(({ request }) => request[0].utf8 === 'AI.MODELSTORE')!.request.at(-1)!.b64!, 'base64');
}

async function storing(t: { after(fn: () => Promise<void>): void }, model: Buffer) {
  const client = await served(t);
  assert.equal(await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', model), 'OK');
  assert.equal(await client.call('AI.TENSORSET', 'x', 'FLOAT', 1, 2, 'VALUES', 1, 2), 'OK');
  return client;
}

test('a model onto a key of another type', async (t) => {
  const client = await served(t);
  await client.call('SET', 'text', 'x');
  await client.call('AI.TENSORSET', 'tensor', 'FLOAT', 1);
  for (const key of ['text', 'tensor']) {
    for (const name of ['AI.MODELSTORE', 'AI.MODELSET']) assert.match(String(await client.call(name, key, 'ONNX', 'CPU', 'BLOB', multiplyModel())), /^-WRONGTYPE/);
  }
  assert.equal(await client.call('GET', 'text'), 'x');
});

for (const [name, type] of [['float16', FLOAT16], ['uint32', UINT32], ['uint64', UINT64]] as const) {
  test(`an output of type ${name}`, async (t) => {
    const client = await storing(t, cast(type));
    assert.match(String(await client.call('AI.MODELEXECUTE', 'm', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y')), new RegExp(`^-.*${name}`));
    const dag = await client.call('AI.DAGEXECUTE', 'LOAD', 1, 'x', '|>', 'AI.MODELEXECUTE', 'm', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y', '|>', 'AI.TENSORGET', 'y', 'VALUES') as string[];
    assert.match(dag[0], new RegExp(`^-.*${name}`));
    assert.equal(dag[1], 'NA');
    assert.equal(await client.call('EXISTS', 'y'), 0);
    assert.equal(await client.call('PING'), 'PONG');
  });
}

test('a scalar output is a tensor without dimensions', async (t) => {
  const client = await storing(t, scalar());
  assert.equal(await client.call('AI.MODELEXECUTE', 'm', 'INPUTS', 1, 'x', 'OUTPUTS', 1, 'y'), 'OK');
  assert.deepEqual(await client.call('AI.TENSORGET', 'y', 'META', 'VALUES'), ['dtype', 'FLOAT', 'shape', [], 'values', ['3']]);
});

test('TENSORGET of a sequence in a DAG', async (t) => {
  const client = await storing(t, sequenceModel());
  const [meta] = [(await client.call('AI.MODELGET', 'm', 'META')) as unknown[]];
  const [inputs, outputs] = ['inputs', 'outputs'].map((name) => (meta[meta.indexOf(name) + 1] as string[]).length);
  const names = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const ins = Array.from({ length: inputs }, () => 'x');
  const got = await client.call('AI.DAGEXECUTE', 'LOAD', 1, 'x', '|>', 'AI.MODELEXECUTE', 'm', 'INPUTS', inputs, ...ins, 'OUTPUTS', outputs, ...names, '|>', 'AI.TENSORGET', names[outputs - 1], 'VALUES') as unknown[];
  assert.equal(got.length, 2);
  assert.equal(await client.call('PING'), 'PONG');
});

test('batched requests to a model whose output has lost its batch', async (t) => {
  const client = await served(t);
  assert.equal(await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BATCHSIZE', 4, 'MINBATCHSIZE', 2, 'BLOB', scalar()), 'OK');
  await client.call('AI.TENSORSET', 'x', 'FLOAT', 1, 2, 'VALUES', 1, 2);
  const other = await connectTo(client.server.port);
  const replies = await Promise.all([client, other].map((each, i) => each.call('AI.MODELEXECUTE', 'm', 'INPUTS', 1, 'x', 'OUTPUTS', 1, `y${i}`)));
  assert.deepEqual(replies, Array(2).fill('-ERR Model did not generate the expected batch size'));
  other.close();
});

test('shapes that no memory could hold', async (t) => {
  const client = await served(t);
  const huge = ['9223372036854775807', '4294967296', '1099511627776'];
  for (const type of ['FLOAT', 'INT8', 'STRING', 'INT64']) {
    for (const size of huge) {
      for (const rest of [[], ['VALUES', '1'], ['BLOB', 'abcd']]) assert.match(String(await client.call('AI.TENSORSET', 't', type, size, ...rest)), /^-ERR/);
      // In a DAG as alone: a product of zero in 64 bits is one of no elements, as recorded.
      assert.match(String(await client.call('AI.DAGRUN', '|>', 'AI.TENSORSET', 't', type, size, '3')), /^-ERR/);
    }
    // Their product comes back to a small number in 64 bits.
    assert.match(String(await client.call('AI.TENSORSET', 't', type, '4294967296', '4294967296')), /^-ERR|^OK$/);
  }
  assert.equal(await client.call('PING'), 'PONG');
});

test('INFO MODULES before any model', async (t) => {
  const client = await served(t);
  await client.call('AI.CONFIG', 'LOADBACKEND', 'ONNX', 'x.so');
  assert.match(String(await client.call('INFO', 'MODULES')), /ai_RedisAI_version:1\.2\.7/);
});
