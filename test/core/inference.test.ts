import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InferplayError } from '../../core/errors.js';
import { openBareSession, openModel, runtimeVersion, typedArray, type ModelTensors } from '../../core/inference.js';
import { writeFraudModels } from '../../generate/fraud-model.js';
import { missing, sharedData, temporaryFolder } from '../support/paths.js';

const built = fileURLToPath(new URL('../../core/inference.js', import.meta.url));

async function fraudModel(t: { after(fn: () => void): void }): Promise<string> {
  const folder = temporaryFolder(t);
  await writeFraudModels(folder, { seed: 1, referenceValues: 0 });
  return join(folder, 'financialNet_NoReference.onnx');
}

function transaction(rows: number, value = 0.5): ModelTensors {
  return { transaction: { dtype: 'float32', shape: [rows, 30], data: new Float32Array(rows * 30).fill(value) } };
}

function isData(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof InferplayError && error.code === 'DATA' && pattern.test(error.message);
}

test('a file and its bytes answer the same, alone and in a batch, now and by promise', async (t) => {
  const path = await fraudModel(t);
  const file = await openModel(path, { threads: 1 });
  // The bytes lie at an odd offset of a larger buffer, as they do in a frame from a socket.
  const padded = Buffer.concat([Buffer.alloc(3), readFileSync(path)]);
  const bytes = await openModel(padded.subarray(3), { threads: 1 });
  assert.deepEqual(file.inputs, [{ name: 'transaction', dtype: 'float32', shape: [null, 30] }]);
  assert.deepEqual(file.outputs, [{ name: 'output', dtype: 'float32', shape: [null, 2] }]);
  const one = file.runSync(transaction(1)).output;
  assert.equal(one.dtype, 'float32');
  assert.deepEqual(one.shape, [1, 2]);
  assert.ok(Math.abs(Number(one.data[0]) + Number(one.data[1]) - 1) < 1e-6);
  assert.deepEqual((await bytes.run(transaction(1))).output.data, one.data);
  const many = (await file.run(transaction(1000))).output;
  assert.deepEqual(many.shape, [1000, 2]);
  Array.from(many.data, Number).forEach((value, index) => assert.ok(Math.abs(value - Number(one.data[index % 2])) < 1e-5));
  file.close();
  file.close();
  assert.throws(() => file.runSync(transaction(1)), isData(/was closed/));
  assert.equal(bytes.runSync(transaction(1)).output.data.length, 2, 'closing one model leaves the others alone');
  bytes.close();
});

test('answers belong to the caller: a later run does not change them', async (t) => {
  const model = await openModel(await fraudModel(t), { threads: 1 });
  const first = model.runSync(transaction(1, 0.1)).output.data;
  const before = Array.from(first, Number);
  for (let run = 0; run < 100; run++) model.runSync(transaction(1, run));
  assert.deepEqual(Array.from(first, Number), before);
  model.close();
});

const logistic = join(sharedData, 'models/fraud-logreg.onnx');

test('a model that another tool exported gives known answers', { skip: missing(logistic) }, async () => {
  const model = await openModel(logistic, { threads: 2 });
  assert.deepEqual(model.inputs, [{ name: 'transaction', dtype: 'float32', shape: [null, 30] }]);
  const { output } = await model.run(transaction(1, 0));
  assert.ok(Math.abs(Number(output.data[0]) - 0.96690434) < 1e-6);
  model.close();
});

const quantized = join(sharedData, 'models/mobilenet_v1_0.25_128_quant.onnx');

test('uint8 images go in and uint8 classes come out', { skip: missing(quantized) }, async () => {
  const model = await openModel(quantized, { threads: 1 });
  const [input] = model.inputs;
  assert.deepEqual(input, { name: 'input', dtype: 'uint8', shape: [1, 128, 128, 3] });
  const answers = model.runSync({ input: { dtype: 'uint8', shape: [1, 128, 128, 3], data: new Uint8Array(128 * 128 * 3).fill(127) } });
  const [output] = model.outputs;
  assert.ok(answers[output.name].data instanceof Uint8Array);
  assert.deepEqual(answers[output.name].shape, [1, 1001]);
  model.close();
});

