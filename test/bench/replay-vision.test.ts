import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { benchReplayVision } from '../../bench/replay-vision.js';
import { noRedisTools } from '../support/redis-server.js';

const noCompiler = spawnSync('cc', ['--version']).status === 0 ? false : 'needs a C compiler as `cc` for the server that answers at once';

test('the benchmark of images measures ring, pipeline, arena and the peer', { skip: noRedisTools || noCompiler }, async () => {
  const rows = await benchReplayVision('smoke');
  for (const { name, value } of rows) assert.ok(Number.isFinite(value) && value > 0, name);
  assert.deepEqual(rows.flatMap(({ target }) => target ?? []), [{ atLeast: 0.6 }]);
});
