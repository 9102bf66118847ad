import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, parseDuration } from '../../core/duration.js';

test('durations are read in every unit', () => {
  const read = ['30s', '500ms', '2m', '1.5h', '10'].map((text) => parseDuration(text, 'x'));
  assert.deepEqual(read, [30_000, 500, 120_000, 5_400_000, 10_000]);
});

for (const text of ['', 'soon', '-1s', '1d', '1 s', '1e3s', 's']) {
  test(`"${text}" is not a duration`, () => {
    assert.throws(() => parseDuration(text, '--duration'), /^InferplayError: --duration: .*write for example 30s/);
  });
}

test('durations are said as a person would', () => {
  const said = [0, 850, 999.6, 12_345, 59_949, 60_000, 250_000, 3_600_000, 9_000_000].map(formatDuration);
  assert.deepEqual(said, ['0 ms', '850 ms', '1000 ms', '12.3 s', '59.9 s', '1 min', '4 min 10 s', '1 h 0 min', '2 h 30 min']);
});