test('a model that cannot be opened is refused with the words of ONNX Runtime', async (t) => {
  const folder = temporaryFolder(t);
  await assert.rejects(openModel(join(folder, 'none.onnx'), { threads: 1 }), isData(/none\.onnx cannot be opened: .*(File doesn't exist|No such file)/));
  const whole = readFileSync(await fraudModel(t));
  const cut = join(folder, 'cut.onnx');
  writeFileSync(cut, whole.subarray(0, whole.length >> 1));
  await assert.rejects(openModel(cut, { threads: 1 }), isData(/cut\.onnx cannot be opened: .*Protobuf parsing failed\.$/));
  await assert.rejects(openModel(Buffer.from('<!DOCTYPE html>'), { threads: 1 }), isData(/\(15 bytes\) cannot be opened/));
  await assert.rejects(openModel(new Uint8Array(0), { threads: 1 }), isData(/\(0 bytes\) cannot be opened/));
});

test('tensors that do not fit are refused, and the model goes on working', async (t) => {
  const model = await openModel(await fraudModel(t), { threads: 1 });
  const data = new Float32Array(30);
  const feed = (dtype: 'float32' | 'float64' | 'int32', shape: number[], values: Float32Array | Float64Array | Int32Array): (() => ModelTensors) => () =>
    model.runSync({ transaction: { dtype, shape, data: values } });
  assert.throws(() => model.runSync({}), isData(/"transaction" has no tensor/));
  assert.throws(feed('float32', [1, 29], data.subarray(1)), isData(/ONNX Runtime refused the run: .*Got: 29 Expected: 30/s));
  assert.throws(feed('float32', [30], data), isData(/Invalid rank/));
  assert.throws(feed('float64', [1, 30], new Float64Array(30)), isData(/Unexpected input data type/));
  assert.throws(feed('float32', [1, 30], data.subarray(1)), isData(/29 values do not fill the shape \[1, 30\]/));
  assert.throws(feed('float32', [2, 30], data), isData(/30 values do not fill/));
  assert.throws(feed('float32', [-1, -30], data), isData(/./));
  assert.throws(feed('float32', [1.5, 20], data), isData(/./));
  assert.throws(feed('float32', [1, 30], new Int32Array(30)), isData(/./), 'values of another type than the tensor says');
  assert.throws(() => model.runSync({ transaction: { dtype: 'float32', shape: [1, 30], data: 'no' as never } }), isData(/./));
  assert.equal(feed('float32', [1, 30], data)().output.data.length, 2);
  model.close();
});

test('a bare session answers what the model answers, and fails in the runtime\'s own words', async (t) => {
  const bytes = readFileSync(await fraudModel(t));
  const model = await openModel(bytes, { threads: 1 });
  const session = openBareSession(bytes, { threads: 1 });
  assert.deepEqual([session.inputs, session.outputs], [['transaction'], [{ name: 'output', isTensor: true }]]);
  const data = new Float32Array(60).fill(0.5);
  const feed = (dims: number[]): Parameters<typeof session.run>[0] => ({ transaction: { type: 'float32', dims, data, location: 'cpu' } });
  assert.deepEqual(session.run(feed([2, 30]), { output: null }).output.data, model.runSync(transaction(2)).output.data);
  assert.throws(() => session.run(feed([3, 20]), { output: null }), /Got: 20 Expected: 30/);
  assert.throws(() => openBareSession(bytes.subarray(100), { threads: 1 }), /protobuf parsing failed/i);
  session.close();
  model.close();
  assert.match(runtimeVersion(), /^\d+\.\d+\.\d+/);
});

test('bytes become values in place where they are aligned, and by a copy where they are not', () => {
  const bytes = new Uint8Array(new Float32Array([1.5, -2]).buffer);
  assert.equal(typedArray('float32', bytes).buffer, bytes.buffer);
  const shifted = new Uint8Array(12).subarray(1, 9);
  shifted.set(bytes);
  assert.deepEqual(typedArray('float32', shifted), Float32Array.of(1.5, -2));
  assert.ok(typedArray('int64', new Uint8Array(16)) instanceof BigInt64Array);
  assert.ok(typedArray('float16', new Uint8Array(16)) instanceof Uint16Array);
  assert.throws(() => typedArray('float32', new Uint8Array(7)), isData(/7 bytes are not a whole number of float32/));
});

const workerCode = `
  (async () => {
    const { workerData, parentPort } = await import('node:worker_threads');
    const { openModel } = await import(workerData.built);
    const model = await openModel(workerData.path, { threads: 1 });
    let sum = 0;
    for (let run = 0; run < 2000; run++) {
      const data = new Float32Array(30).fill(run / 1000);
      sum += model.runSync({ transaction: { dtype: 'float32', shape: [1, 30], data } }).output.data[0];
    }
    if (workerData.close) model.close();
    parentPort.postMessage(sum);
    if (workerData.hang) setInterval(() => {}, 1000);
  })();
`;

test('worker threads run the model side by side and end cleanly, closed or not, terminated or not', async (t) => {
  const path = await fraudModel(t);
  const run = (close: boolean, hang: boolean): Promise<number> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(workerCode, { eval: true, workerData: { built, path, close, hang } });
      let sum = NaN;
      worker.on('message', (value: number) => {
        sum = value;
        if (hang) void worker.terminate();
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve(sum));
    });
  const sums = await Promise.all([run(true, false), run(false, false), run(true, true), run(false, true)]);
  assert.ok(sums[0] > 0);
  assert.deepEqual(sums, [sums[0], sums[0], sums[0], sums[0]]);
});

test('a process ends by itself with code 0 and prints nothing, with open models here and in a worker', async (t) => {
  const path = await fraudModel(t);
  const script = `
    import { Worker } from 'node:worker_threads';
    const { openModel } = await import(${JSON.stringify(built)});
    const model = await openModel(${JSON.stringify(path)}, { threads: 2 });
    try { model.runSync({ transaction: { dtype: 'float32', shape: [1, 29], data: new Float32Array(29) } }); } catch {}
    const worker = new Worker(${JSON.stringify(workerCode)}, { eval: true, workerData: ${JSON.stringify({ built, path, close: false, hang: false })} });
    worker.on('exit', () => { if (process.argv.includes('now')) process.exit(0); });
  `;
  for (const how of ['later', 'now']) {
    const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script, how], { encoding: 'utf8' });
    assert.deepEqual([ended.status, ended.signal, ended.stdout, ended.stderr], [0, null, '', ''], how);
  }
});

