import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../support/resp-client.js';

test('scripts cannot be stored, and so not be found', async (t) => {
  const { call } = await served(t);
  assert.equal(await call('AI.SCRIPTSTORE', 's', 'CPU', 'ENTRY_POINTS', 1, 'f', 'SOURCE', 'def f(): pass'), '-ERR Could not load backend');
  assert.equal(await call('AI.SCRIPTSTORE', 's', 'CPU', 'ENTRY_POINTS', 'x', 'f', 'SOURCE', ''), '-ERR Non numeric entry points number provided to AI.SCRIPTSTORE command');
  assert.equal(await call('AI.SCRIPTSTORE', 's', 'CPU', 'ENTRY_POINTS', 1, 'f', 'CODE', ''), '-ERR Insufficient arguments, missing script SOURCE');
  assert.equal(await call('AI.SCRIPTEXECUTE', 's', 'f', 'INPUTS', 1, 'a', 'OUTPUTS', 1, 'b'), '-ERR script key is empty');
  assert.deepEqual(await call('AI._SCRIPTSCAN'), []);
});

test('the arguments of scripts are checked in the order of the real server, before there is no backend', async (t) => {
  const { call } = await served(t);
  await call('AI.TENSORSET', 't', 'FLOAT', 1);
  const NO_BACKEND = '-ERR Could not load backend';
  const NO_ENTRY = '-ERR Insufficient arguments, missing script entry points';
  const NO_SOURCE = '-ERR Insufficient arguments, missing script SOURCE';
  const answers: [string, string][] = [
    ['ai.scriptstore s CPU ENTRY_POINTS 1 f SOURCE', "-ERR wrong number of arguments for 'ai.scriptstore' command"],
    ['AI.SCRIPTSTORE s PORR ENTRY_POINTS 1 f SOURCE x', NO_BACKEND], ['AI.SCRIPTSTORE s CPU TAG t ENTRY_POINTS 1.0 f SOURCE x more', NO_BACKEND],
    ['AI.SCRIPTSTORE s CPU ENTRY_POINTS 0 SOURCE x y', NO_BACKEND], ['AI.SCRIPTSTORE s CPU ENTRY_POINTS -1 f SOURCE x', NO_ENTRY],
    ['AI.SCRIPTSTORE s CPU ENTRY_POINTS 4 f SOURCE x', NO_ENTRY], ['AI.SCRIPTSTORE s CPU ENTRY_POINTS 3 f SOURCE x', NO_SOURCE], ['AI.SCRIPTSTORE s CPU FOO 1 f SOURCE x', NO_ENTRY],
    ['AI.SCRIPTSET s CPU SOURCE', "-ERR wrong number of arguments for 'AI.SCRIPTSET' command"], ['AI.SCRIPTSET s CPU SOURCE x y', "-ERR wrong number of arguments for 'AI.SCRIPTSET' command"],
    ['AI.SCRIPTSET s PORR SOURCE x', NO_BACKEND], ['AI.SCRIPTSET s CPU TAG t SOURCE x', NO_BACKEND], ['AI.SCRIPTSET s CPU TAG t', NO_SOURCE], ['AI.SCRIPTSET s CPU CODE x', NO_SOURCE],
    ['ai.scriptexecute s', "-ERR wrong number of arguments for 'AI.SCRIPTEXECUTE' command"], ['ai.scriptrun s', "-ERR wrong number of arguments for 'AI.SCRIPTRUN' command"],
    ['AI.SCRIPTRUN s f', '-ERR script key is empty'], ['AI.SCRIPTEXECUTE t f', '-WRONGTYPE Operation against a key holding the wrong kind of value'],
  ];
  for (const [text, answer] of answers) assert.equal(await call(...text.split(' ')), answer, text);
});

test('COMMAND GETKEYS of scripts stops where a count makes no sense', async (t) => {
  const { call } = await served(t);
  const keys = (text: string): Promise<unknown> => call('COMMAND', 'GETKEYS', ...text.split(' '));
  assert.deepEqual(await keys('AI.SCRIPTEXECUTE s f KEYS 1 k INPUTS 1 a OUTPUTS 1 b TIMEOUT 5'), ['s', 'k', 'a', 'b']);
  assert.deepEqual(await keys('AI.SCRIPTEXECUTE s f INPUTS 1 a ARGS 1 x OUTPUTS 1 b y'), ['s', 'a']);
  assert.deepEqual(await keys('AI.SCRIPTEXECUTE s f INPUTS 0 a'), ['s']);
  assert.equal(await keys('AI.SCRIPTEXECUTE s f INPUTS 1'), '-ERR Invalid arguments specified for command');
  assert.deepEqual(await keys('AI.SCRIPTRUN s f TIMEOUT 5 INPUTS a $ b OUTPUTS c'), ['s', 'a', 'b', 'c']);
});
