import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { served } from '../../support/resp-client.js';

test('keys expire, persist and tell their time', async (t) => {
  const { call } = await served(t);
  assert.equal(await call('EXPIRE', 'k', 10), 0);
  assert.equal(await call('TTL', 'k'), -2);
  await call('SET', 'k', 1);
  assert.equal(await call('EXPIREAT', 'k', Math.floor(Date.now() / 1000) + 100), 1);
  assert.ok([99, 100].includes(await call('TTL', 'k') as number));
  assert.equal(await call('PERSIST', 'k'), 1);
  assert.equal(await call('PERSIST', 'k'), 0);
  assert.equal(await call('PEXPIRE', 'k', 5), 1);
  await sleep(10);
  assert.equal(await call('EXISTS', 'k'), 0);
  await call('SET', 'k', 1);
  assert.equal(await call('EXPIRE', 'k', -1), 1);
  assert.equal(await call('GET', 'k'), null);
  assert.equal(await call('EXPIRE', 'k', '9223372036854775'), '-ERR invalid expire time in expire');
  await call('SET', 'k', 1);
  for (const seconds of ['9007199254740993', '9223370000000000']) {
    assert.equal(await call('EXPIRE', 'k', seconds), 1);
    assert.equal(String(await call('TTL', 'k')), seconds);
    const late = BigInt(seconds) * 1000n - BigInt(await call('PTTL', 'k') as bigint);
    assert.ok(late >= 0n && late < 60_000n);
  }
});
