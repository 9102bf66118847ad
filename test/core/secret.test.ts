import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { redactUrl, Secret } from '../../core/secret.js';

test('a secret shows itself to nobody who does not ask', () => {
  const secret = new Secret('hunter2');
  for (const text of [`${secret}`, String(secret), JSON.stringify({ secret }), inspect({ secret }), inspect(secret, { showHidden: true })]) {
    assert.ok(!text.includes('hunter2'), text);
    assert.ok(text.includes('***'), text);
  }
  assert.equal(secret.reveal(), 'hunter2');
});

test('a URL loses its user and password, and nothing else', () => {
  assert.equal(redactUrl('redis://user:pa@ss@host:6379/0?x=1'), 'redis://***@host:6379/0?x=1');
  assert.equal(redactUrl('redis://:secret@host'), 'redis://***@host');
  assert.equal(redactUrl('redisai://host:6379?model=a@b'), 'redisai://host:6379?model=a@b');
  assert.equal(redactUrl('null:'), 'null:');
});
