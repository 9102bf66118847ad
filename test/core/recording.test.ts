import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyRecording, merge, mergeHistograms, MESSAGES_MAX, type Recording } from '../../core/recording.js';
import { histogramOf, recordingOf, recordings } from '../support/recordings.js';

const RUNS = { numRuns: 60 };

test('merge is associative', () => {
  fc.assert(fc.property(recordings, recordings, recordings, (a, b, c) => assert.deepEqual(merge(merge(a, b), c), merge(a, merge(b, c)))), RUNS);
});

test('merge does not depend on the order', () => {
  fc.assert(fc.property(recordings, recordings, (a, b) => assert.deepEqual(merge(a, b), merge(b, a))), RUNS);
});

test('emptyRecording is the identity on both sides', () => {
  fc.assert(
    fc.property(recordings, (a) => {
      assert.deepEqual(merge(a, emptyRecording()), merge(emptyRecording(), a));
      assert.deepEqual(merge(emptyRecording(), a), a);
    }),
    RUNS,
  );
  assert.deepEqual(merge(emptyRecording(), emptyRecording()), emptyRecording());
});

test('merge loses no request, no message and no sample', () => {
  const messages = (recording: Recording) => Object.values(recording.outcomes).flatMap((one) => Object.values(one.messages)).reduce((sum, one) => sum + one, 0);
  fc.assert(
    fc.property(fc.array(recordings, { minLength: 2, maxLength: 4 }), (parts) => {
      const whole = parts.reduce(merge, emptyRecording());
      const total = (of: (recording: Recording) => number) => parts.reduce((sum, part) => sum + of(part), 0);
      assert.equal(messages(whole), total(messages));
      assert.equal(whole.response.count, total((part) => part.response.count));
      assert.equal(whole.response.counts.reduce((sum, one) => sum + one, 0), whole.response.count);
      assert.equal(whole.seconds.reduce((sum, one) => sum + one.ok, 0), total((part) => part.seconds.reduce((sum, one) => sum + one.ok, 0)));
    }),
    RUNS,
  );
});

test('the window of the whole begins with the first part and ends with the last', () => {
  const early = recordingOf(10, 10, 1e6, { startedAtMs: 5_900, elapsedNs: 1e9 });
  const late = recordingOf(10, 10, 1e6, { startedAtMs: 7_100, elapsedNs: 3e9, ending: 'interrupted' });
  const whole = merge(late, early);
  assert.equal(whole.startedAtMs, 5_900);
  assert.equal(whole.elapsedNs, 4.2e9);
  assert.equal(whole.ending, 'interrupted');
  assert.deepEqual(whole.seconds.map((one) => [one.second, one.ok]), [[0, 10], [2, 10]]);
});

test('at most MESSAGES_MAX messages a code survive, the rest is counted under the empty text', () => {
  const failing = (from: number): Recording => {
    const texts = Array.from({ length: MESSAGES_MAX }, (_, n) => [`message ${from + n}`, 1]);
    return { ...emptyRecording(), outcomes: { ERR: { count: MESSAGES_MAX, messages: Object.fromEntries(texts) } } };
  };
  const { ERR } = merge(failing(10), failing(15)).outcomes;
  assert.equal(ERR.count, 2 * MESSAGES_MAX);
  assert.equal(Object.keys(ERR.messages).length, MESSAGES_MAX + 1);
  assert.equal(ERR.messages['message 15'], 2);
  assert.equal(ERR.messages[''], 5);
});

test('histograms of different layouts do not add up', () => {
  const other = { ...histogramOf([5]), digits: 2 };
  assert.throws(() => mergeHistograms(histogramOf([5]), other), { code: 'DATA' });
  assert.equal(mergeHistograms({ ...other, count: 0 }, histogramOf([5])).digits, 3);
});
