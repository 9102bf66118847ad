import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AXES } from '../../core/sweep.js';
import { parseAxis } from '../../sweep/axis-text.js';

test('lists, ranges and both, in the units of the option', () => {
  const values = (text: string) => parseAxis(text).values;
  assert.deepEqual(parseAxis('clients=1,10,20'), { name: 'clients', values: [1, 10, 20] });
  assert.deepEqual(values('clients=1,10..50:10'), [1, 10, 20, 30, 40, 50]);
  assert.deepEqual(values('clients=1..4'), [1, 2, 3, 4]);
  assert.deepEqual(values('clients = 10..45:10 , 3'), [10, 20, 30, 40, 3], 'a range ends before its end where no step meets it');
  assert.deepEqual(parseAxis('rate=0.5,1e3'), { name: 'ratePerSecond', values: [0.5, 1000] });
  assert.deepEqual(values('rate=0.1..0.5:0.1'), [0.1, 0.2, 0.3, 0.4, 0.5]);
  assert.deepEqual(parseAxis('duration=500ms,2,1m'), { name: 'durationMs', values: [500, 2000, 60_000] });
  assert.deepEqual(values('duration=1s..2s:500ms'), [1000, 1500, 2000]);
  assert.deepEqual(parseAxis('min-batch-timeout=0,10,20ms'), { name: 'minBatchTimeoutMs', values: [0, 10, 20] });
  for (const { flag } of Object.values(AXES)) assert.equal(AXES[parseAxis(`${flag}=1`).name].flag, flag);
});

test('what is no axis is refused with what is meant', () => {
  const refused = (text: string, message: RegExp) => assert.throws(() => parseAxis(text), (error: Error & { code: string }) => error.code === 'USAGE' && message.test(error.message), text);
  refused('clients', /--sweep clients: write for example clients=1,10,20/);
  refused('=1', /write for example/);
  refused('colour=1', /"colour" cannot be swept; these can: clients, .*server-batch/);
  refused('seed=1', /cannot be swept/);
  refused('clients=', /write for example/);
  refused('clients=1,,2', /write for example/);
  refused('clients=one', /"one" is not a number/);
  refused('clients=Infinity', /is not a number/);
  refused('duration=1x', /is not a duration/);
  refused('clients=5..1', /does not go upwards/);
  refused('clients=1..5:0', /does not go upwards/);
  refused('clients=1..', /is not a number/);
  refused('rate=1..5', /needs a step/);
  refused('clients=1..1000000000', /1000000000 values, more than 10000/);
});