test('importing the module does not load ONNX Runtime', () => {
  const script = `await import(${JSON.stringify(built)}); console.log(process.report.getReport().sharedObjects.filter((name) => name.includes('onnxruntime')).length)`;
  assert.equal(spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout, '0\n');
});

test('batches of 4096 rows do not let the memory grow', async (t) => {
  const folder = temporaryFolder(t);
  await writeFraudModels(folder, { seed: 1, referenceValues: 256 });
  const script = `
    const { openModel } = await import(${JSON.stringify(built)});
    const model = await openModel(${JSON.stringify(join(folder, 'financialNet.onnx'))}, { threads: 1 });
    const feeds = {
      transaction: { dtype: 'float32', shape: [4096, 30], data: new Float32Array(4096 * 30) },
      reference: { dtype: 'float32', shape: [4096, 256], data: new Float32Array(4096 * 256) },
    };
    for (let run = 0; run < 20; run++) model.runSync(feeds);
    const before = process.memoryUsage().rss;
    for (let run = 0; run < 300; run++) model.runSync(feeds);
    console.log(Math.round((process.memoryUsage().rss - before) / 2 ** 20));
  `;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const grownMb = Number(ended.stdout);
  assert.ok(ended.stdout !== '' && grownMb < 48, `grown by ${grownMb} MB ${ended.stderr}`);
});
