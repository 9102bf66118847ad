import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRing, RingReader, RingWriter, stopRing } from '../../replay/ring.js';

const layout = { frameBytes: 8, expected: null, replies: 1, entryBytes: 8, tensorBatch: 1 };

test('entries come out in the order they went in, and back in any order', () => {
  const ring = newRing(layout, 5);
  assert.equal(ring.entries.count, 4, 'a power of two');
  const writer = new RingWriter(ring, () => {});
  const reader = new RingReader(ring);
  let written = 0;
  let read = 0;
  const held: number[] = [];
  for (let round = 0; round < 1000; round++) {
    for (let at = 0; at < 4 - held.length; at++) {
      const entry = writer.claim();
      ring.entries.words[entry] = written++;
      writer.publish(entry);
    }
    for (let at = held.length; at < 4; at++) {
      const entry = reader.take();
      assert.equal(ring.entries.words[entry], read++);
      held.push(entry);
    }
    // One is held back for long, as by a slow request: the others go round.
    for (const entry of held.splice(round % 100 === 0 ? 0 : 1)) reader.release(entry);
  }
  assert.ok(read > 2000);
});

test('a reader without a frame is woken once when there is one', () => {
  const ring = newRing(layout, 2);
  let wakes = 0;
  const writer = new RingWriter(ring, () => wakes++);
  const reader = new RingReader(ring);
  writer.publish(writer.claim());
  assert.equal(wakes, 0, 'nobody was waiting');
  assert.equal(reader.take(), 0);
  assert.equal(reader.take(), -1);
  writer.publish(writer.claim());
  assert.equal(wakes, 1);
  assert.equal(reader.take(), 1);
});

test('what was given back last is filled first, and a ring that is full for the first time says so', () => {
  const ring = newRing(layout, 8);
  let full = 0;
  // Nobody takes: the writer would sleep for ever, so the ring is stopped when it is full.
  const writer = new RingWriter(ring, () => {}, () => {
    full++;
    stopRing(ring);
  });
  const reader = new RingReader(ring);
  const claimed = [0, 1, 2].map(() => {
    const entry = writer.claim();
    writer.publish(entry);
    return entry;
  });
  assert.deepEqual(claimed, [0, 1, 2]);
  for (const entry of [reader.take(), reader.take()]) reader.release(entry);
  assert.deepEqual([writer.claim(), writer.claim(), writer.claim()], [1, 0, 3], 'those that are still in the caches');
  for (let left = 0; left < 4; left++) writer.claim();
  assert.equal(full, 0);
  assert.equal(writer.claim(), -1);
  assert.equal(full, 1);
});

test('a stopped ring lets its writer go', () => {
  const ring = newRing(layout, 2);
  const writer = new RingWriter(ring, () => {});
  writer.claim();
  writer.claim();
  stopRing(ring);
  assert.equal(writer.claim(), -1);
  assert.ok(writer.stopped);
});
