/** Looking again at what was loaded: every key counted, a sample of rows compared byte for byte. */
import type { Batch } from '../core/dataset.js';
import { hash32 } from '../core/random.js';
import { KEY_COLUMN, type Range } from './options.js';
import type { Sink } from './sink.js';

export interface Verified {
  /** Rows that were read back, each form of key. */
  readonly sampled: number;
  /** Keys that do not exist, of all. */
  readonly missing: number;
  /** Keys of the sample that hold something else. */
  readonly different: number;
  /** Keys that exist, of `expected`. */
  readonly counted: number;
  readonly expected: number;
  /** One key that is missing, and ids of rows that are different, for the message. */
  readonly firstMissing: string | null;
  /** Its row, from 0 where the look began. */
  readonly firstMissingAt: number | null;
  readonly differentIds: readonly number[];
}

export interface Sampler {
  /** Keeps a copy of the sampled rows of a batch. */
  add(batch: Batch): void;
  readonly kept: readonly { readonly id: number; readonly bytes: Uint8Array }[];
}

/** Read-backs on their way at a time. */
const READS = 64;
const LISTED_MAX = 5;

/** Row numbers in ascending order: the first, the last, and one at random from each of as many equal parts as are left. */
export function sampleRows({ fromRow, toRow }: Range, count: number, seed: number): number[] {
  const rows = toRow - fromRow;
  if (count === 0 || rows === 0) return [];
  if (count >= rows) return Array.from({ length: rows }, (_, at) => fromRow + at);
  if (count === 1) return [fromRow];
  const inner = Array.from({ length: count - 2 }, (_, part) => {
    const start = fromRow + 1 + Math.floor((part * (rows - 2)) / (count - 2));
    const end = fromRow + 1 + Math.floor(((part + 1) * (rows - 2)) / (count - 2));
    return start + (hash32(seed, part, 0) % (end - start));
  });
  return [fromRow, ...inner, toRow - 1];
}

export function sampler(range: Range, count: number, seed: number): Sampler {
  const rows = sampleRows(range, count, seed);
  const kept: { id: number; bytes: Uint8Array }[] = [];
  let next = 0;
  return {
    kept,
    add(batch) {
      const end = batch.firstRow + batch.rows;
      if (next >= rows.length || rows[next] >= end) return;
      const data = batch.bytes(KEY_COLUMN);
      const size = data.length / batch.rows;
      for (; next < rows.length && rows[next] < end; next++) {
        const at = rows[next] - batch.firstRow;
        kept.push({ id: batch.ids[at], bytes: data.slice(at * size, (at + 1) * size) });
      }
    },
  };
}

/** @param rows how many ids there are */
export async function verifyKeys(sink: Sink, ids: AsyncIterable<Float64Array> | Iterable<Float64Array>, rows: () => number, sample: Sampler): Promise<Verified> {
  const { existing, firstMissing, firstMissingAt } = await sink.count(ids);
  const expected = rows() * sink.keys.length;
  let different = 0;
  const differentIds: number[] = [];
  for (let from = 0; from < sample.kept.length; from += READS) {
    const part = sample.kept.slice(from, from + READS);
    const answers = await Promise.all(part.map(({ id, bytes }) => sink.readBack(id, bytes)));
    answers.forEach((states, at) => {
      const wrong = states.filter((state) => state === 'different').length;
      different += wrong;
      if (wrong > 0 && differentIds.length < LISTED_MAX) differentIds.push(part[at].id);
    });
  }
  return { sampled: sample.kept.length, missing: expected - existing, different, counted: existing, expected, firstMissing, firstMissingAt, differentIds };
}

/** What is wrong, null when nothing is. */
export function complaint(verified: Verified, where: string): string | null {
  const { missing, different, expected, sampled, firstMissing, differentIds } = verified;
  const parts: string[] = [];
  if (missing > 0) parts.push(`${missing} of ${expected} keys are missing${firstMissing ? ` (the first one found is ${firstMissing})` : ''}`);
  if (different > 0) parts.push(`of ${sampled} rows read back ${different} keys hold something else than the data set (ids ${differentIds.join(', ')})`);
  return parts.length === 0 ? null : `${where}: ${parts.join(', and ')}`;
}
