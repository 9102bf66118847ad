import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { openModel, type Model } from '../../core/inference.js';
import { fillUniform } from '../../core/random.js';
import { writeFraudModels } from '../../generate/fraud-model.js';
import { fillKaggleRows } from '../../generate/kaggle.js';
import { encodeOnnx, type Port } from '../../generate/onnx-file.js';
import { missing, sharedData, temporaryFolder } from '../support/paths.js';

const ROWS = 2000;

function references(seed: number): Float32Array {
  const values = new Float32Array(ROWS * 256);
  for (let row = 0; row < ROWS; row++) fillUniform(seed, row, values, row * 256, 256);
  return values;
}

function answers(model: Model, transaction: Float32Array, reference: Float32Array | null): Float32Array {
  const feeds = { transaction: { dtype: 'float32', shape: [ROWS, 30], data: transaction } as const };
  const all = reference ? { ...feeds, reference: { dtype: 'float32', shape: [ROWS, 256], data: reference } as const } : feeds;
  return model.runSync(all).output.data as Float32Array;
}

/** Deviation of the first output, and how many rows have class 1. */
function spread(output: Float32Array): { deviation: number; second: number } {
  const first = Array.from({ length: ROWS }, (_, row) => output[2 * row]);
  const mean = first.reduce((sum, value) => sum + value, 0) / ROWS;
  return { deviation: Math.sqrt(first.reduce((sum, value) => sum + (value - mean) ** 2, 0) / ROWS), second: first.filter((value) => value < 0.5).length };
}

async function open(t: { after(fn: () => void): void }, seed: number): Promise<{ withReference: Model; without: Model }> {
  const folder = temporaryFolder(t);
  await writeFraudModels(folder, { seed, referenceValues: 256 });
  const withReference = await openModel(join(folder, 'financialNet.onnx'), { threads: 1 });
  const without = await openModel(join(folder, 'financialNet_NoReference.onnx'), { threads: 1 });
  t.after(() => [withReference, without].forEach((model) => model.close()));
  return { withReference, without };
}

function generated(): Float32Array {
  const transaction = new Float32Array(ROWS * 30);
  fillKaggleRows(1, 0, ROWS, transaction, new Uint8Array(ROWS), new Float64Array(ROWS), ROWS);
  return transaction;
}

const sample = join(sharedData, 'creditcard/creditcard-2000.csv');

function real(): Float32Array {
  const lines = readFileSync(sample, 'latin1').trim().split('\n').slice(1);
  return Float32Array.from(lines.flatMap((line) => line.split(',').slice(0, 30).map(Number)));
}

for (const [name, rows, skip] of [['generated', generated, false], ['real', real, missing(sample)]] as const) {
  test(`answers differ from row to row on ${name} transactions, for several seeds`, { skip }, async (t) => {
    const transaction = rows();
    for (const seed of [0, 1, 12345, 2 ** 52]) {
      const { withReference, without } = await open(t, seed);
      for (const output of [answers(withReference, transaction, references(7)), answers(without, transaction, null)]) {
        const { deviation, second } = spread(output);
        assert.ok(deviation > 0.1, `seed ${seed}: deviation ${deviation}`);
        assert.ok(second > 20 && second < ROWS - 20, `seed ${seed}: ${second} of class 1`);
        for (let row = 0; row < ROWS; row++) assert.ok(Math.abs(output[2 * row] + output[2 * row + 1] - 1) < 1e-5);
      }
    }
  });
}

test('the reference changes the answer, and so does nearly every single value of it', async (t) => {
  const { withReference } = await open(t, 1);
  const transaction = generated();
  const reference = references(7);
  const before = answers(withReference, transaction, reference);
  const other = answers(withReference, transaction, references(8));
  const difference = before.reduce((sum, value, index) => sum + Math.abs(value - other[index]), 0) / before.length;
  assert.ok(difference > 0.1, `mean difference ${difference}`);
  for (let row = 0; row < ROWS; row++) reference[row * 256 + (row % 256)] += 0.25;
  const touched = answers(withReference, transaction, reference);
  const changed = Array.from({ length: ROWS }, (_, row) => Math.abs(before[2 * row] - touched[2 * row]) > 1e-6);
  assert.ok(changed.filter(Boolean).length > 0.95 * ROWS);
  for (let column = 0; column < 256; column++) {
    assert.ok(changed.some((yes, row) => yes && row % 256 === column), `reference value ${column} is not read`);
  }
});

