import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addInference, inferenceOf } from '../../cli/inference.js';

test('the options have the names of the load arguments, and become what the server takes', () => {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addInference(command);
  command.parse(['--threads-per-queue', '2', '--intra-op-parallelism', '3', '--inter-op-parallelism', '4', '--model-chunk-size', '50', '--model-execution-timeout', '60', '--save', 'x.snapshot'], { from: 'user' });
  assert.deepEqual(inferenceOf(command.opts()), { save: 'x.snapshot', threadsPerQueue: 2, intraOpThreads: 3, interOpThreads: 4, modelChunkBytes: 50, executionTimeoutMs: 60 });
  assert.throws(() => command.parse(['--threads-per-queue', '0'], { from: 'user' }), /at least 1/);
});
