/** Encodes one worker's requests ahead of the run, in the order in which it will send them, for as long as the ring lives. */
import type { Dataset } from '../core/dataset.js';
import { EntryWriter, groupsOf } from './frames.js';
import { groupsIn } from './groups.js';
import type { Pick } from './pick.js';
import type { RingData, RingWriter } from './ring.js';
import type { Encoder } from './target.js';

export interface EncodeAheadParts {
  readonly dataset: Dataset;
  readonly encoder: Encoder;
  readonly ring: RingData;
  readonly writer: RingWriter;
  readonly worker: number;
  readonly workers: number;
  readonly order: 'sequential' | 'random';
  readonly pick: Pick;
}

/** Resolves when the ring was stopped. */
export async function encodeAhead(parts: EncodeAheadParts): Promise<void> {
  if (parts.order === 'sequential') await inOrder(parts);
  else await atRandom(parts);
}

/** Reads the data set from its start to its end, again and again; every `workers`-th request is this worker's. */
async function inOrder({ dataset, encoder, ring, writer, worker, workers }: EncodeAheadParts): Promise<void> {
  const { layout } = ring.entries;
  const { tensorBatch } = layout;
  const into = new EntryWriter(ring.entries, encoder);
  const groups = groupsIn(dataset.rows, tensorBatch);
  for (let request = worker, base = 0; ; base += groups) {
    for await (const whole of groupsOf(dataset, encoder, layout)) {
      for (let row; (row = (request - base) * tensorBatch - whole.firstRow) < whole.rows; request += workers) {
        const entry = writer.claim();
        if (entry < 0) return;
        into.write(entry, whole, row);
        writer.publish(entry);
      }
    }
  }
}

/**
 * Groups at random: half a ring's worth of requests is picked at a time and read in the order of the file, so that a batch is read
 * once for all of them, then published in the order of the requests.
 */
async function atRandom({ dataset, encoder, ring, writer, worker, workers, pick }: EncodeAheadParts): Promise<void> {
  const { layout } = ring.entries;
  const into = new EntryWriter(ring.entries, encoder);
  const size = Math.max(1, ring.free.length >> 1);
  for (let request = worker; ; request += size * workers) {
    const wanted: { fromRow: number; entry: number }[] = [];
    for (let at = 0; at < size; at++) {
      const entry = writer.claim();
      if (entry < 0) return;
      wanted.push({ fromRow: pick(request + at * workers) * layout.tensorBatch, entry });
    }
    const sorted = wanted.toSorted((a, b) => a.fromRow - b.fromRow);
    let at = 0;
    while (at < sorted.length) {
      let largest = 0;
      // One batch is asked for by its first wanted row; the iteration ends there, and goes on where the next one is needed.
      for await (const whole of groupsOf(dataset, encoder, layout, { fromRow: sorted[at].fromRow })) {
        const end = whole.firstRow + whole.rows;
        largest = Math.max(largest, whole.rows);
        for (; at < sorted.length && sorted[at].fromRow < end; at++) into.write(sorted[at].entry, whole, sorted[at].fromRow - whole.firstRow);
        if (at >= sorted.length || sorted[at].fromRow >= end + largest) break;
      }
      if (writer.stopped) return;
    }
    for (const { entry } of wanted) writer.publish(entry);
  }
}
