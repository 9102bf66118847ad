/**
 * The bucket layout of HdrHistogram, in a typed array of our own: recording is one index computation and one increment.
 * hdr-histogram-js encodes, decodes and merges (see hdr.ts); this file only counts.
 *
 * The layout, for `d` significant digits: values below 2 * 10^d (rounded up to a power of two, `2 * half`) have a bucket
 * each; from there on every doubling of the value has `half` buckets. A bucket's index is therefore
 * `shift * half + floor(value / 2^shift)`, where `shift` is how many bits the value is longer than the first range.
 */

/** A histogram as plain data: dense counts by bucket index, in HdrHistogram's layout with lowest value 1 ns. */
export interface HistogramData {
  /** Significant decimal digits, 1 to 3. */
  readonly digits: number;
  /** Highest value that can be told apart; above it a value counts in the last bucket and in `overflow`. */
  readonly highestNs: number;
  readonly counts: Float64Array;
  readonly count: number;
  readonly overflow: number;
  /** Exact extremes and sum of what was recorded; min is Infinity when nothing was. */
  readonly minNs: number;
  readonly maxNs: number;
  readonly sumNs: number;
}

export const DIGITS = 3;
/** One hour: far above any timeout that makes sense, and 33,792 buckets at three digits. */
export const HIGHEST_NS = 3_600_000_000_000;

const TWO_31 = 2 ** 31;
const TWO_22 = 2 ** 22;

/** Bits of the buckets that each doubling has: half = 2^halfBits. */
function halfBitsOf(digits: number): number {
  return Math.ceil(Math.log2(2 * 10 ** digits)) - 1;
}

/** Position of the highest bit of a value from 0 to 2^53 - 1; 0 for 0 and 1. Math.clz32 sees 32 bits only, Math.log2 rounds. */
function highestBit(value: number): number {
  return value < TWO_31 ? 31 - Math.clz32(value | 1) : 53 - Math.clz32(value / TWO_22);
}

/** Index of the bucket that counts `value`, a number from 0 to 2^53 - 1; a fraction is cut off. */
export function bucketIndex(digits: number, value: number): number {
  return indexOf(halfBitsOf(digits), value);
}

function indexOf(halfBits: number, value: number): number {
  const bits = highestBit(value);
  if (bits <= halfBits) return value | 0;
  const shift = bits - halfBits;
  const within = value < TWO_31 ? value >> shift : (value / 2 ** shift) | 0;
  return (shift << halfBits) + within;
}

/** Lowest value of a bucket. */
export function lowestOf(digits: number, index: number): number {
  const halfBits = halfBitsOf(digits);
  const shift = Math.max(0, (index >> halfBits) - 1);
  return (index - shift * 2 ** halfBits) * 2 ** shift;
}

/** Highest whole value of a bucket: what a percentile reports. */
export function highestOf(digits: number, index: number): number {
  return lowestOf(digits, index + 1) - 1;
}

/** How many buckets HdrHistogram has for this range: its last one ends at or above `highestNs`. */
export function countsLength(digits: number, highestNs: number): number {
  const halfBits = halfBitsOf(digits);
  let doublings = 1;
  for (let limit = 2 ** (halfBits + 1); limit <= highestNs; limit *= 2) doublings++;
  return (doublings + 1) * 2 ** halfBits;
}

export function emptyHistogram(digits = DIGITS, highestNs = HIGHEST_NS): HistogramData {
  return { digits, highestNs, counts: new Float64Array(countsLength(digits, highestNs)), count: 0, overflow: 0, minNs: Infinity, maxNs: 0, sumNs: 0 };
}

/**
 * The value that `p` percent of what was recorded does not exceed, to the histogram's resolution and never above the
 * maximum; NaN when nothing was recorded.
 * @param p 0 to 100
 */
export function percentile(histogram: HistogramData, p: number): number {
  const { counts, count, digits, maxNs } = histogram;
  if (count === 0) return NaN;
  // 99.9 % of 1,000 is 999.0000000000001 in binary arithmetic; without the allowance it would read one sample too far.
  const rank = Math.max(1, Math.ceil((p / 100) * count - 1e-9 * count));
  let seen = 0;
  for (let index = 0; index < counts.length; index++) {
    seen += counts[index];
    if (seen >= rank) return index === counts.length - 1 ? maxNs : Math.min(maxNs, highestOf(digits, index));
  }
  return maxNs;
}

/**
 * Counts while a run goes on. Doubles live in typed arrays, because a double in a field or a closure is a
 * heap allocation at every change.
 */
export class Histogram {
  readonly #halfBits: number;
  readonly #highestNs: number;
  readonly #digits: number;
  readonly counts: Float64Array;
  /** count, overflow, min, max, sum */
  readonly #totals = new Float64Array([0, 0, Infinity, 0, 0]);

  constructor(digits = DIGITS, highestNs = HIGHEST_NS) {
    this.#digits = digits;
    this.#halfBits = halfBitsOf(digits);
    this.#highestNs = highestNs;
    this.counts = new Float64Array(countsLength(digits, highestNs));
  }

  /** @param value whole or not, nanoseconds; below zero counts as zero */
  record(value: number): void {
    const ns = value > 0 ? Math.round(value) : 0;
    const totals = this.#totals;
    totals[0]++;
    if (ns < totals[2]) totals[2] = ns;
    if (ns > totals[3]) totals[3] = ns;
    totals[4] += ns;
    if (ns > this.#highestNs) {
      totals[1]++;
      this.counts[this.counts.length - 1]++;
    } else {
      this.counts[indexOf(this.#halfBits, ns)]++;
    }
  }

  get count(): number {
    return this.#totals[0];
  }

  /** Plain data that shares the counts with this histogram. */
  data(): HistogramData {
    const [count, overflow, minNs, maxNs, sumNs] = this.#totals;
    return { digits: this.#digits, highestNs: this.#highestNs, counts: this.counts, count, overflow, minNs, maxNs, sumNs };
  }
}
