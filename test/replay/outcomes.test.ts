import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MESSAGES_MAX } from '../../core/recording.js';
import { MESSAGE_LENGTH_MAX } from '../../core/recording.js';
import { CODES_MAX, Outcomes } from '../../replay/outcomes.js';

test('codes and messages are counted, and bounded whatever comes', () => {
  const outcomes = new Outcomes();
  for (let at = 0; at < 1000; at++) outcomes.count('ERR', `ERR key ${at}`);
  outcomes.count('ERR', 'ERR key 0', 5);
  outcomes.count('OOM', 'x'.repeat(5000));
  outcomes.count('ok', '', 7);
  for (let at = 0; at < 500; at++) outcomes.count(`CODE${at}`, 'text');
  const data = outcomes.data();
  assert.equal(data.ERR.count, 1005);
  assert.equal(data.ERR.messages['ERR key 0'], 6);
  assert.equal(Object.keys(data.ERR.messages).length, MESSAGES_MAX + 1);
  assert.equal(data.ERR.messages[''], 1000 - MESSAGES_MAX);
  assert.deepEqual(Object.keys(data.OOM.messages), ['x'.repeat(MESSAGE_LENGTH_MAX)]);
  assert.deepEqual(data.ok, { count: 7, messages: {} });
  assert.ok(Object.keys(data).length <= CODES_MAX + 1);
  assert.equal(Object.values(data).reduce((sum, { count }) => sum + count, 0), 1005 + 1 + 7 + 500);
});
