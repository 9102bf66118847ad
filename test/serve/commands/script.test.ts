import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../support/resp-client.js';

test('scripts cannot be stored, and so not be found', async (t) => {
  const { call } = await served(t);
  assert.equal(await call('AI.SCRIPTSTORE', 's', 'CPU', 'ENTRY_POINTS', 1, 'f', 'SOURCE', 'def f(): pass'), '-ERR Could not load backend');
  assert.equal(await call('AI.SCRIPTSTORE', 's', 'CPU', 'ENTRY_POINTS', 'x', 'f', 'SOURCE', ''), '-ERR Non numeric entry points number provided to AI.SCRIPTSTORE command');
  assert.equal(await call('AI.SCRIPTSTORE', 's', 'CPU', 'ENTRY_POINTS', 1, 'f', 'CODE', ''), '-ERR Insufficient arguments, missing script SOURCE');
  assert.equal(await call('AI.SCRIPTEXECUTE', 's', 'f', 'INPUTS', 1, 'a', 'OUTPUTS', 1, 'b'), '-ERR script key is empty');
  assert.match(String(await call('AI.SCRIPTRUN', 's')), /wrong number of arguments/);
  assert.deepEqual(await call('AI._SCRIPTSCAN'), []);
});
