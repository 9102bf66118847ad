import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { connectTo, served } from '../../support/resp-client.js';

test('any bytes of the right length come back as they were', async (t) => {
  const { call } = await served(t);
  await fc.assert(fc.asyncProperty(fc.constantFrom(['FLOAT', 4], ['DOUBLE', 8], ['INT16', 2], ['UINT8', 1]) as fc.Arbitrary<[string, number]>, fc.integer({ min: 1, max: 9000 }), fc.nat(255), async ([type, size], count, fill) => {
    const blob = Buffer.alloc(count * size, fill);
    assert.equal(await call('AI.TENSORSET', 't', type, 1, count, 'BLOB', blob), 'OK');
    assert.deepEqual(await call('AI.TENSORGET', 't'), ['dtype', type, 'shape', [1, count], 'blob', blob.toString('latin1')]);
  }), { numRuns: 40 });
});

test('the wrong type comes before the arguments, and a failed overwrite keeps the old tensor', async (t) => {
  const { call } = await served(t);
  await call('SET', 's', 1);
  assert.match(String(await call('AI.TENSORSET', 's', 'NOPE', 'x')), /^-WRONGTYPE/);
  await call('AI.TENSORSET', 't', 'FLOAT', 1, 'VALUES', 1);
  assert.equal(await call('AI.TENSORSET', 't', 'FLOAT', 1, 'VALUES', 'x'), '-ERR invalid value');
  assert.deepEqual(await call('AI.TENSORGET', 't', 'VALUES'), ['1']);
});

test('an overwrite that fails is heard of by those who watch the key, as in the module, which has opened it for writing by then', async (t) => {
  const client = await served(t);
  const other = await connectTo(client.server.port);
  await client.call('SET', 's', 1);
  for (const [key, ...args] of [['t', 'FLOAT', 1, 'VALUES', 'x'], ['s', 'FLOAT', 1], ['t', 'FLOAT']]) {
    await client.call('WATCH', key);
    assert.match(String(await other.call('AI.TENSORSET', key, ...args)), /^-/);
    await client.call('MULTI');
    // Too few arguments are seen before anything is opened.
    assert.deepEqual(await client.call('EXEC'), args.length > 1 ? null : []);
  }
  other.close();
});
