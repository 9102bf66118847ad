import { test } from 'node:test';
import assert from 'node:assert/strict';
import { InferplayError } from '../../core/errors.js';
import { rangeOf, settingsOf, type LoadOptions } from '../../load/options.js';

const to = 'redis://h';

test('what is left out has its default', () => {
  assert.deepEqual(settingsOf({ to }), {
    put: 'auto', models: true, fromRow: undefined, toRow: undefined, batchKeys: 500, inFlight: 4, verifySample: 100, verifyOnly: false, seed: 1, modelForm: 'MODELSTORE', device: 'CPU',
  });
});

test('an unknown or impossible option is refused', () => {
  const wrong: object[] = [{ nope: 1 }, { put: 'all' }, { batchKeys: 0 }, { inFlight: 1.5 }, { verifySample: -1 }, { device: 'TPU' }, { device: 'CPU BLOB' }, { modelForm: 'X' }, { fromRow: -1 }];
  for (const options of wrong) assert.throws(() => settingsOf({ to, ...options } as LoadOptions), (error: unknown) => error instanceof InferplayError && error.code === 'USAGE', JSON.stringify(options));
  assert.equal(settingsOf({ to, device: 'gpu:12' }).device, 'gpu:12');
});

test('a range of rows lies within the data set and is not empty', () => {
  assert.deepEqual(rangeOf({}, 10), { fromRow: 0, toRow: 10 });
  assert.deepEqual(rangeOf({ fromRow: 9 }, 10), { fromRow: 9, toRow: 10 });
  assert.deepEqual(rangeOf({}, 0), { fromRow: 0, toRow: 0 });
  for (const range of [{ fromRow: 10 }, { toRow: 11 }, { fromRow: 5, toRow: 5 }, { fromRow: 6, toRow: 5 }, { toRow: 0 }]) assert.throws(() => rangeOf(range, 10), InferplayError, JSON.stringify(range));
});
