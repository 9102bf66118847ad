import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Models, type Model } from '../../serve/models.js';
import { Job, Queue } from '../../serve/queue.js';
import { Tensor, TYPES } from '../../serve/tensor-value.js';
import { multiplyModel } from '../support/resp-client.js';

const models = new Models();
const create = (batchSize: number, minBatchSize = 0, minBatchTimeoutMs = 0): Model =>
  models.create({ key: 'm', backend: 'ONNX', device: 'CPU', tag: '', batchSize, minBatchSize, minBatchTimeoutMs, blob: multiplyModel() });

function setUp() {
  const queue = new Queue();
  const add = (model: Model, rows = 1, width = 2): Job => {
    const tensor = new Tensor(TYPES.FLOAT, [rows, width], Buffer.alloc(rows * width * 4));
    const job = new Job(model, [tensor, tensor], { gone: false }, () => {});
    queue.add(job);
    return job;
  };
  const next = (afterMs = 0): readonly Job[] | null => queue.next(Date.now() + afterMs);
  return { queue, add, next };
}

test('models run in the order in which requests came, each request alone', () => {
  const { queue, add, next } = setUp();
  const [a, b] = [create(0), create(0)];
  const jobs = [a, b, b, a, b].map((model) => add(model));
  for (const job of jobs) assert.deepEqual(next(), [job]);
  assert.equal(next(), null);
  assert.deepEqual([queue.size, queue.wakeAtMs], [0, Infinity]);
});

test('requests of the same shape are gathered until their rows have reached the batch size, skipping those that do not fit', () => {
  const { add, next } = setUp();
  const model = create(4);
  const jobs = [add(model, 2), add(model, 1, 3), add(model, 3), add(model), add(model), add(model), add(model, 9), add(model)];
  const numbers = (): number[] | undefined => next()?.map((job) => jobs.indexOf(job));
  // The third brings more than there was room for; the one of nine rows fills a batch alone.
  assert.deepEqual([numbers(), numbers(), numbers(), numbers(), numbers()], [[0, 2], [1], [3, 4, 5, 7], [6], undefined]);
});

test('an incomplete batch is in nobody\'s way, and is complete with company or after its time', () => {
  const { queue, add, next } = setUp();
  const lonely = create(8, 3, 50);
  const other = create(0);
  const first = add(lonely);
  const passing = add(other);
  assert.deepEqual(next(), [passing]);
  assert.equal(next(), null);
  assert.equal(queue.wakeAtMs, first.queuedAtMs + 50);
  const second = add(lonely);
  assert.equal(next(), null);
  const third = add(lonely);
  assert.deepEqual(next(), [first, second, third]);
  const late = add(lonely);
  assert.deepEqual(next(60), [late]);
});

test('a full batch waits for no more, though more was asked for', () => {
  const { add, next } = setUp();
  const model = create(2, 8);
  const jobs = [add(model), add(model)];
  assert.deepEqual(next(), jobs);
});

test('when a request is withdrawn those behind it move up', () => {
  const { queue, add, next } = setUp();
  const model = create(4, 4);
  const [a, b, c] = [add(model, 3), add(model, 1), add(model, 2)];
  assert.equal(queue.withdraw(a.owner), a);
  assert.equal(queue.withdraw(a.owner), null);
  assert.equal(next(), null);
  const d = add(model, 1);
  assert.deepEqual(next(), [b, c, d]);
  assert.equal(queue.withdraw(b.owner), null);
  assert.equal(queue.size, 0);
});

test('whatever comes and goes, everybody is served once, in batches that are complete and full where they can be', () => {
  const step = fc.record({ rows: fc.integer({ min: 1, max: 5 }), width: fc.integer({ min: 1, max: 2 }), model: fc.integer({ min: 0, max: 2 }), then: fc.constantFrom('wait', 'wait', 'take', 'withdraw'), which: fc.nat() });
  const kinds = [create(0), create(4), create(6, 4)];
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const { queue, add, next } = setUp();
    const waiting = new Set<Job>();
    const take = (): boolean => {
      const jobs = next();
      if (jobs === null) return false;
      const { batchSize, minBatchSize } = jobs[0].model.definition;
      const rows = jobs.reduce((sum, job) => sum + job.rows, 0);
      assert.ok(jobs.length === 1 || rows - jobs.at(-1)!.rows < batchSize);
      assert.ok(rows >= minBatchSize);
      for (const job of jobs) {
        assert.ok(waiting.delete(job));
        assert.deepEqual([job.model, job.inputs[0].shape[1]], [jobs[0].model, jobs[0].inputs[0].shape[1]]);
      }
      for (const job of waiting) {
        const fits = job.number > jobs[0].number && job.model === jobs[0].model && job.inputs[0].shape[1] === jobs[0].inputs[0].shape[1] && rows < batchSize && job.rows < batchSize;
        assert.ok(!fits, 'a later one that would have had room was left');
      }
      return true;
    };
    for (const { rows, width, model, then, which } of steps) {
      waiting.add(add(kinds[model], rows, width));
      if (then === 'take') take();
      if (then === 'withdraw') {
        const job = [...waiting][which % waiting.size];
        assert.equal(queue.withdraw(job.owner), job);
        waiting.delete(job);
      }
      assert.equal(queue.size, waiting.size);
    }
    while (take());
    for (const job of waiting) assert.equal(job.model, kinds[2]);
    for (const job of waiting) assert.equal(queue.withdraw(job.owner), job);
    assert.deepEqual([queue.size, next()], [0, null]);
  }), { numRuns: 300 });
});
