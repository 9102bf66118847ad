import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { benchReplay } from '../../bench/replay.js';
import { noRedisTools } from '../support/redis-server.js';

const noCompiler = spawnSync('cc', ['--version']).status === 0 ? false : 'needs a C compiler as `cc` for the server that answers at once';

test('the benchmark of the replay measures ours, the peers and the ceiling', { skip: noRedisTools || noCompiler }, async () => {
  const rows = await benchReplay('smoke');
  for (const { name, value } of rows) assert.ok(Number.isFinite(value) && value > 0, name);
  assert.deepEqual(rows.flatMap(({ target }) => target ?? []), [{ atLeast: 1.4 }, { atMost: 0.75 }, { atLeast: 10 }, { atMost: 0.25 }, { atMost: 1 }, { atMost: 35 }]);
});