test('the same seed gives the same bytes, another seed others, and the entries tell the truth', async (t) => {
  const folder = temporaryFolder(t);
  const entries = await writeFraudModels(folder, { seed: 12345, referenceValues: 256 });
  assert.deepEqual(entries.map(({ name, expected }) => [name, expected]), [['financialNet', true], ['financialNet_NoReference', false]]);
  assert.deepEqual(entries.map(({ inputs, outputs }) => [inputs, outputs]), [[['transaction', 'reference'], ['output']], [['transaction'], ['output']]]);
  for (const entry of entries) {
    const bytes = readFileSync(join(folder, entry.file));
    assert.equal(bytes.length, entry.sizeBytes);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), entry.sha256);
  }
  assert.deepEqual(await writeFraudModels(temporaryFolder(t), { seed: 12345, referenceValues: 256 }), entries);
  const [other] = await writeFraudModels(temporaryFolder(t), { seed: 12346, referenceValues: 256 });
  assert.notEqual(other.sha256, entries[0].sha256);
  assert.deepEqual(readdirSync(folder).sort(), ['financialNet.onnx', 'financialNet_NoReference.onnx'], 'no temporary file stays');
});

test('without reference values there is one model, and it is the expected one', async (t) => {
  const entries = await writeFraudModels(temporaryFolder(t), { seed: 1, referenceValues: 0 });
  assert.deepEqual(entries.map(({ name, expected }) => [name, expected]), [['financialNet_NoReference', true]]);
});

test('references of other lengths are read, up to long ones', async (t) => {
  for (const referenceValues of [1, 7, 4096]) {
    const folder = temporaryFolder(t);
    await writeFraudModels(folder, { seed: 1, referenceValues });
    const model = await openModel(join(folder, 'financialNet.onnx'), { threads: 1 });
    assert.deepEqual(model.inputs[1].shape, [null, referenceValues]);
    model.close();
  }
});

const logistic = join(sharedData, 'models/fraud-logreg.onnx');

test("a user's own model is copied byte for byte and is the expected one", { skip: missing(logistic) }, async (t) => {
  const folder = temporaryFolder(t);
  const entries = await writeFraudModels(folder, { seed: 1, referenceValues: 256, userModel: logistic });
  assert.deepEqual(entries.map(({ name, file, inputs, outputs, expected }) => ({ name, file, inputs, outputs, expected })), [
    { name: 'fraud-logreg', file: 'fraud-logreg.onnx', inputs: ['transaction'], outputs: ['output'], expected: true },
  ]);
  assert.deepEqual(readFileSync(join(folder, 'fraud-logreg.onnx')), readFileSync(logistic));
});

/** A model that adds its inputs' first columns up, in whatever form the test wants to have refused. */
function odd(inputs: Port[], outputs: Port[]): Buffer {
  const nodes = outputs.map((port) => ({ op: 'Identity', inputs: [inputs[0].name], outputs: [port.name] }));
  return encodeOnnx({ name: 'odd', doc: '', inputs, outputs, nodes, initializers: [] });
}

test('a model that does not fit is refused with what differs', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'odd.onnx');
  const fine: Port = { name: 'transaction', shape: ['batch', 30] };
  const output: Port = { name: 'output', shape: ['batch', 2] };
  const cases: [Buffer, number, RegExp][] = [
    [odd([{ name: 'input', shape: ['batch', 30] }], [output]), 0, /has no input "transaction" \(its inputs are input\)/],
    [odd([{ name: 'transaction', shape: ['batch', 29] }], [output]), 0, /its input "transaction" is float32 \[\*, 29\], and it must be float32 \[\*, 30\]/],
    [odd([{ name: 'transaction', shape: [1, 30] }], [output]), 0, /float32 \[1, 30\].*dynamic batch size/],
    [odd([fine, { name: 'reference', shape: ['batch', 256] }], [output]), 0, /generate with --reference-values 256/],
    [odd([fine, { name: 'reference', shape: ['batch', 128] }], [output]), 256, /"reference" is float32 \[\*, 128\]/],
    [odd([fine, { name: 'country', shape: ['batch', 1] }], [output]), 256, /an input "country"/],
    [odd([fine], [{ name: 'a', shape: ['batch', 30] }, { name: 'b', shape: ['batch', 30] }]), 0, /2 outputs \(a, b\)/],
    [odd([fine], [{ name: 'output', shape: ['batch', 30] }]), 0, /its output "output" is float32 \[\*, 30\]/],
    [Buffer.from('version https://git-lfs.github.com/spec/v1\n'), 0, /cannot be opened/],
  ];
  for (const [bytes, referenceValues, pattern] of cases) {
    writeFileSync(path, bytes);
    await assert.rejects(writeFraudModels(folder, { seed: 1, referenceValues, userModel: path }), (error) => {
      assert.ok(error instanceof InferplayError && error.code === 'DATA');
      assert.match(error.message, pattern);
      assert.ok(error.message.includes(path), error.message);
      return true;
    });
  }
  await assert.rejects(writeFraudModels(folder, { seed: 1, referenceValues: 0, userModel: join(folder, 'none.onnx') }), /none\.onnx cannot be read: there is no such file or folder; check the path in --model\.$/);
  assert.deepEqual(readdirSync(folder), ['odd.onnx']);
});
